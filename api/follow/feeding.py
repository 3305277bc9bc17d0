"""Feeding: one read model with everything that fills it."""

import asyncio
import contextlib
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from api.follow.applier import Applier
from api.follow.follower import Follower
from api.follow.primer import prime
from api.follow.progress import Progress
from api.follow.sink_state import SinkState
from api.live.hub import Hub
from api.readmodel.filing import Filing
from api.readmodel.model import ReadModel
from api.settings import ApiSettings
from gdp.client import GdpClient
from gdp.names import GdpName


@dataclass(slots=True)
class Feeding:
    """A model that follows the feed from where it stands."""

    model: ReadModel
    filing: Filing
    follower: Follower
    task: asyncio.Task[None]

    @classmethod
    def begin(
        cls,
        group: asyncio.TaskGroup,
        settings: ApiSettings,
        client: GdpClient,
        server: GdpName,
        model: ReadModel,
        *,
        hub: Hub,
        progress: Progress,
        sink: SinkState,
        moved: Callable[[], None] = lambda: None,
    ) -> Self:
        """Start to follow; `moved` is called when the model's position has moved, before streams are told."""
        filing, primer = Filing(model), functools.partial(prime, client, model)
        applier = Applier(model, hub, progress, sink, slice_ms=settings.feed_slice_ms, primer=primer, moved=moved)
        delay_s_max = settings.feed_reconnect_delay_max_s
        follower = Follower(client, server, filing, applier, progress, delay_s_max=delay_s_max)
        return cls(model, filing, follower, group.create_task(follower.run(), name="follower"))

    async def end(self, *, keep_rows_min: int | None = None) -> None:
        """Follow no more; keep what is in memory if that is asked for and there are so many rows.

        Raises:
            OSError: it could not be kept.
        """
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task
        try:
            if keep_rows_min is not None:
                await self.follower.keep(rows_min=keep_rows_min)
        finally:
            self.filing.close()
