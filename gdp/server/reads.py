"""Reading the store for readers, in threads of its own and in bounded pieces, so that the loop never waits for disk."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from gdp.datum import Datum
from gdp.names import GdpName
from gdp.settings import ServerSettings
from gdp.store import Store
from gdp.timecursor import TimeCursor

T = TypeVar("T")

_FIRST_BATCH_RECORDS = 16
"""Before a reader's record size is known: 1 MB if each were of the largest size."""


class Pace:
    """How many records to fetch next for one reader, so that a batch has about `read_batch_bytes`."""

    __slots__ = ("_bytes", "_records", "records")

    def __init__(self, settings: ServerSettings) -> None:
        self._bytes = settings.read_batch_bytes
        self._records = settings.read_batch_records
        self.records = min(_FIRST_BATCH_RECORDS, self._records)

    def saw(self, datums: list[Datum]) -> None:
        """Learn from a batch; it at most quadruples the next one, for records may grow."""
        if datums:
            size = sum(len(datum.data) for datum in datums) // len(datums) + 200  # about what a datum's rest takes
            self.records = max(1, min(self._bytes // size, self.records * 4, self._records))


class Reads:
    """Reads of one server."""

    def __init__(self, store: Store, settings: ServerSettings, pool: ThreadPoolExecutor) -> None:
        self.store = store
        self.batch_bytes = settings.read_batch_bytes
        self._settings = settings
        self._pool = pool

    def pace(self) -> Pace:
        """Return a new reader's pace."""
        return Pace(self._settings)

    async def call(self, work: Callable[[], T]) -> T:
        """Run blocking work in one of the server's reading threads."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def page(self, log: GdpName, first: int, pace: Pace, at_most: int | None = None) -> list[Datum]:
        """Return the next records from number `first` on; empty at the end of the log."""
        count = pace.records if at_most is None else min(pace.records, at_most)
        datums = await self.call(partial(self.store.read, log, first, count))
        pace.saw(datums)
        return datums

    async def by_recno(self, log: GdpName, first: int, count: int | None) -> AsyncIterator[list[Datum]]:
        """Yield records from number `first` on, `count` of them at most (None = all), in bounded batches.

        `first` is not negative; record 0 is the metadata, taken literally.
        """
        pace, left = self.pace(), count
        while left is None or left > 0:
            datums = await self.page(log, first, pace, left)
            if not datums:
                return
            yield datums
            first = datums[-1].recno + 1
            left = None if left is None else left - len(datums)

    async def by_ts(self, log: GdpName, ts: int, count: int | None) -> AsyncIterator[list[Datum]]:
        """Yield records with a time ≥ `ts` in order of time, `count` of them at most, in bounded batches."""
        pace, left, cursor = self.pace(), count, TimeCursor(ts)
        while left is None or left > 0:
            first, fetch = cursor.ts, cursor.fetch(pace.records)
            found = await self.call(partial(self.store.read_by_ts, log, first, fetch))
            datums = cursor.take(found)[:left]
            pace.saw(datums)
            if datums:
                yield datums
                left = None if left is None else left - len(datums)
            if len(found) < fetch:
                return
