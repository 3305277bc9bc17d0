"""A run: rows of chosen series inside one part, sorted by (series, select time), with the bounds of each series."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from api.readmodel.rows import Columns, Ints

FEW = 48
"""Up to so many series are searched one after another."""


class Run(NamedTuple):
    """`key[lo[i]:hi[i]]` are the ascending select times of series `ids[i]`; `physical` leads to the rows."""

    part: "Part"
    key: Ints
    order: Ints | None
    """Row numbers in the part, in run order; None where the part lies in that order already."""
    ids: NDArray[np.int32]
    lo: Ints
    hi: Ints

    key_min: int
    """A lower bound of all select times in `key`."""
    key_max: int
    """An upper bound of all select times in `key`."""

    def physical(self, places: Ints) -> Ints:
        """Row numbers in the part of places in the run."""
        return places if self.order is None else self.order[places]

    def window(self, start: int | None, end: int | None) -> "Run":
        """The same run with bounds narrowed to start ≤ select time < end (ns; None is unbounded)."""
        if (start is None or self.key_min >= start) and (end is None or self.key_max < end):
            return self
        if len(self.ids) > FEW:
            lo = self.lo if start is None else self._first_at(start)
            hi = self.hi if end is None else self._first_at(end)
            return self._replace(lo=lo, hi=np.maximum(hi, lo))
        lo, hi = self.lo.copy(), self.hi.copy()
        for place, (first, last) in enumerate(zip(self.lo.tolist(), self.hi.tolist(), strict=True)):
            times = self.key[first:last]
            if start is not None:
                lo[place] = first + times.searchsorted(start)
            if end is not None:
                hi[place] = first + times.searchsorted(end)
        return self._replace(lo=lo, hi=np.maximum(hi, lo))

    def _first_at(self, moment: int) -> Ints:
        """Per series the first place with a select time at or after `moment`; all are searched at once."""
        lo, hi = self.lo.copy(), self.hi.copy()
        open_ = np.flatnonzero(lo < hi)
        while len(open_):
            middle = (lo[open_] + hi[open_]) >> 1
            before = self.key[middle] < moment
            lo[open_[before]] = middle[before] + 1
            hi[open_[~before]] = middle[~before]
            open_ = open_[lo[open_] < hi[open_]]
        return lo


class Part(Protocol):
    """An immutable set of rows: a segment, or the tail at one moment."""

    @property
    def columns(self) -> Columns:
        """All rows, in the part's own order."""
        ...

    @property
    def logged_max(self) -> int:
        """The greatest logged time of any row, in ns; -1 in an empty part."""
        ...

    def run(self, ids: NDArray[np.int32], by: str) -> Run:
        """The rows of the series `ids` (ascending numbers), in the order that `by` asks for."""
        ...

    def run_within(self, ids: NDArray[np.int32], by: str, start: int | None, end: int | None) -> Run:
        """Of these those with start ≤ select time < end, ns; None is unbounded."""
        ...

    def merged(self, ids: NDArray[np.int32], by: str) -> Run:
        """What `run` has, in as few sorted stretches as cost little; `ids` of the run mean nothing then."""
        ...

    def rows_of(self, number: int, by: str, start: int, end: int) -> slice | Ints | None:
        """Where the rows of one series with start ≤ select time < end lie, in their order; None: nowhere."""
        ...

    def text(self, index: int) -> str:
        """The text that `columns.text` means by `index`."""
        ...


def spans(lo: Ints, counts: Ints) -> Ints:
    """The places lo[i], lo[i]+1, … (counts[i] of them) of all i, one after another."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    places: Ints = np.arange(total, dtype=np.int64) + np.repeat(lo - (ends - counts), counts)
    return places


def bounds(sorted_series: NDArray[np.int32]) -> tuple[NDArray[np.int32], Ints, Ints]:
    """The series that occur in a sorted column, and where each begins and ends."""
    if not len(sorted_series):
        empty = np.zeros(0, np.int64)
        return sorted_series, empty, empty
    lo = np.concatenate(([0], np.flatnonzero(np.diff(sorted_series)) + 1)).astype(np.int64)
    hi = np.append(lo[1:], len(sorted_series)).astype(np.int64)
    return sorted_series[lo], lo, hi
