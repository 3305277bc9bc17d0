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
from api.readmodel.run import Part, Run, spans
from api.readmodel.view import View

MANY = 512
"""More stretches than this are not looked at one by one, if they have few rows each."""
FEW_ROWS = 256
ALL_GROUPS = -1


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
    """Rows of one stored series in one part, ascending by time. What is one slice of the part is copied fast.

    Of many small series all rows in a part are one stretch, of `ALL_GROUPS`.
    """

    group: int
    first: int
    """Select time of the first row."""
    part: Part
    rows: Ints | slice
    size: int


class Gathered:
    """Rows in the total order; those of group g are at lo[g] … hi[g] - 1."""

    def __init__(
        self, view: View, stretches: Sequence[Stretch], groups: Groups, by: str, *, owner: Ints | None = None
    ) -> None:
        """`owner`: the group of each row, in the order of the stretches, where those are of all groups."""
        self._view = view
        # Where stretches of a group do not overlap, this is the total order already.
        self._stretches = sorted(stretches, key=lambda each: each[:2]) if owner is None else stretches
        self._groups = groups
        self._owner = owner
        self._name = "time" if by == "device" else "logged"
        self._sizes: Ints = np.array([each.size for each in self._stretches], np.int64)
        if owner is None:
            owner = np.repeat(np.array([each.group for each in self._stretches], np.int64), self._sizes)
        sizes = np.bincount(owner, minlength=groups.count)
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
        if self._owner is not None:
            return self._put_in_order(time, self._owner)
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

    def _put_in_order(self, time: Ints, owner: Ints) -> tuple[Ints, Ints]:
        order = np.lexsort((time, owner))
        one, two = order[:-1], order[1:]
        if bool(np.any((time[one] == time[two]) & (owner[one] == owner[two]))):
            order = np.lexsort((*reversed(self._tie_keys()), time, owner))
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
    stretches = sum(len(run.ids) for run in runs)
    if stretches > MANY and rows < stretches * FEW_ROWS:
        return _gather_many(view, runs, groups, by)
    return Gathered(view, [each for run in runs for each in _stretches(view, run, groups)], groups, by)


def _gather_many(view: View, runs: Sequence[Run], groups: Groups, by: str) -> Gathered:
    stretches, owners = [], [np.zeros(0, np.int64)]
    for run in runs:
        counts = run.hi - run.lo
        rows, owner = run.physical(spans(run.lo, counts)), np.repeat(groups.of[run.ids], counts)
        if view.hides(run.part):
            shown = run.part.columns.logged[rows] <= view.position
            rows, owner = rows[shown], owner[shown]
        stretches.append(Stretch(ALL_GROUPS, 0, run.part, rows, len(rows)))
        owners.append(owner)
    return Gathered(view, stretches, groups, by, owner=np.concatenate(owners))


def _stretches(view: View, run: Run, groups: Groups) -> Iterator[Stretch]:
    hides = view.hides(run.part)
    for group, lo, hi in bounds_of(run, groups):
        each = stretch(run, group, lo, hi)
        if hides:
            shown = np.flatnonzero(run.part.columns.logged[each.rows] <= view.position)
            if not len(shown):
                continue
            first = int(run.key[lo + int(shown[0])])
            each = Stretch(group, first, run.part, run.physical(lo + shown), len(shown))
        yield each


def bounds_of(run: Run, groups: Groups) -> Iterator[tuple[int, int, int]]:
    """Per series that has rows: its group, and where in the run they begin and end."""
    full = run.hi > run.lo
    bounds = (groups.of[run.ids[full]], run.lo[full], run.hi[full])
    return zip(*(each.tolist() for each in bounds), strict=True)


def stretch(run: Run, group: int, lo: int, hi: int) -> Stretch:
    """The rows of a group at the places lo … hi - 1 of a run."""
    rows = slice(lo, hi) if run.order is None else run.order[lo:hi]
    return Stretch(group, int(run.key[lo]), run.part, rows, hi - lo)
