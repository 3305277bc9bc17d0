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


class Numbers(NamedTuple):
    """The rows that are numbers or truth values, in their order, and the cells that have any."""

    cells: Cells
    place: Ints
    """Per cell of `cells`, its place among the cells that have a row of any kind."""
    time: Ints
    value: Floats
    before_time: Ints
    """Per cell, the time of the last number before its first; `NEVER` for none."""
    before_value: Floats


def cells_of(rows: Gathered, buckets: Buckets) -> Cells:
    """The cells of rows, all of which lie in a bucket."""
    lo, hi, edges, count = rows.lo, rows.hi, buckets.edges, buckets.number
    if count == 1 or not rows.rows:
        full = np.flatnonzero(hi > lo)
        return Cells(full, lo[full], hi[full] - 1)
    time = rows.time
    if len(lo) * count * 4 < len(time):
        # Few cells with many rows each: look for the cells' beginnings, not for each row's cell.
        starts = np.concatenate(
            [first + np.searchsorted(time[first:last], edges[:-1]) for first, last in zip(lo, hi, strict=True)]
        )
        ends = np.append(starts[1:], len(time))
        full = np.flatnonzero(ends > starts)
        return Cells(full, starts[full], ends[full] - 1)
    group = np.repeat(np.arange(len(lo)), hi - lo)
    cell = group * count + np.searchsorted(edges, time, side="right") - 1
    first = np.concatenate(([0], np.flatnonzero(cell[1:] != cell[:-1]) + 1))
    return Cells(cell[first], first, np.append(first[1:], len(time)) - 1)


def numbers_of(rows: Gathered, cells: Cells, carry: Nearest | None, buckets: Buckets) -> Numbers:
    """The numbers among the rows; `carry` has each group's last number before the first bucket."""
    mask = rows.numeric
    time, value, own, place = rows.time, rows.value, cells, np.arange(len(cells.cell))
    if not mask.all():
        seen = np.concatenate(([0], np.cumsum(mask)))
        time, value = time[mask], value[mask]
        first, end = seen[cells.first], seen[cells.last + 1]
        place = np.flatnonzero(end > first)
        own = Cells(cells.cell[place], first[place], end[place] - 1)
    group = own.cell // buckets.number
    inside = np.concatenate(([False], group[1:] == group[:-1]))[: len(group)]
    before = np.where(inside, own.first - 1, 0)
    before_time = np.where(inside, time[before], NEVER) if len(group) else group
    before_value = np.where(inside, value[before], np.nan) if len(group) else value
    if carry is not None and len(group):
        row = carry.row[group]
        held = ~inside & (row >= 0)
        before_time[held], before_value[held] = carry.found.time[row[held]], carry.found.value[row[held]]
    return Numbers(own, place, time, value, before_time, before_value)


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
