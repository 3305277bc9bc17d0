"""The newest row of every stored series, in memory, by either clock."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.readmodel.rows import Ints, Row, Rows
from api.readmodel.series import SeriesKey


def order_device(row: Row, log: int) -> tuple[int, int, int, int, int]:
    """The place of a row in the total order by device time."""
    return (row.time, row.store, log, row.recno, row.ordinal)


def order_logged(row: Row, log: int) -> tuple[int, int, int, int, int]:
    """The place of a row in the total order by logged time."""
    return (row.logged, row.store, log, row.recno, row.ordinal)


class Series(NamedTuple):
    """A series as the API knows it: topic and field."""

    topic: str
    field: str


class Newest(NamedTuple):
    """The newest row of a series, and the stored series that it is in."""

    series: Series
    key: SeriesKey
    row: Row


class Mark(NamedTuple):
    """What tells one answer of the newest rows from another: it changes when any of the rows does."""

    series: int
    """How many series have a row."""
    logged: int
    """Logged time in ns of the row logged last; 0 where there is none."""


ABSENT = -1
FEW_PART = 4
"""Where there are less series than a quarter of the rows, choosing rows costs less than looking at all."""


class LatestTable:
    """Rows come in with `add` and are seen after `publish`, so that a reader never sees ahead of the position."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[int, Row]] = {"device": {}, "logged": {}}
        self._coming: dict[str, dict[int, Row]] = {"device": {}, "logged": {}}
        self._logged: dict[str, Ints] = {by: np.full(1024, ABSENT, np.int64) for by in self._seen}
        """Logged times of what is seen, by number."""

    def add(self, rows: Rows) -> None:
        """Take in rows; rows of one series come in the order of its log."""
        seen, coming = self._seen["device"], self._coming["device"]
        logged = self._coming["logged"]
        for row in _thinned(rows).unpack():
            number = row.series
            logged[number] = row
            best = coming.get(number) or seen.get(number)
            # Within a series a later row wins a tie: recno and ordinal only grow.
            if best is None or row.time >= best.time:
                coming[number] = row

    def restore(self, by: str, rows: Iterable[Row], *, published: bool) -> None:
        """Take in rows found in segments, in total order by `by`."""
        target = {row.series: row for row in rows}
        if published:
            self._show(by, target)
        else:
            self._coming[by].update(target)

    def publish(self) -> None:
        """Let readers see what was added."""
        for by, coming in self._coming.items():
            if coming:
                self._show(by, coming)
                self._coming[by] = {}

    def _show(self, by: str, rows: dict[int, Row]) -> None:
        self._seen[by].update(rows)
        logged = self._upto(by, max(rows, default=0))
        logged[list(rows)] = [row.logged for row in rows.values()]

    def mark(self, by: str, flat: NDArray[np.int32], starts: Ints) -> Mark:
        """The mark of groups of stored series: `flat` has their numbers, group by group, from `starts` on."""
        if not len(flat):
            return Mark(0, 0)
        newest = np.maximum.reduceat(self._upto(by, int(flat.max()))[flat], starts)
        return Mark(int(np.count_nonzero(newest != ABSENT)), max(int(newest.max()), 0))

    def mark_of_few(self, by: str, groups: Iterable[tuple[Series, list[int]]]) -> Mark:
        """The same mark, looked for one by one."""
        seen, series, logged = self._seen[by], 0, 0
        for _, numbers in groups:
            known = [row.logged for number in numbers if (row := seen.get(number)) is not None]
            if known:
                series, logged = series + 1, max(logged, *known)
        return Mark(series, logged)

    def rows(self, by: str, numbers: Iterable[int]) -> list[Row | None]:
        """The newest row of each of these stored series, as it is now."""
        return list(map(self._seen[by].get, numbers))

    def _upto(self, by: str, number: int) -> Ints:
        logged = self._logged[by]
        if number >= len(logged):
            grown = np.full(max(2 * len(logged), number + 1), ABSENT, np.int64)
            grown[: len(logged)] = logged
            logged = self._logged[by] = grown
        return logged

    def row(self, by: str, number: int) -> Row | None:
        """The newest row of a stored series."""
        return self._seen[by].get(number)


def _thinned(rows: Rows) -> Rows:
    """Where logs come one after another, and so many rows of few series: only those that may be the newest."""
    series = rows.columns.series
    # Of the equal keys of a dictionary the last one stays.
    last = dict(zip(series.tolist(), range(len(series)), strict=True))
    if len(last) * FEW_PART > len(series):
        return rows
    by_time = np.argsort(rows.columns.time, kind="stable")
    best = dict(zip(series[by_time].tolist(), by_time.tolist(), strict=True))
    return rows.take(sorted({*last.values(), *best.values()}))


def newest_of(
    groups: Iterable[tuple[Series, list[int]]],
    keys: Sequence[SeriesKey],
    by: str,
    row: Callable[[int], Row | None],
) -> list[Newest]:
    """Per series of the API the newest row of all stored series that make it up; in the order of `groups`."""
    order = order_device if by == "device" else order_logged
    found = []
    for series, numbers in groups:
        rows = [each for number in numbers if (each := row(number)) is not None]
        if rows:
            best = rows[0] if len(rows) == 1 else max(rows, key=lambda each: order(each, keys[each.series].log))
            found.append(Newest(series, keys[best.series], best))
    return found
