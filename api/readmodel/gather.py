"""Gathering: the rows of groups of stored series as one sequence, group by group in the total order.

Where a row lies (segment or tail, old or new) leaves no trace in the sequence, so what is computed from it from left to
right has the same bytes after every append, seal and reopening.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.errors import ApiError
from api.readmodel.rows import Columns, Ints
from api.readmodel.run import Part, Run
from api.readmodel.view import View

BACK_MIN = 16
BACK_GROWTH = 8


class TooManyRows(ApiError):
    """A window has more rows than may be looked at; the text names both."""


class Groups:
    """Which stored series make up which group."""

    def __init__(self, groups: Sequence[Sequence[int]]) -> None:
        self.count = len(groups)
        self.ids = np.array(sorted(number for group in groups for number in group), np.int32)
        self.of: Ints = np.zeros(int(self.ids[-1]) + 1 if len(self.ids) else 1, np.int64)
        self.only = np.array([group[0] if len(group) == 1 else -1 for group in groups], np.int32)
        """Per group the stored series that is all of it; -1 where there are several."""
        for place, group in enumerate(groups):
            self.of[list(group)] = place


class Stretch(NamedTuple):
    """Rows of one stored series in one part, ascending by time. What is one slice of the part is copied fast."""

    group: int
    first: int
    """Select time of the first row."""
    part: Part
    rows: Ints | slice
    size: int


class Gathered:
    """Rows in the total order; those of group g are at lo[g] … hi[g] - 1."""

    def __init__(self, view: View, stretches: Sequence[Stretch], groups: Groups, by: str) -> None:
        self._view = view
        # Where stretches of a group do not overlap, this is the total order already.
        self._stretches = sorted(stretches, key=lambda each: each[:2])
        self._groups = groups
        self._name = "time" if by == "device" else "logged"
        sizes = np.zeros(groups.count, np.int64)
        self._sizes: Ints = np.array([each.size for each in self._stretches], np.int64)
        np.add.at(sizes, np.array([each.group for each in self._stretches], np.int64), self._sizes)
        self.hi: Ints = np.cumsum(sizes)
        self.lo: Ints = self.hi - sizes

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.hi[-1]) if len(self.hi) else 0

    @cached_property
    def time(self) -> Ints:
        """Select times."""
        return self._ordered[0]

    @cached_property
    def value(self) -> NDArray[np.float64]:
        """Values; not finite where a row is no number."""
        # Adding 0 makes -0.0 a 0.0: which of the two is the least would depend on which came first.
        return self.column("value") + 0.0

    @cached_property
    def kind(self) -> NDArray[np.int8]:
        """Kinds."""
        return self.column("kind")

    @cached_property
    def numeric(self) -> NDArray[np.bool_]:
        """Which rows are numbers or truth values."""
        return np.isfinite(self.value)

    def column(self, name: str) -> NDArray[Any]:
        """A column of the rows."""
        order, whole = self._ordered[1], self._joined(name)
        return whole if order is None else whole[order]

    def series(self, group: Ints, places: Ints) -> NDArray[np.int32]:
        """The stored series of the rows at `places`, which are of the groups `group`."""
        only = self._groups.only[group]
        return only if bool(np.all(only >= 0)) else self.column("series")[places]

    def texts(self, places: Ints) -> list[str]:
        """The texts of the rows at `places`."""
        order = self._ordered[1]
        ends = np.cumsum(self._sizes)
        found = []
        for place in (places if order is None else order[places]).tolist():
            number = int(np.searchsorted(ends, place, side="right"))
            each = self._stretches[number]
            own = each.part.columns.text[each.rows]
            found.append(each.part.text(int(own[place - int(ends[number]) + each.size])))
        return found

    def pieces(self) -> list[tuple[Part, Ints]]:
        """Where the rows lie: parts with row numbers."""
        return [
            (each.part, np.arange(each.rows.start, each.rows.stop) if isinstance(each.rows, slice) else each.rows)
            for each in self._stretches
        ]

    def _joined(self, name: str) -> NDArray[Any]:
        arrays = [getattr(each.part.columns, name)[each.rows] for each in self._stretches]
        if not arrays:
            return np.zeros(0, getattr(Columns.allocate(0), name).dtype)
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)

    @cached_property
    def _ordered(self) -> tuple[Ints, Ints | None]:
        """Select times, and what puts the joined stretches in order: None where they are."""
        time: Ints = self._joined(self._name)
        step = np.diff(time)
        # From one group to the next nothing is wrong.
        begins = self.lo[(self.lo > 0) & (self.lo < len(time))]
        step[begins - 1] = 1
        low = int(step.min()) if len(step) else 1
        if low > 0 or (low == 0 and not self._ties_wrong(np.flatnonzero(step == 0))):
            return time, None
        group = np.repeat(np.arange(len(self.lo)), self.hi - self.lo)
        order = np.lexsort((*reversed(self._tie_keys()), time, group))
        return time[order], order

    def _tie_keys(self) -> tuple[NDArray[Any], ...]:
        log = self._view.logs[self._joined("series")]
        return self._joined("store"), log, self._joined("recno"), self._joined("ordinal")

    def _ties_wrong(self, places: Ints) -> bool:
        equal, wrong = np.ones(len(places), np.bool_), np.zeros(len(places), np.bool_)
        for key in self._tie_keys():
            one, two = key[places], key[places + 1]
            wrong |= equal & (one > two)
            equal &= one == two
        return bool(wrong.any())


class Nearest(NamedTuple):
    """At most one row a group."""

    found: Gathered
    row: Ints
    """Per group its row in `found`; -1 for none."""


def gather(
    view: View, groups: Groups, by: str, start: int | None, end: int | None, *, rows_max: int | None = None
) -> Gathered:
    """The rows with start ≤ select time < end (ns; None is unbounded) that the view's position covers.

    Raises:
        TooManyRows: nothing was read yet.
    """
    runs = [part.run(groups.ids, by).window(start, end) for part in view.parts]
    rows = sum(int((run.hi - run.lo).sum()) for run in runs)
    if rows_max is not None and rows > rows_max:
        raise TooManyRows(f"{rows} rows are in the window, {rows_max} may be: ask for less time or fewer series")
    return Gathered(view, [each for run in runs for each in _stretches(view, run, groups)], groups, by)


def nearest(view: View, groups: Groups, by: str, moment: int, *, after: bool, numeric: bool) -> Nearest:
    """Per group the last row before `moment` (select time, ns), or with `after` the first one at or behind it.

    With `numeric` only numbers and truth values count.
    """
    found: list[Stretch] = []
    for part in view.parts:
        whole = part.run(groups.ids, by)
        run = whole.window(moment, None) if after else whole.window(None, moment)
        for group, lo, hi in _bounds(run, groups):
            place = _seek(view, run, lo, hi, after=after, numeric=numeric)
            if place is not None:
                found.append(_stretch(run, group, place, place + 1))
    every = Gathered(view, found, groups, by)
    return Nearest(every, np.where(every.hi > every.lo, every.lo if after else every.hi - 1, -1))


def _stretches(view: View, run: Run, groups: Groups) -> Iterator[Stretch]:
    hides = view.hides(run.part)
    for group, lo, hi in _bounds(run, groups):
        each = _stretch(run, group, lo, hi)
        if hides:
            shown = np.flatnonzero(run.part.columns.logged[each.rows] <= view.position)
            if not len(shown):
                continue
            first = int(run.key[lo + int(shown[0])])
            each = Stretch(group, first, run.part, run.physical(lo + shown), len(shown))
        yield each


def _bounds(run: Run, groups: Groups) -> Iterator[tuple[int, int, int]]:
    full = run.hi > run.lo
    bounds = (groups.of[run.ids[full]], run.lo[full], run.hi[full])
    return zip(*(each.tolist() for each in bounds), strict=True)


def _stretch(run: Run, group: int, lo: int, hi: int) -> Stretch:
    rows = slice(lo, hi) if run.order is None else run.order[lo:hi]
    return Stretch(group, int(run.key[lo]), run.part, rows, hi - lo)


def _seek(view: View, run: Run, lo: int, hi: int, *, after: bool, numeric: bool) -> int | None:
    """The last place in [lo, hi) that counts, or the first; looked for in steps that grow."""
    reach = 1
    while lo < hi:
        places = np.arange(lo, min(lo + reach, hi)) if after else np.arange(max(hi - reach, lo), hi)
        rows = run.physical(places)
        good = run.part.columns.logged[rows] <= view.position
        if numeric:
            good &= np.isfinite(run.part.columns.value[rows])
        hits = np.flatnonzero(good)
        if len(hits):
            return int(places[hits[0 if after else -1]])
        lo, hi = (lo + len(places), hi) if after else (lo, hi - len(places))
        reach = max(BACK_MIN, reach * BACK_GROWTH)
    return None
