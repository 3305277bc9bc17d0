"""The hub: hands what the feed brings to all event streams, each through a bounded queue of its own."""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence

from api.live.record import LiveRecord
from ingest.filters import FilterSet


class Queue:
    """What waits for one stream. When its bound is reached it is emptied, and the stream reads from the model again."""

    def __init__(self, filters: Sequence[FilterSet], *, messages_max: int, bytes_max: int) -> None:
        self._filters = filters
        self._messages_max = messages_max
        self._bytes_max = bytes_max
        self._records: deque[LiveRecord] = deque()
        self._bytes = 0
        self._matched: dict[str, bool] = {}
        self._changed = asyncio.Event()
        self.overflowed = False
        """Some messages are no longer here: the reader is too slow."""
        self.broken = False
        """Some messages came to the model in another order than that of their positions."""

    def offer(self, records: Sequence[LiveRecord]) -> None:
        """Keep those that the stream wants."""
        if self.overflowed or self.broken:
            return
        wanted = [record for record in records if self._wants(record.topic)]
        if not wanted:
            return
        self._records.extend(wanted)
        self._bytes += sum(len(record.payload or b"") for record in wanted)
        if len(self._records) > self._messages_max or self._bytes > self._bytes_max:
            self._records.clear()
            self.overflowed = True
        self._changed.set()

    def interrupt(self) -> None:
        """Make the stream read from the model again."""
        self._records.clear()
        self.broken = True
        self._changed.set()

    def wake(self) -> None:
        """Make the stream look around."""
        self._changed.set()

    def take(self) -> list[LiveRecord]:
        """All that waits."""
        taken = list(self._records)
        self._records.clear()
        self._bytes = 0
        self._changed.clear()
        return taken

    async def wait(self, seconds: float) -> None:
        """Wait until something came or was lost, but no longer than this."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    def _wants(self, topic: str) -> bool:
        known = self._matched.get(topic)
        if known is None:
            known = self._matched[topic] = all(each.matches(topic) for each in self._filters)
        return known


class Hub:
    """All streams. Everything here happens on the loop."""

    def __init__(self) -> None:
        self._queues: set[Queue] = set()
        self.readers: Counter[str] = Counter()
        """Event streams by account, also those that are catching up."""
        self.closed = False

    @property
    def has_listeners(self) -> bool:
        """Whether any stream wants to be offered something."""
        return bool(self._queues)

    def leave(self, account: str) -> None:
        """An event stream of this account has ended; who has none any more is forgotten, for tickets come and go."""
        self.readers[account] -= 1
        if not self.readers[account]:
            del self.readers[account]

    def attach(self, queue: Queue) -> None:
        """From now on `queue` is offered everything."""
        self._queues.add(queue)

    def detach(self, queue: Queue) -> None:
        """No longer."""
        self._queues.discard(queue)

    def publish(self, records: Sequence[LiveRecord]) -> None:
        """Hand out messages in the order of their positions."""
        for queue in self._queues:
            queue.offer(records)

    def interrupt(self) -> None:
        """Messages came in another order: everybody reads them from the model."""
        for queue in self._queues:
            queue.interrupt()

    async def wake_regularly(self, seconds: float) -> None:
        """Make all streams look around, for ever."""
        while True:
            await asyncio.sleep(seconds)
            for queue in self._queues:
                queue.wake()

    def close(self) -> None:
        """End all streams."""
        self.closed = True
        for queue in self._queues:
            queue.wake()
