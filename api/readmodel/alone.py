"""One stored series over a window, read in as few steps as there can be: what most small questions are about.

Its rows lie in order in each part, and one part's mostly come before the next one's: then nothing is merged or sorted.
Where that is not so, the general kernels are to be asked.
"""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.readmodel.found import BACKWARDS, Found, Piece
from api.readmodel.rows import Ints
from api.readmodel.run import Part
from api.readmodel.view import View

EVER = (1 << 63) - 1


class Stretch(NamedTuple):
    """Rows in one part, ascending by select time: `first` and `last` are the outer ones."""

    first: int
    last: int
    part: Part
    rows: slice | Ints
    size: int


class Alone:
    """The rows of one stored series, stretch by stretch in the total order."""

    def __init__(self, stretches: list[Stretch], by: str) -> None:
        self._stretches = stretches
        self._by = by
        self.rows = sum(each.size for each in stretches)

    @property
    def time(self) -> Ints:
        """Select times, ascending."""
        return self.column("time" if self._by == "device" else "logged")

    def column(self, name: str) -> NDArray[Any]:
        """A column of the rows; there is at least one."""
        if len(self._stretches) == 1:
            only = self._stretches[0]
            found: NDArray[Any] = getattr(only.part.columns, name)[only.rows]
            return found
        return np.concatenate([getattr(each.part.columns, name)[each.rows] for each in self._stretches])

    def page(self, limit: int, *, descending: bool) -> Found:
        """The first rows, or the last ones backwards."""
        pieces: list[Piece] = []
        for each in reversed(self._stretches) if descending else self._stretches:
            size = min(each.size, limit)
            pieces.append(Piece(each.part, _some(each, size, last=descending), size))
            limit -= size
            if not limit:
                break
        return Found(pieces[::-1], BACKWARDS) if descending else Found(pieces)


def alone(view: View, number: int, by: str, start: int | None, end: int | None) -> Alone | None:
    """The rows of the series `number` with start ≤ select time < end, ns; None if they are to be put in order first."""
    first, last = -EVER if start is None else start, EVER if end is None else end
    stretches = []
    for part in view.parts:
        rows = part.rows_of(number, by, first, last)
        if rows is not None and view.hides(part):
            rows = _shown(view, part, rows)
        if rows is None:
            continue
        times = part.columns.select_time(by)[rows]
        stretches.append(Stretch(int(times[0]), int(times[-1]), part, rows, len(times)))
    if len(stretches) > 1:
        stretches.sort(key=lambda each: each.first)
        # At one and the same time it is the record that says which comes first.
        if any(one.last >= two.first for one, two in pairwise(stretches)):
            return None
    return Alone(stretches, by)


def _shown(view: View, part: Part, rows: slice | Ints) -> Ints | None:
    places = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
    found: Ints = places[part.columns.logged[rows] <= view.position]
    return found if len(found) else None


def _some(stretch: Stretch, size: int, *, last: bool) -> slice | Ints:
    rows = stretch.rows
    if size == stretch.size:
        return rows
    if isinstance(rows, slice):
        return slice(rows.stop - size, rows.stop) if last else slice(rows.start, rows.start + size)
    return rows[-size:] if last else rows[:size]
