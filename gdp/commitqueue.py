"""What waits for a commit, in order, and bounded: who submits more has to wait until there is room."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from gdp.store import Item, Results, size_of


class Waiting(NamedTuple):
    """Items that were submitted together, about how many bytes they take, and who waits for their results."""

    items: Sequence[Item]
    size: int
    done: asyncio.Future[Results]

    def settle(self, results: Results) -> None:
        """Give the results to who waits for them."""
        if not self.done.done():
            self.done.set_result(results)

    def fail(self, error: Exception) -> None:
        """Say that there never will be results."""
        if not self.done.done():
            self.done.set_exception(error)
            self.done.exception()  # who submitted may have gone: no complaint about an error that nobody fetched


class CommitQueue:
    """A queue of items; true while something waits. `bytes_max` is what may wait before `room` makes who asks wait."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._waiting: deque[Waiting] = deque()
        self._bytes = 0
        self._room = asyncio.Event()
        self._room.set()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, items: Sequence[Item]) -> asyncio.Future[Results]:
        """Put items at the end; the future has one result for each."""
        done: asyncio.Future[Results] = asyncio.get_running_loop().create_future()
        size = size_of(items)
        self._waiting.append(Waiting(items, size, done))
        self._bytes += size
        if self._bytes > self._bytes_max:
            self._room.clear()
        return done

    @property
    def has_room(self) -> bool:
        """Whether no more than `bytes_max` wait."""
        return self._room.is_set()

    async def room(self) -> None:
        """Wait until it has room."""
        if not self._room.is_set():
            await self._room.wait()

    def take(self, bytes_max: int) -> list[Waiting]:
        """Take what goes into one frame: from the front, so many bytes, but at least the first."""
        taken = [self._waiting.popleft()]
        size = taken[0].size
        while self._waiting and size + self._waiting[0].size <= bytes_max:
            group = self._waiting.popleft()
            taken.append(group)
            size += group.size
        self._bytes -= size
        if self._bytes <= self._bytes_max:
            self._room.set()
        return taken

    def fail_all(self, error: Exception) -> None:
        """Give up everything, and make nobody wait for room any more."""
        while self._waiting:
            self._waiting.popleft().fail(error)
        self._room.set()
