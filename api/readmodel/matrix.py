"""The kernel behind `matrix`: per group and grid time one value, from nothing later than that time.

Row i stands at edges[i + 1] and is made from edges[i] < select time ≤ edges[i + 1].
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.readmodel.gather import Gathered, Groups, gather
from api.readmodel.nearest import Nearest, nearest
from api.readmodel.reduce import NEVER, Buckets, Cells, Floats, Numbers, cells_of, numbers_of, reduced
from api.readmodel.rows import Ints
from api.readmodel.view import View
from ingest.observation import Kind

PICKING = ("first", "last")
"""These are of observations of any kind, and so is `count`; the rest is of numbers."""


class Grid(NamedTuple):
    """What is asked. Times in ns."""

    function: str
    by: str
    edges: Ints
    fill: str = "none"
    """Where an interval is empty: `none`, `hold` the last value, or `linear` to the next one, which lies ahead."""
    hold_for: int = NEVER
    rows_max: int | None = None


class Matrix(NamedTuple):
    """Arrays of (groups, grid times)."""

    values: Floats
    """NaN where there is no number."""
    kinds: NDArray[np.int8]
    texts: dict[int, dict[int, str]]
    """By group and grid time, where the value is a text."""


class _Line(NamedTuple):
    """The rows that count, those of all groups one after another, and then the one before each group's window."""

    cells: Cells
    """By place in these arrays."""
    time: Ints
    value: Floats
    before: Ints
    """Per group the place of the row before the window; -1 for none."""


def matrix(view: View, groups: Groups, grid: Grid) -> Matrix:
    """All cells.

    Raises:
        TooManyRows: they are more than `rows_max`.
    """
    begin, end = int(grid.edges[0]) + 1, int(grid.edges[-1]) + 1
    rows = gather(view, groups, grid.by, begin, end, rows_max=grid.rows_max)
    numeric = grid.function not in PICKING or grid.fill == "linear"
    carry = nearest(view, groups, grid.by, begin, after=False, numeric=numeric)
    closed = Buckets(grid.edges + 1, NEVER, grid.hold_for)
    cells = cells_of(rows, closed)
    numbers = numbers_of(rows, cells, carry if numeric else None, closed)
    line = _line(rows, cells, numbers, carry, numeric=numeric)
    shape = (groups.count, closed.number)
    standing = _standing(line, grid, shape)
    if grid.function in PICKING and not numeric:
        return _picked(rows, carry, line, grid, standing)
    values = np.full(shape, np.nan)
    if grid.fill == "hold":
        values = _at(line.value, standing)
    elif grid.fill == "linear":
        ahead = nearest(view, groups, grid.by, end, after=True, numeric=True)
        values = _between(line, ahead, grid, standing)
    if grid.function == "count":
        values.flat[cells.cell] = cells.last - cells.first + 1
    else:
        values.flat[numbers.cells.cell] = _said(numbers, grid, view.position)
    return Matrix(values, np.full(shape, Kind.number, np.int8), {})


def _said(numbers: Numbers, grid: Grid, position: int) -> Floats:
    own = numbers.cells
    if grid.function in PICKING:
        return numbers.value[own.first if grid.function == "first" else own.last]
    return reduced(grid.function, numbers, Buckets(grid.edges, max(position, int(grid.edges[0])), grid.hold_for))


def _line(rows: Gathered, cells: Cells, numbers: Numbers, carry: Nearest, *, numeric: bool) -> _Line:
    own = numbers.cells if numeric else cells
    time, value = (numbers.time, numbers.value) if numeric else (rows.time, rows.value)
    before = np.where(carry.row >= 0, len(time) + carry.row, -1)
    joined = np.concatenate((time, carry.found.time)), np.concatenate((value, carry.found.value))
    return _Line(own, *joined, before)


def _standing(line: _Line, grid: Grid, shape: tuple[int, int]) -> Ints:
    """Per cell the place of the last row at or before its time that may still be held; -1 for none."""
    last = np.full(shape, -1, np.int64)
    last.flat[line.cells.cell] = line.cells.last
    last = np.maximum.accumulate(last, axis=1)
    last = np.where(last >= 0, last, line.before[:, None])
    if grid.hold_for == NEVER or grid.fill == "linear":
        return last
    age = grid.edges[None, 1:] - line.time[last] if len(line.time) else last
    return np.where((last >= 0) & (age <= grid.hold_for), last, -1)


def _at(values: Floats, places: Ints) -> Floats:
    if not len(values):
        return np.full(places.shape, np.nan)
    return np.where(places >= 0, values[places], np.nan)


def _between(line: _Line, ahead: Nearest, grid: Grid, before: Ints) -> Floats:
    """On the straight line from the last number to the next one, if `hold_for` bridges both."""
    after_all = len(line.time)
    time = np.concatenate((line.time, ahead.found.time))
    value = np.concatenate((line.value, ahead.found.value))
    after = np.full(before.shape, NEVER, np.int64)
    after.flat[line.cells.cell] = line.cells.first
    # What is at the cell itself is not ahead of it, but then the cell is not empty and this is not used.
    after = np.minimum.accumulate(after[:, ::-1], axis=1)[:, ::-1]
    last = np.where(ahead.row >= 0, after_all + ahead.row, NEVER)
    after = np.where(after == NEVER, last[:, None], after)
    known = (before >= 0) & (after != NEVER)
    if not known.any():
        return np.full(before.shape, np.nan)
    one, two = np.where(known, before, 0), np.where(known, after, 0)
    known &= time[two] - time[one] <= grid.hold_for
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = (grid.edges[None, 1:] - time[one]) / (time[two] - time[one])
        return np.where(known, value[one] + (value[two] - value[one]) * share, np.nan)


def _picked(rows: Gathered, carry: Nearest, line: _Line, grid: Grid, standing: Ints) -> Matrix:
    places = standing if grid.fill == "hold" else np.full(standing.shape, -1, np.int64)
    places.flat[line.cells.cell] = line.cells.first if grid.function == "first" else line.cells.last
    kinds = np.concatenate((rows.kind, carry.found.kind))
    kind = np.where(places >= 0, kinds[places], Kind.none) if len(kinds) else np.full(places.shape, Kind.none)
    group, at = np.nonzero(kind == Kind.text)
    # Each text is looked up once, however long it stands.
    chosen, which = np.unique(places[group, at], return_inverse=True)
    inside = int(np.searchsorted(chosen, rows.rows))
    known = rows.texts(chosen[:inside]) + carry.found.texts(chosen[inside:] - rows.rows)
    texts: dict[int, dict[int, str]] = {}
    for number, moment, text in zip(group.tolist(), at.tolist(), which.tolist(), strict=True):
        texts.setdefault(number, {})[moment] = known[text]
    return Matrix(_at(line.value, places), kind.astype(np.int8), texts)
