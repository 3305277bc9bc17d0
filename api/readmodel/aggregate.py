"""The kernel behind `aggregate`: functions of each bucket of each group, in columns."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.readmodel.alone import alone
from api.readmodel.gather import Gathered, Groups, gather
from api.readmodel.nearest import nearest
from api.readmodel.reduce import CARRYING, Buckets, Cells, Floats, Numbers, cells_of, numbers_of, reduced
from api.readmodel.rows import Ints
from api.readmodel.view import View
from ingest.observation import Kind

PLAIN = ("count", "first", "last")
"""They are of rows of any kind."""
NONE_BEFORE, NO_VALUE_BEFORE = np.zeros(0, np.int64), np.zeros(0)


class Wish(NamedTuple):
    """What is asked of the rows with start ≤ select time < end, ns."""

    functions: tuple[str, ...]
    by: str
    start: int
    end: int
    buckets: Buckets
    rows_max: int | None = None


class Picked(NamedTuple):
    """One row of each cell, of any kind."""

    kinds: NDArray[np.int8]
    values: Floats
    texts: dict[int, str]


class Aggregated(NamedTuple):
    """Equally long columns: a row per bucket that has an observation, by group and then by time."""

    group: Ints
    bucket: Ints
    series: NDArray[np.int32]
    """Number of the stored series that the bucket's last observation is of."""
    counts: Ints
    numbers: dict[str, Floats]
    """By function; NaN where the bucket has no number."""
    picked: dict[str, Picked]
    """`first` and `last`."""


def aggregate(view: View, groups: Groups, wish: Wish) -> Aggregated:
    """Reduce the rows of the window that the view covers.

    Raises:
        TooManyRows: they are more than `rows_max`.
    """
    if wish.functions == ("count",) and wish.buckets.number == 1 and _lies_open(view, groups):
        return _counted(view, groups, wish)
    if groups.count == 1 and not CARRYING & set(wish.functions) and (one := _of_one(view, groups, wish)):
        return one
    rows = gather(view, groups, wish.by, wish.start, wish.end, rows_max=wish.rows_max)
    cells = cells_of(rows, wish.buckets)
    carry = None
    if CARRYING & set(wish.functions):
        carry = nearest(view, groups, wish.by, wish.start, after=False, numeric=True)
    numeric = [name for name in wish.functions if name not in PLAIN]
    found: dict[str, Floats] = {}
    if numeric:
        numbers = numbers_of(rows, cells, carry, wish.buckets, timed=carry is not None)
        for name in numeric:
            found[name] = np.full(len(cells.cell), np.nan)
            found[name][numbers.place] = reduced(name, numbers, wish.buckets)
    group, bucket = np.divmod(cells.cell, wish.buckets.number)
    ends = {"first": cells.first, "last": cells.last}
    picked = {name: pick(rows, ends[name]) for name in wish.functions if name in ends}
    series = rows.series(group, cells.last)
    return Aggregated(group, bucket, series, cells.last - cells.first + 1, found, picked)


def _of_one(view: View, groups: Groups, wish: Wish) -> Aggregated | None:
    """The same of one stored series that lies in order and has numbers only; None if it does not."""
    number = int(groups.only[0])
    rows = alone(view, number, wish.by, wish.start, wish.end) if number >= 0 else None
    if rows is None or not rows.rows or (wish.rows_max is not None and rows.rows > wish.rows_max):
        return None
    # Adding 0 makes -0.0 a 0.0, as where several parts are gathered.
    time, value = rows.time, rows.column("value") + 0.0
    if not np.isfinite(value).all():
        return None
    bounds = time.searchsorted(wish.buckets.edges)
    full = (bounds[1:] > bounds[:-1]).nonzero()[0]
    cells = Cells(full, bounds[full], bounds[full + 1] - 1)
    numbers = Numbers(cells, full, time, value, NONE_BEFORE, NO_VALUE_BEFORE)
    found = {name: reduced(name, numbers, wish.buckets) for name in wish.functions if name not in PLAIN}
    picked = {}
    for name, places in (("first", cells.first), ("last", cells.last)):
        if name in wish.functions:
            picked[name] = Picked(rows.column("kind")[places], value[places], {})
    series = np.full(len(full), number, np.int32)
    return Aggregated(np.zeros(len(full), np.int64), full, series, cells.last - cells.first + 1, found, picked)


def _lies_open(view: View, groups: Groups) -> bool:
    """Whether rows can be counted without a look at any: none is later than the position, each group is one series."""
    return bool(np.all(groups.only >= 0)) and not any(view.hides(part) for part in view.parts)


def _counted(view: View, groups: Groups, wish: Wish) -> Aggregated:
    counts = np.zeros(groups.count, np.int64)
    for part in view.parts:
        run = part.run_within(groups.ids, wish.by, wish.start, wish.end)
        counts[groups.of[run.ids]] += run.hi - run.lo
    group = np.flatnonzero(counts)
    return Aggregated(group, np.zeros(len(group), np.int64), groups.only[group], counts[group], {}, {})


def pick(rows: Gathered, places: Ints) -> Picked:
    """The rows at `places`."""
    kinds = rows.kind[places]
    written = np.flatnonzero(kinds == Kind.text)
    texts = rows.texts(places[written])
    return Picked(kinds, rows.value[places], dict(zip(written.tolist(), texts, strict=True)))
