"""Sending: publishes handed to the publisher when they are due."""

import asyncio
from collections.abc import Callable, Iterable

from ingest.publisher import Publisher
from ingest.replay import SECOND, Publish

SLEEP_S_MAX = 5.0
"""The clock is looked at this often: it may be set, and a laptop may sleep."""


async def send(publishes: Iterable[Publish], publisher: Publisher, *, clock: Callable[[], int]) -> None:
    """Publish each message at its `due`, a moment of `clock` (ns); what is overdue goes at once, in order."""
    for each in publishes:
        while (left := each.due - clock()) > 0:  # noqa: ASYNC110  # a clock cannot be awaited
            await asyncio.sleep(min(left / SECOND, SLEEP_S_MAX))
        await publisher.publish(each)
