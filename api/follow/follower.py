"""Following the feed for ever: what comes is applied, full tails are sealed, a lost connection is looked for again."""

import asyncio
import random
import time
from collections.abc import Callable

import structlog

from api.follow.applier import Applier
from api.follow.progress import Progress
from api.readmodel.filing import Filing
from gdp.backoff import Backoff
from gdp.client import FeedRecords, GdpClient, Interruption
from gdp.errors import GdpError
from gdp.names import GdpName

FIRST_DELAY_S = 0.25
PROGRESS_EVERY_S = 5.0
SEAL_ON_STOP_ROWS_MIN = 10_000
"""A smaller tail is not worth a file at the end: the feed gives it again in a moment."""
SEAL_RETRY_S = 10.0
log = structlog.get_logger()


class Follower:
    """One store's feed into its read model."""

    def __init__(
        self,
        client: GdpClient,
        server: GdpName,
        filing: Filing,
        applier: Applier,
        progress: Progress,
        *,
        delay_s_max: float,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._server = server
        self._model = filing.model
        self._applier = applier
        self._progress = progress
        self._backoff = Backoff(FIRST_DELAY_S, delay_s_max, chance)
        self._filing = filing
        self._sealing: asyncio.Task[None] | None = None
        self._reported = time.monotonic()

    async def run(self) -> None:
        """Follow until cancelled."""
        async with asyncio.TaskGroup() as group:
            await self._follow_for_ever(group)

    async def keep(self, *, rows_min: int = SEAL_ON_STOP_ROWS_MIN) -> None:
        """Once it has ended: write what is in memory, if there are so many rows. The feed can give it again.

        Raises:
            OSError: it could not be written.
        """
        if self._model.tail_rows >= rows_min:
            if not self._model.sealing:
                self._model.freeze(resume=self._applier.resume)
            await self._filing.seal()

    async def _follow_for_ever(self, group: asyncio.TaskGroup) -> None:
        while True:
            watermark = self._progress.watermark
            try:
                await self._follow(group)
            except GdpError as fault:
                self._progress.lose(str(fault))
                log.warning("feed_lost", fault=str(fault))
            if self._progress.watermark != watermark:
                self._backoff.reset()
            await asyncio.sleep(self._backoff.next_s())

    async def _follow(self, group: asyncio.TaskGroup) -> None:
        async for item in self._client.feed(self._server, self._applier.resume):
            if isinstance(item, Interruption):
                self._progress.lose(item.reason)
                self._applier.interrupted()
                continue
            self._progress.heard = time.monotonic()
            if isinstance(item, FeedRecords):
                await self._applier.take(item.records)
            else:
                self._applier.advance(item.ns)
            if self._model.wants_seal:
                # Frozen here and now, so that the next item does not find the same tail full.
                self._model.freeze(resume=self._applier.resume)
                self._sealing = group.create_task(self._seal(), name="seal the tail")
            if self._model.overfull and self._sealing is not None:
                await self._sealing
            self._report()

    async def _seal(self) -> None:
        """Write the tail; while that fails everything is answered from memory, and the feed waits once that is full."""
        while True:
            try:
                await self._filing.seal()
            except OSError as fault:
                log.error("read_model_not_written", fault=str(fault))  # noqa: TRY400  # the disk's fault, said in words
                await asyncio.sleep(SEAL_RETRY_S)
            else:
                return

    def _report(self) -> None:
        now = time.monotonic()
        behind_s = time.time() - self._model.position / 1e9
        if now - self._reported >= PROGRESS_EVERY_S and behind_s > PROGRESS_EVERY_S:
            self._reported = now
            log.info("catching_up", records=self._progress.records, behind_s=round(behind_s))
