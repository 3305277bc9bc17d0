"""Reading records by time in batches when several may share one time: no gap, no duplicate."""

from gdp.datum import Datum


class TimeCursor:
    """Where a reading by time stands: the next batch begins at `ts` (ns), which may be the time of records seen."""

    __slots__ = ("_seen", "ts")

    def __init__(self, ts: int) -> None:
        self.ts = ts
        self._seen: set[int] = set()

    def fetch(self, records: int) -> int:
        """Return how many records from `ts` on to fetch, to see `records` new ones."""
        return records + len(self._seen)

    def take(self, datums: list[Datum]) -> list[Datum]:
        """Return the records of a batch, in order of time, that were not seen before, and move behind them."""
        fresh = [datum for datum in datums if datum.ts > self.ts or datum.recno not in self._seen]
        if fresh:
            last = fresh[-1].ts
            kept = self._seen if last == self.ts else set()
            self._seen = kept | {datum.recno for datum in fresh if datum.ts == last}
            self.ts = last
        return fresh
