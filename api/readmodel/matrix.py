"""The kernel behind `matrix`: per group and grid time one value, from nothing later than that time.

Row i stands at edges[i + 1] and is made from edges[i] < select time ≤ edges[i + 1].
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.readmodel.gather import Gathered, Groups, gather
from api.readmodel.nearest import Nearest, nearest, nothing
from api.readmodel.reduce import CARRYING, NEVER, Buckets, Cells, Floats, Numbers, cells_of, numbers_of, reduced
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


class _Spans(NamedTuple):
    """Spans of cells in which one row stands; all groups one after another, without holes."""

    place: Ints
    """Of the row in the line; -1 for none."""
    length: Ints
    """In cells."""

    def laid(self, of_rows: NDArray[Any], none: Any, shape: tuple[int, int]) -> NDArray[Any]:
        """A value in each cell: that of the row which stands there, or `none`."""
        if not len(of_rows):
            return np.full(shape, none, of_rows.dtype)
        return np.where(self.place >= 0, of_rows[self.place], none).repeat(self.length).reshape(shape)


def matrix(view: View, groups: Groups, grid: Grid) -> Matrix:
    """All cells.

    Raises:
        TooManyRows: they are more than `rows_max`.
    """
    begin, end = int(grid.edges[0]) + 1, int(grid.edges[-1]) + 1
    rows = gather(view, groups, grid.by, begin, end, rows_max=grid.rows_max)
    numeric = grid.function not in PICKING or grid.fill == "linear"
    carry = nothing(view, groups, grid.by)
    if grid.fill != "none" or grid.function in CARRYING:
        carry = nearest(view, groups, grid.by, begin, after=False, numeric=numeric)
    closed = Buckets(grid.edges + 1, NEVER, grid.hold_for)
    cells = cells_of(rows, closed)
    if not numeric:
        return _picked(rows, carry, _line(cells, rows.time, rows.value, carry), grid)
    numbers = numbers_of(rows, cells, carry if grid.function in CARRYING else None, closed)
    values = _filled(view, groups, grid, _line(numbers.cells, numbers.time, numbers.value, carry))
    flat = values.reshape(-1)
    if grid.function == "count":
        flat[cells.cell] = cells.last - cells.first + 1
    else:
        flat[numbers.cells.cell] = _said(numbers, grid, view.position)
    return Matrix(values, np.full(values.shape, Kind.number, np.int8), {})


def _filled(view: View, groups: Groups, grid: Grid, line: _Line) -> Floats:
    """What is in a cell where no number is."""
    shape = (groups.count, len(grid.edges) - 1)
    if grid.fill == "none":
        return np.full(shape, np.nan)
    if grid.fill == "hold":
        return _standing(line, grid, shape).laid(line.value, np.nan, shape)
    ahead = nearest(view, groups, grid.by, int(grid.edges[-1]) + 1, after=True, numeric=True)
    before = _standing(line, grid._replace(hold_for=NEVER), shape)
    return _between(line, ahead, grid, before.place.repeat(before.length).reshape(shape))


def _said(numbers: Numbers, grid: Grid, position: int) -> Floats:
    own = numbers.cells
    if grid.function in PICKING:
        return numbers.value[own.first if grid.function == "first" else own.last]
    return reduced(grid.function, numbers, Buckets(grid.edges, max(position, int(grid.edges[0])), grid.hold_for))


def _line(cells: Cells, time: Ints, value: Floats, carry: Nearest) -> _Line:
    before = np.where(carry.row >= 0, len(time) + carry.row, -1)
    return _Line(cells, np.concatenate((time, carry.found.time)), np.concatenate((value, carry.found.value)), before)


def _standing(line: _Line, grid: Grid, shape: tuple[int, int]) -> _Spans:
    """The last row at or before each cell's time that may still be held."""
    count = shape[1]
    starts = np.arange(0, shape[0] * count, count)
    own = line.cells
    at = own.cell.searchsorted(starts)
    # A group whose first cell has no row begins with the row before the window.
    empty = np.append(own.cell, -1)[at] != starts
    cell = np.insert(own.cell, at[empty], starts[empty])
    place = np.insert(own.last, at[empty], line.before[empty])
    if grid.hold_for != NEVER and len(line.time):
        cell, place = _let_go(cell, place, line.time, grid, shape)
    return _Spans(place, np.diff(cell, append=shape[0] * count))


def _let_go(cell: Ints, place: Ints, time: Ints, grid: Grid, shape: tuple[int, int]) -> tuple[Ints, Ints]:
    """The same beginnings of spans with those added from which on a row may not be held any more."""
    edges, count = grid.edges[1:], shape[1]
    last = np.append(cell[1:], shape[0] * count) - 1
    old = np.flatnonzero((place >= 0) & (edges[last % count] - time[place] > grid.hold_for))
    if not len(old):
        return cell, place
    group = cell[old] // count
    ends = group * count + edges.searchsorted(time[place[old]] + grid.hold_for, side="right")
    ends = np.maximum(ends, cell[old])
    return np.insert(cell, old + 1, ends), np.insert(place, old + 1, -1)


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


def _picked(rows: Gathered, carry: Nearest, line: _Line, grid: Grid) -> Matrix:
    """`first` and `last`: rows of any kind."""
    shape = (len(line.before), len(grid.edges) - 1)
    own = line.cells.first if grid.function == "first" else line.cells.last
    nowhere = _Spans(np.array([-1]), np.array([math.prod(shape)]))
    spans = _standing(line, grid, shape) if grid.fill == "hold" else nowhere

    def laid(of_rows: NDArray[Any], none: Any) -> NDArray[Any]:
        cells = spans.laid(of_rows, none, shape)
        cells.reshape(-1)[line.cells.cell] = of_rows[own]
        return cells

    kinds = np.concatenate((rows.kind, carry.found.kind))
    kind = laid(kinds, Kind.none.value)
    texts: dict[int, dict[int, str]] = {}
    if bool(np.any(kinds == Kind.text)):
        texts = _texts(rows, carry, kind, laid(np.arange(len(kinds)), -1))
    return Matrix(laid(line.value, np.nan), kind, texts)


def _texts(rows: Gathered, carry: Nearest, kind: NDArray[np.int8], places: Ints) -> dict[int, dict[int, str]]:
    group, at = np.nonzero(kind == Kind.text)
    # Each text is looked up once, however long it stands.
    chosen, which = np.unique(places[group, at], return_inverse=True)
    inside = int(np.searchsorted(chosen, rows.rows))
    known = rows.texts(chosen[:inside]) + carry.found.texts(chosen[inside:] - rows.rows)
    texts: dict[int, dict[int, str]] = {}
    for number, moment, text in zip(group.tolist(), at.tolist(), which.tolist(), strict=True):
        texts.setdefault(number, {})[moment] = known[text]
    return texts
