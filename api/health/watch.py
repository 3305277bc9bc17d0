"""Looking at the home all the time: the newest look for metrics, and since when each fact has been seen."""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

import structlog

from api.health.facts import Fact
from api.health.look import Look, look, question_of
from api.services import Services
from api.web.problem import Problem

SHARE_MAX = 0.05
"""Of the time: a home with very many topics is looked at less often."""
log = structlog.get_logger()


class Standing(NamedTuple):
    """A fact that stands, and since when it has been seen to. Ns."""

    fact: Fact
    seen: int


class Watch:
    """Looks, and tells who waits. One thread."""

    def __init__(self, services: Services, clock: Callable[[], int]) -> None:
        self._services = services
        self._clock = clock
        self._seen: dict[tuple[str, str], int] = {}
        self._looked = asyncio.Event()
        self.standing: list[Standing] = []

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            began = time.monotonic()
            if self._services.home is not None:
                try:
                    await self._look()
                except Problem as busy:
                    log.debug("no_look", reason=busy.detail)
            spent = time.monotonic() - began
            await asyncio.sleep(max(self._services.settings.look_interval_s, spent / SHARE_MAX))

    async def looked(self) -> None:
        """Wait for the next look."""
        await self._looked.wait()

    async def _look(self) -> None:
        services = self._services
        home = services.home
        assert home is not None
        question = question_of(services, home)
        found = await services.pools.run(lambda: look(question), heavy=True)
        services.look = found
        self._take(found)
        self._looked.set()
        self._looked = asyncio.Event()

    def _take(self, found: Look) -> None:
        now = self._clock()
        keys = {(each.id, each.subject) for each in found.facts}
        self._seen = {key: seen for key, seen in self._seen.items() if key in keys}
        self.standing = [Standing(each, self._seen.setdefault((each.id, each.subject), now)) for each in found.facts]
