"""The tail: the newest rows, in memory, as they came, until they are sealed into a segment.

Columns only ever grow at their end, so a reader that took a snapshot may go on reading without a lock.
"""

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.readmodel.rows import DTYPES, NO_TEXT, Columns, Ints, Row, Rows
from api.readmodel.run import Run, bounds

FIRST_ROWS = 4096
EVER = (1 << 63) - 1
FEW = 32
"""So many series are looked up one by one."""


class Tail:
    """Growable columns with a dictionary of texts. One thread appends."""

    def __init__(self) -> None:
        self.rows = 0
        self.logged_max = -1
        self._since = {"device": EVER, "logged": EVER}
        self.text_size = 0
        """Characters in all texts."""
        self._columns = Columns.allocate(FIRST_ROWS)
        self._texts = [""]
        self._text_numbers: dict[str, int] = {"": NO_TEXT}
        self._places: dict[int, array[int]] = {}
        """Per series the places of its rows, ascending."""

    def append(self, rows: Rows) -> None:
        """Add rows after the last one."""
        columns, texts = rows
        if not columns.rows:
            return
        first, end = self.rows, self.rows + columns.rows
        self._reserve(end)
        for own, cells in zip(self._columns.arrays(), columns.arrays(), strict=True):
            own[first:end] = cells
        for place in np.flatnonzero(columns.text).tolist():
            self._columns.text[first + place] = self._text_number(texts[place])
        for place, series in enumerate(columns.series.tolist(), first):
            places = self._places.get(series)
            if places is None:
                places = self._places[series] = array("i")
            places.append(place)
        self.logged_max = max(self.logged_max, int(columns.logged.max()))
        since = self._since
        self._since = {by: min(since[by], int(columns.select_time(by).min())) for by in since}
        self.rows = end

    def snapshot(self) -> "TailPart":
        """The rows so far, as a part that never changes."""
        return TailPart(self._columns.take(slice(self.rows)), self._texts, self.logged_max, self._places, self._since)

    def _reserve(self, rows: int) -> None:
        room = self._columns.rows
        if rows <= room:
            return
        grown = Columns.allocate(max(rows, 2 * room))
        for new, old in zip(grown.arrays(), self._columns.arrays(), strict=True):
            new[: self.rows] = old[: self.rows]
        self._columns = grown

    def _text_number(self, text: str | None) -> int:
        if text is None:
            return NO_TEXT
        number = self._text_numbers.get(text)
        if number is None:
            number = self._text_numbers[text] = len(self._texts)
            self._texts.append(text)
            self.text_size += len(text)
        return number


@dataclass(frozen=True, slots=True)
class TailPart:
    """The tail at one moment. Within a log its rows lie in the order (recno, ordinal)."""

    columns: Columns
    texts: Sequence[str]
    logged_max: int
    places: Mapping[int, "array[int]"] | None = None
    """Per series the places of its rows, ascending; those of rows that came later too. None: they are looked for."""
    since: Mapping[str, int] | None = None
    """By clock a time before which no row lies. None: that is not known."""

    def run(self, ids: NDArray[np.int32], by: str) -> Run:
        """The rows of `ids` sorted by select time; equal times keep their order, which is that of the log."""
        chosen = self._rows_of(ids)
        series = self.columns.series[chosen]
        times = self.columns.select_time(by)[chosen]
        sorting = by_series(series)
        key, sorted_series = times[sorting], series[sorting]
        if bool(((key[1:] < key[:-1]) & (sorted_series[1:] == sorted_series[:-1])).any()):
            # Some came late. numpy's lexsort is stable.
            sorting = np.lexsort((times, series))
            key = times[sorting]
        order = chosen[sorting]
        present, lo, hi = bounds(sorted_series)
        low, high = (int(key.min()), int(key.max())) if len(key) else (0, -1)
        return Run(self, key, order, present, lo, hi, low, high)

    def run_within(self, ids: NDArray[np.int32], by: str, start: int | None, end: int | None) -> Run:
        """See `Part`."""
        if end is not None and self._begins_at(by, end):
            return self.run(ids[:0], by)
        return self.run(ids, by).window(start, end)

    def merged(self, ids: NDArray[np.int32], by: str) -> Run:
        """All rows of `ids` as one stretch: they came almost in order, so sorting them by time alone is cheap."""
        chosen = self._rows_of(ids)
        times = self.columns.select_time(by)[chosen]
        sorting = np.argsort(times, kind="stable")
        key = times[sorting]
        one = np.array([0], np.int32) if len(key) else np.zeros(0, np.int32)
        low, high = (int(key[0]), int(key[-1])) if len(key) else (0, -1)
        lo, hi = np.zeros(len(one), np.int64), np.full(len(one), len(key), np.int64)
        return Run(self, key, chosen[sorting], one, lo, hi, low, high)

    def rows_of(self, number: int, by: str, start: int, end: int) -> slice | Ints | None:
        """See `Part`."""
        if self._begins_at(by, end):
            return None
        places = self._places_of(number)
        times = self.columns.select_time(by)[places]
        if len(times) > 1 and bool((times[1:] < times[:-1]).any()):
            order = times.argsort(kind="stable")
            places, times = places[order], times[order]
        chosen: Ints = places[times.searchsorted(start) : times.searchsorted(end)]
        return chosen if len(chosen) else None

    def text(self, index: int) -> str:
        """The text behind an index."""
        return self.texts[index]

    def without_rows(self) -> "TailPart":
        """The same part with all rows taken away."""
        return TailPart(self.columns.take(slice(0)), (), -1)

    def _begins_at(self, by: str, moment: int) -> bool:
        """Whether it is known that no row lies before `moment`."""
        return self.since is not None and moment <= self.since[by]

    def _rows_of(self, ids: NDArray[np.int32]) -> NDArray[np.int64]:
        series = self.columns.series
        if not len(ids) or not len(series):
            return np.zeros(0, np.int64)
        if len(ids) <= FEW:
            found = [self._places_of(number) for number in ids.tolist()]
            return found[0] if len(found) == 1 else np.sort(np.concatenate(found))
        wanted = np.zeros(max(int(ids[-1]), int(series.max())) + 1, np.bool_)
        wanted[ids] = True
        return np.flatnonzero(wanted[series])

    def _places_of(self, number: int) -> Ints:
        if self.places is None:
            return np.flatnonzero(self.columns.series == number)
        places = self.places.get(number)
        if places is None:
            return np.zeros(0, np.int64)
        return np.array(places[: bisect_left(places, self.columns.rows)], np.int64)


def by_series(series: NDArray[np.int32]) -> Ints:
    """The permutation that sorts numbers of series; equal ones keep their order."""
    # numpy sorts what has 16 bits by counting, which is many times quicker.
    few = not len(series) or int(series.max()) <= np.iinfo(np.uint16).max
    return np.argsort(series.astype(np.uint16) if few else series, kind="stable")


assert Columns._fields == tuple(DTYPES) == Row._fields, "a row's cells are the columns, in this order"
