"""The kernel behind `plot`: least and greatest value per bucket of time and series.

Minimum, maximum and count do not depend on the order of rows, so parts are reduced one by one and then merged.
"""

from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from api.readmodel.rows import Ints
from api.readmodel.run import Part, Run, spans
from api.readmodel.view import View


class Buckets(NamedTuple):
    """Equally long arrays, one entry per bucket that has a value; ascending by `cell`."""

    cell: Ints
    """Number of the group times the number of buckets, plus the number of the bucket."""
    first: Ints
    """Select time in ns of the bucket's first value."""
    least: NDArray[np.float64]
    greatest: NDArray[np.float64]
    rows: Ints
    """How many values the bucket has."""

    def take(self, index: Any) -> "Buckets":
        """The buckets at `index`: an array of numbers, or a slice."""
        return Buckets(*(array[index] for array in cast("tuple[Any, ...]", self)))


class PlotRequest(NamedTuple):
    """A window start ≤ select time < end (ns) in at most `width` equal buckets."""

    by: str
    start: int
    end: int
    width: int

    @property
    def step(self) -> int:
        """Length of a bucket in ns."""
        return max(-(-(self.end - self.start) // self.width), 1)


def buckets(view: View, groups: list[list[int]], request: PlotRequest) -> Buckets:
    """Reduce the numbers and booleans of the stored series in `groups`; each group is one line of the plot."""
    ids = np.array(sorted(number for group in groups for number in group), np.int32)
    group_of = np.zeros(int(ids[-1]) + 1 if len(ids) else 1, np.int64)
    for place, group in enumerate(groups):
        group_of[group] = place
    pieces = [_reduce_part(view, part, part.run(ids, request.by), group_of, request) for part in view.parts]
    return _reduce(Buckets._make(np.concatenate(arrays) for arrays in zip(_NONE, *pieces, strict=True)))


def rows_in_window(view: View, ids: NDArray[np.int32], request: PlotRequest) -> int:
    """How many rows the reduction would look at."""
    runs = (part.run(ids, request.by).window(request.start, request.end) for part in view.parts)
    return sum(int((run.hi - run.lo).sum()) for run in runs)


def _reduce_part(view: View, part: Part, run: Run, group_of: Ints, request: PlotRequest) -> Buckets:
    run = run.window(request.start, request.end)
    counts = run.hi - run.lo
    places = spans(run.lo, counts)
    rows = run.physical(places)
    # Adding 0 makes -0.0 a 0.0: which of the two is the least would depend on which came first.
    values, times = part.columns.value[rows] + 0.0, run.key[places]
    mask = np.isfinite(values)
    if view.hides(part):
        mask &= part.columns.logged[rows] <= view.position
    group = np.repeat(group_of[run.ids], counts)[mask]
    times, values = times[mask], values[mask]
    cell = group * request.width + (times - request.start) // request.step
    return _reduce_runs(Buckets(cell, times, values, values, np.ones(len(cell), np.int64)))


def _reduce(found: Buckets) -> Buckets:
    order = np.argsort(found.cell, kind="stable")
    return _reduce_runs(found.take(order))


def _reduce_runs(found: Buckets) -> Buckets:
    """Merge neighbours of the same cell."""
    if not len(found.cell):
        return _NONE
    edges = np.concatenate(([0], np.flatnonzero(np.diff(found.cell)) + 1))
    return Buckets(
        found.cell[edges],
        np.minimum.reduceat(found.first, edges),
        np.minimum.reduceat(found.least, edges),
        np.maximum.reduceat(found.greatest, edges),
        np.add.reduceat(found.rows, edges),
    )


_INTS: Ints = np.zeros(0, np.int64)
_NONE = Buckets(_INTS, _INTS, np.zeros(0), np.zeros(0), _INTS)
