"""Rows that were found: known by where they lie, in total order, each column gathered when somebody asks for it.

What nobody asks for is not read: a question about times and values costs no names.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from api.readmodel.rows import DTYPES, NO_TEXT, TEXT, Columns, Ints, Rows
from api.readmodel.run import Part
from ingest.observation import Kind

NUMBER = int(Kind.number)


class Located(Protocol):
    """Rows, gathered or not."""

    @property
    def size(self) -> int:
        """How many there are."""
        ...

    def column(self, name: str) -> NDArray[Any]:
        """A column; `text` alone means nothing without its part."""
        ...

    def written(self) -> dict[int, str]:
        """By place the texts of the rows that have one."""
        ...


class Piece(NamedTuple):
    """Rows of one part."""

    part: Part
    rows: slice | Ints
    """A slice has both ends and no step."""
    size: int


class Found:
    """Rows of some parts; `order` puts the pieces, one after another, in order: None where they are."""

    def __init__(self, pieces: Sequence[Piece], order: Ints | slice | None = None) -> None:
        self._pieces = pieces
        self._order = order
        self._all = sum(each.size for each in pieces)
        self.size = len(order) if isinstance(order, np.ndarray) else self._all

    def column(self, name: str) -> NDArray[Any]:
        """See `Located`."""
        if len(self._pieces) == 1:
            part, rows, _ = self._pieces[0]
            whole: NDArray[Any] = _cells(getattr(part.columns, name), rows)
        elif self._pieces:
            whole = np.concatenate([_cells(getattr(part.columns, name), rows) for part, rows, _ in self._pieces])
        else:
            return np.zeros(0, DTYPES[name])
        return whole if self._order is None else _cells(whole, self._order)

    def written(self) -> dict[int, str]:
        """See `Located`."""
        kind = self.column("kind")
        if bool((kind == NUMBER).all()):
            return {}
        text = self.column("text")
        places = np.flatnonzero((text != NO_TEXT) | (kind == TEXT))
        ends = np.cumsum([each.size for each in self._pieces])
        owners = ends.searchsorted(self._physical(places), side="right")
        numbers = zip(places.tolist(), owners.tolist(), text[places].tolist(), strict=True)
        return {place: self._pieces[owner].part.text(number) for place, owner, number in numbers}

    def cut(self, first: int, last: int) -> "Found":
        """The rows from `first` to before `last`."""
        return Found(self._pieces, self._physical(np.arange(first, min(last, self.size))))

    def only(self, place: int) -> Columns:
        """The row at `place`, as columns of one row."""
        physical, first = int(self._physical(np.array([place]))[0]), 0
        for part, rows, size in self._pieces:
            if physical < first + size:
                number = physical - first + rows.start if isinstance(rows, slice) else int(rows[physical - first])
                return part.columns.take(slice(number, number + 1))
            first += size
        raise IndexError(place)

    def load(self) -> Rows:
        """All columns of the rows."""
        texts: list[str | None] = [None] * self.size
        for place, text in self.written().items():
            texts[place] = text
        return Rows(Columns(*map(self.column, DTYPES)), texts)

    def _physical(self, places: Ints) -> Ints:
        """Where rows stand in the pieces, one after another."""
        if self._order is None:
            return places
        if isinstance(self._order, slice):
            return self._all - 1 - places
        found: Ints = self._order[places]
        return found


def _cells(array: NDArray[Any], rows: slice | Ints) -> NDArray[Any]:
    # The same as indexing, which takes half as long again.
    return array[rows] if isinstance(rows, slice) else array.take(rows)


BACKWARDS = slice(None, None, -1)
"""The order of rows that are shown from the last to the first; no other slice is one."""


class Both(NamedTuple):
    """Some rows, then others."""

    first: Located
    then: Located

    @property
    def size(self) -> int:
        """See `Located`."""
        return self.first.size + self.then.size

    def column(self, name: str) -> NDArray[Any]:
        """See `Located`."""
        return np.concatenate((self.first.column(name), self.then.column(name)))

    def written(self) -> dict[int, str]:
        """See `Located`."""
        before = self.first.size
        return self.first.written() | {before + place: text for place, text in self.then.written().items()}
