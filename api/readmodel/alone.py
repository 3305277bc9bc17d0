"""One stored series over a window, read in as few steps as there can be: what most small questions are about.

Its rows lie in order in each part, and one part's mostly come before the next one's: then nothing is merged or sorted.
Where that is not so, the general kernels are to be asked.
"""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.readmodel.rows import Columns, Ints, Rows, written
from api.readmodel.run import Part
from api.readmodel.view import View
from ingest.observation import Kind

EVER = (1 << 63) - 1
NUMBER = int(Kind.number)


class Piece(NamedTuple):
    """Rows in one part, ascending by select time: `first` and `last` are the outer ones."""

    first: int
    last: int
    part: Part
    rows: slice | Ints
    size: int


class Alone:
    """The rows of one stored series, piece by piece in the total order."""

    def __init__(self, pieces: list[Piece], by: str) -> None:
        self._pieces = pieces
        self._by = by
        self.rows = sum(each.size for each in pieces)

    @property
    def time(self) -> Ints:
        """Select times, ascending."""
        return self.column("time" if self._by == "device" else "logged")

    def column(self, name: str) -> NDArray[Any]:
        """A column of the rows; there is at least one."""
        arrays = [getattr(each.part.columns, name)[each.rows] for each in self._pieces]
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)

    def page(self, limit: int, *, descending: bool) -> Rows:
        """The first rows, or the last ones backwards."""
        columns = [] if self._pieces else [Columns.allocate(0)]
        texts: list[str | None] = []
        for each in reversed(self._pieces) if descending else self._pieces:
            own = each.part.columns.take(each.rows)
            if descending:
                own = own.take(slice(None, None, -1))
            if len(texts) + each.size > limit:
                own = own.take(slice(limit - len(texts)))
            columns.append(own)
            texts += _texts(each.part, own)
            if len(texts) == limit:
                break
        return Rows(columns[0] if len(columns) == 1 else Columns.join(columns), texts)


def alone(view: View, number: int, by: str, start: int | None, end: int | None) -> Alone | None:
    """The rows of the series `number` with start ≤ select time < end, ns; None if they are to be put in order first."""
    first, last = -EVER if start is None else start, EVER if end is None else end
    pieces = []
    for part in view.parts:
        rows = part.rows_of(number, by, first, last)
        if rows is not None and view.hides(part):
            rows = _shown(view, part, rows)
        if rows is None:
            continue
        times = part.columns.select_time(by)[rows]
        pieces.append(Piece(int(times[0]), int(times[-1]), part, rows, len(times)))
    if len(pieces) > 1:
        pieces.sort(key=lambda each: each.first)
        # At one and the same time it is the record that says which comes first.
        if any(one.last >= two.first for one, two in pairwise(pieces)):
            return None
    return Alone(pieces, by)


def _shown(view: View, part: Part, rows: slice | Ints) -> Ints | None:
    places = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
    found: Ints = places[part.columns.logged[rows] <= view.position]
    return found if len(found) else None


def _texts(part: Part, columns: Columns) -> list[str | None]:
    texts: list[str | None] = [None] * columns.rows
    if bool((columns.kind == NUMBER).all()):
        return texts
    for place in written(columns).tolist():
        texts[place] = part.text(int(columns.text[place]))
    return texts
