"""Gathering: the rows of groups of stored series as one sequence, group by group in the total order.

Where a row lies (segment or tail, old or new) leaves no trace in the sequence, so what is computed from it from left to
right has the same bytes after every append, seal and reopening.
"""

import functools
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.errors import ApiError
from api.readmodel.order import Keys, total_order
from api.readmodel.rows import DTYPES, Ints
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
        sizes = np.array([len(group) for group in groups], np.int64)
        flat = np.fromiter(chain.from_iterable(groups), np.int32)
        self.ids = np.sort(flat)
        self.of: Ints = np.zeros(int(self.ids[-1]) + 1 if len(flat) else 1, np.int64)
        self.of[flat] = np.repeat(np.arange(self.count), sizes)
        self.only = np.full(self.count, -1, np.int32)
        """Per group the stored series that is all of it; -1 where there are several."""
        single = sizes == 1
        self.only[single] = flat[(np.cumsum(sizes) - sizes)[single]]


class Stretch(NamedTuple):
    """Rows of one stored series in one part, ascending by time. What is one slice of the part is copied fast.

    Of many small series all rows in a part are one stretch, of `ALL_GROUPS`.
    """

    group: int
    first: int
    """Select time of the first row."""
    last: int
    """Select time of the last row."""
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
        sizes = np.zeros(groups.count, np.int64)
        if owner is None:
            np.add.at(sizes, np.array([each.group for each in self._stretches], np.int64), self._sizes)
        else:
            sizes += np.bincount(owner, minlength=groups.count)
        self.hi: Ints = np.cumsum(sizes)
        self.lo: Ints = self.hi - sizes

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.hi[-1]) if len(self.hi) else 0

    @cached_property
    def time(self) -> Ints:
        """Select times."""
        return self.column(self._name)

    @cached_property
    def value(self) -> NDArray[np.float64]:
        """Values; not finite where a row is no number."""
        # Adding 0 makes -0.0 a 0.0: which of the two is the least would depend on which came first.
        own: NDArray[np.float64] = self.column("value")
        return np.add(own, 0.0, out=own if own.base is None and own.flags.writeable else None)

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
        order, whole = self._order, self._joined(name)
        return whole if order is None else whole[order]

    def beginnings(self, moments: Ints) -> Ints:
        """Group by group, where its rows at or behind each of these ascending select times begin."""
        if self._order is not None:
            bounds = zip(self.lo.tolist(), self.hi.tolist(), strict=True)
            return np.concatenate([first + self.time[first:last].searchsorted(moments) for first, last in bounds])
        # The times themselves need not be joined for this.
        found = np.repeat(self.lo, len(moments)).reshape(-1, len(moments))
        for each in self._stretches:
            found[each.group] += getattr(each.part.columns, self._name)[each.rows].searchsorted(moments)
        return found.reshape(-1)

    def series(self, group: Ints, places: Ints) -> NDArray[np.int32]:
        """The stored series of the rows at `places`, which are of the groups `group`."""
        only = self._groups.only[group]
        return only if bool(np.all(only >= 0)) else self.column("series")[places]

    def texts(self, places: Ints) -> list[str]:
        """The texts of the rows at `places`."""
        order = self._order
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
        return _joined(self._stretches, name)

    @cached_property
    def _order(self) -> Ints | None:
        """What puts the joined stretches in order: None where they are."""
        if self._owner is not None:
            return self._put_in_order(self._joined(self._name), self._owner)
        mixed = self._mixed()
        if not mixed:
            return None
        time: Ints = self._joined(self._name)
        order = np.arange(len(time))
        for group in mixed:
            lo, hi = int(self.lo[group]), int(self.hi[group])
            own = [each for each in self._stretches if each.group == group]
            order[lo:hi] = lo + total_order(time[lo:hi], functools.partial(self._keys, own))
        return order

    def _mixed(self) -> list[int]:
        """The groups whose stretches overlap. Inside a stretch rows are in order, so only its ends are looked at."""
        found: dict[int, None] = {}
        for one, two in pairwise(self._stretches):
            if one.group != two.group or one.last < two.first:
                continue
            if one.last > two.first or self._key(one, -1) > self._key(two, 0):
                found[one.group] = None
        return list(found)

    def _key(self, each: Stretch, place: int) -> tuple[int, ...]:
        rows = self._keys([each], np.array([place % each.size]))
        return tuple(int(key[0]) for key in reversed(rows))

    def _put_in_order(self, time: Ints, owner: Ints) -> Ints:
        order = np.lexsort((time, owner))
        one, two = order[:-1], order[1:]
        if bool(np.any((time[one] == time[two]) & (owner[one] == owner[two]))):
            order = np.lexsort((*self._keys(self._stretches, slice(None)), time, owner))
        return order

    def _keys(self, stretches: Sequence[Stretch], rows: Ints | slice) -> Keys:
        """The keys of rows of some stretches, numbered through."""
        log = self._view.logs[_joined(stretches, "series")[rows]]
        own = (_joined(stretches, name)[rows] for name in ("ordinal", "recno"))
        return (*own, log, _joined(stretches, "store")[rows])


def _joined(stretches: Sequence[Stretch], name: str) -> NDArray[Any]:
    arrays = [getattr(each.part.columns, name)[each.rows] for each in stretches]
    if not arrays:
        return np.zeros(0, DTYPES[name])
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def gather(
    view: View, groups: Groups, by: str, start: int | None, end: int | None, *, rows_max: int | None = None
) -> Gathered:
    """The rows with start ≤ select time < end (ns; None is unbounded) that the view's position covers.

    Raises:
        TooManyRows: nothing was read yet.
    """
    runs = [part.run_within(groups.ids, by, start, end) for part in view.parts]
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
        stretches.append(Stretch(ALL_GROUPS, 0, 0, run.part, rows, len(rows)))
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
            first, last = (int(run.key[lo + int(shown[place])]) for place in (0, -1))
            each = Stretch(group, first, last, run.part, run.physical(lo + shown), len(shown))
        yield each


def bounds_of(run: Run, groups: Groups) -> Iterator[tuple[int, int, int]]:
    """Per series that has rows: its group, and where in the run they begin and end."""
    full = run.hi > run.lo
    bounds = (groups.of[run.ids[full]], run.lo[full], run.hi[full])
    return zip(*(each.tolist() for each in bounds), strict=True)


def stretch(run: Run, group: int, lo: int, hi: int) -> Stretch:
    """The rows of a group at the places lo … hi - 1 of a run."""
    rows = slice(lo, hi) if run.order is None else run.order[lo:hi]
    return Stretch(group, int(run.key[lo]), int(run.key[hi - 1]), run.part, rows, hi - lo)
