"""The newest row of every stored series, in memory, by either clock."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from api.readmodel.rows import Row
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


class LatestTable:
    """Rows come in with `add` and are seen after `publish`, so that a reader never sees ahead of the position."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[int, Row]] = {"device": {}, "logged": {}}
        self._coming: dict[str, dict[int, Row]] = {"device": {}, "logged": {}}

    def add(self, rows: Iterable[Row]) -> None:
        """Take in rows; rows of one series come in the order of its log."""
        seen, coming = self._seen["device"], self._coming["device"]
        logged = self._coming["logged"]
        for row in rows:
            number = row.series
            logged[number] = row
            best = coming.get(number) or seen.get(number)
            # Within a series a later row wins a tie: recno and ordinal only grow.
            if best is None or row.time >= best.time:
                coming[number] = row

    def restore(self, by: str, rows: Iterable[Row], *, published: bool) -> None:
        """Take in rows found in segments, in total order by `by`."""
        target = self._seen[by] if published else self._coming[by]
        target.update((row.series, row) for row in rows)

    def publish(self) -> None:
        """Let readers see what was added."""
        for by, coming in self._coming.items():
            if coming:
                self._seen[by].update(coming)
                self._coming[by] = {}

    def row(self, by: str, number: int) -> Row | None:
        """The newest row of a stored series."""
        return self._seen[by].get(number)


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
