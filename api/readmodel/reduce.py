"""The kernel behind `aggregate` and `matrix`: what is to be said of the rows of each group in each bucket.

Sums run pairwise over the values of a bucket in the total order, so their last bits do not depend on where rows lie.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.readmodel.gather import Gathered
from api.readmodel.nearest import Nearest
from api.readmodel.rows import Ints

Floats = NDArray[np.float64]
FUNCTIONS = ("count", "min", "max", "mean", "sum", "first", "last", "delta", "time_weighted_mean")
CARRYING = frozenset({"delta", "time_weighted_mean"})
"""These look at the last number before the bucket too."""
NEVER = (1 << 63) - 1
NO_TIMES: Ints = np.zeros(0, np.int64)
SEARCH_ROWS = 4
"""With more rows a cell than this the beginnings of cells are looked for, not each row's cell."""
SEARCH_ROWS_EVEN = 64
"""The same where buckets are equally long, so that a division says a row's cell."""


class Cells(NamedTuple):
    """Cells that have a row, ascending; those of cell i are the rows first[i] … last[i]."""

    cell: Ints
    """Number of the group times the number of buckets, plus the number of the bucket."""
    first: Ints
    last: Ints


class Buckets(NamedTuple):
    """Bucket i is edges[i] ≤ select time < edges[i + 1], ns."""

    edges: Ints
    known_until: int
    """Nothing is held beyond this time."""
    hold_for: int = NEVER
    """A value stands no longer than this, ns."""
    known_from: int = -NEVER
    """What stood before this time does not count."""

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.edges) - 1

    @property
    def step(self) -> int | None:
        """Their length in ns, if all are equally long."""
        steps = self.edges[1:] - self.edges[:-1]
        return int(steps[0]) if bool((steps == steps[0]).all()) else None

    def of(self, time: Ints, step: int | None) -> Ints:
        """The bucket of each of these times."""
        if step is None:
            return np.searchsorted(self.edges, time, side="right") - 1
        found: Ints = (time - self.edges[0]) // step
        return found


class Numbers(NamedTuple):
    """The rows that are numbers or truth values, in their order, and the cells that have any."""

    cells: Cells
    place: Ints
    """Per cell of `cells`, its place among the cells that have a row of any kind."""
    time: Ints
    """Empty where nobody asks for it."""
    value: Floats
    before_time: Ints
    """Per cell, the time of the last number before its first; `NEVER` for none. Empty where nothing is carried."""
    before_value: Floats


def cells_of(rows: Gathered, buckets: Buckets) -> Cells:
    """The cells of rows, all of which lie in a bucket."""
    lo, hi, edges, count = rows.lo, rows.hi, buckets.edges, buckets.number
    if count == 1 or not rows.rows:
        full = np.flatnonzero(hi > lo)
        return Cells(full, lo[full], hi[full] - 1)
    step = buckets.step
    if len(lo) * count * (SEARCH_ROWS if step is None else SEARCH_ROWS_EVEN) < rows.rows:
        starts = rows.beginnings(edges[:-1])
        ends = np.append(starts[1:], rows.rows)
        full = np.flatnonzero(ends > starts)
        return Cells(full, starts[full], ends[full] - 1)
    cell = buckets.of(rows.time, step)
    if len(lo) > 1:
        cell += np.repeat(np.arange(0, len(lo) * count, count), hi - lo)
    first = np.concatenate(([0], np.flatnonzero(cell[1:] != cell[:-1]) + 1))
    return Cells(cell[first], first, np.append(first[1:], rows.rows) - 1)


def numbers_of(rows: Gathered, cells: Cells, carry: Nearest | None, buckets: Buckets, *, timed: bool = True) -> Numbers:
    """The numbers among the rows.

    Args:
        rows: rows of all groups.
        cells: those that have any of them.
        carry: each group's last number before the first bucket, if that matters.
        buckets: in which the rows are.
        timed: whether anybody asks when they were; if not, the times are left out.
    """
    mask = rows.numeric
    time = rows.time if timed else NO_TIMES
    value, own, place = rows.value, cells, np.arange(len(cells.cell))
    if not mask.all():
        seen = np.concatenate(([0], np.cumsum(mask)))
        time, value = time[mask] if timed else time, value[mask]
        first, end = seen[cells.first], seen[cells.last + 1]
        place = np.flatnonzero(end > first)
        own = Cells(cells.cell[place], first[place], end[place] - 1)
    if carry is None:
        return Numbers(own, place, time, value, np.zeros(0, np.int64), np.zeros(0))
    return Numbers(own, place, time, value, *_before(own, time, value, carry, buckets))


def _before(cells: Cells, time: Ints, value: Floats, carry: Nearest, buckets: Buckets) -> tuple[Ints, Floats]:
    """Per cell time and value of the last number before its first; `carry` has those before the first bucket."""
    group = cells.cell // buckets.number
    if not len(group):
        return group, value
    inside = np.concatenate(([False], group[1:] == group[:-1]))
    before = np.where(inside, cells.first - 1, 0)
    before_time = np.where(inside, time[before], NEVER)
    before_value = np.where(inside, value[before], np.nan)
    row = carry.row[group]
    held = ~inside & (row >= 0)
    before_time[held], before_value[held] = carry.found.time[row[held]], carry.found.value[row[held]]
    return before_time, before_value


def reduced(function: str, numbers: Numbers, buckets: Buckets) -> Floats:
    """One function of the numbers of each cell of `numbers.cells`; `first`, `last` and `count` are of the cells."""
    if not len(numbers.cells.cell):
        return np.zeros(0)
    with np.errstate(over="ignore", invalid="ignore"):
        return _REDUCTIONS[function](numbers, buckets)


def _least(numbers: Numbers, _: Buckets) -> Floats:
    return np.asarray(np.minimum.reduceat(numbers.value, numbers.cells.first))


def _greatest(numbers: Numbers, _: Buckets) -> Floats:
    return np.asarray(np.maximum.reduceat(numbers.value, numbers.cells.first))


def _sum(numbers: Numbers, _: Buckets) -> Floats:
    return np.asarray(np.add.reduceat(numbers.value, numbers.cells.first))


def _mean(numbers: Numbers, buckets: Buckets) -> Floats:
    return _sum(numbers, buckets) / (numbers.cells.last - numbers.cells.first + 1)


def _delta(numbers: Numbers, _: Buckets) -> Floats:
    known = numbers.before_time != NEVER
    since: Floats = np.where(known, numbers.before_value, numbers.value[numbers.cells.first])
    return numbers.value[numbers.cells.last] - since


def _time_weighted_mean(numbers: Numbers, buckets: Buckets) -> Floats:
    """Each value weighs as long as it stood in the bucket; the last value where none stood for any time."""
    cell, first, last = numbers.cells
    bucket = cell % buckets.number
    begin = np.maximum(buckets.edges[bucket], buckets.known_from)
    end = np.minimum(buckets.edges[bucket + 1], buckets.known_until)
    until = np.append(numbers.time[1:], 0)
    until[last] = end
    until = np.minimum(until, np.repeat(end, last - first + 1))
    weight = np.clip(until - numbers.time, 0, buckets.hold_for).astype(np.float64)
    known = numbers.before_time != NEVER
    carried_until = np.minimum(numbers.time[first], end)
    if buckets.hold_for != NEVER:
        carried_until = np.minimum(carried_until, np.where(known, numbers.before_time, begin) + buckets.hold_for)
    carried = np.where(known, np.maximum(carried_until - begin, 0), 0).astype(np.float64)
    total = np.add.reduceat(numbers.value * weight, first) + np.where(known, numbers.before_value, 0.0) * carried
    whole = np.add.reduceat(weight, first) + carried
    mean: Floats = np.divide(total, whole, out=numbers.value[last].copy(), where=whole > 0)
    return mean


_REDUCTIONS = {
    "min": _least,
    "max": _greatest,
    "sum": _sum,
    "mean": _mean,
    "delta": _delta,
    "time_weighted_mean": _time_weighted_mean,
}
