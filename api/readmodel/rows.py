"""The row vocabulary: which columns a row has, and how rows are collected before they become columns.

One row per message (ordinal 0, field empty) and one per observation (ordinal 1…). Rows are totally ordered by
(select time, store, log id, recno, ordinal), where the select time is device time or logged time.
"""

import functools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ingest.observation import Kind

Ints = NDArray[np.int64]

NO_TEXT = 0
"""What `Columns.text` holds where a row has no text: the index of the empty text, first in every dictionary."""

TEXT = int(Kind.text)
"""numpy asks a member of an enumeration for much before it takes it as a number."""

DTYPES: dict[str, type[np.generic]] = {
    "series": np.int32,
    "store": np.int16,
    "time": np.int64,
    "logged": np.int64,
    "recno": np.int64,
    "ordinal": np.int32,
    "kind": np.int8,
    "claimed": np.int8,
    "value": np.float64,
    "text": np.int32,
}


class Row(NamedTuple):
    """One row before it is stored. Times in ns; `text` is the text itself."""

    series: int
    store: int
    time: int
    """Device time where the device claims one, else logged time."""
    logged: int
    recno: int
    ordinal: int
    kind: int
    claimed: int
    """1 if `time` is what the device claims, 0 if it is the logged time."""
    value: float
    text: str | None

    @property
    def device_time(self) -> int | None:
        """What the device claims, or None."""
        return self.time if self.claimed else None


_new_row = functools.partial(tuple.__new__, Row)
"""Makes a row of its cells at half the cost of its own constructor, which is a function in Python."""


class Columns(NamedTuple):
    """Equally long arrays, one per column; `text` holds indices into the texts of the part that the rows came from."""

    series: NDArray[np.int32]
    store: NDArray[np.int16]
    time: Ints
    logged: Ints
    recno: Ints
    ordinal: NDArray[np.int32]
    kind: NDArray[np.int8]
    claimed: NDArray[np.int8]
    value: NDArray[np.float64]
    text: NDArray[np.int32]

    @classmethod
    def allocate(cls, rows: int) -> Self:
        """Columns of `rows` undefined rows."""
        return cls(*(np.empty(rows, dtype) for dtype in DTYPES.values()))

    @classmethod
    def join(cls, pieces: Iterable["Columns"]) -> Self:
        """All rows of `pieces`, one after another."""
        listed = list(pieces)
        if not listed:
            return cls.allocate(0)
        return cls(*(np.concatenate(arrays) for arrays in zip(*listed, strict=True)))

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """The columns, in their order."""
        return tuple(self)

    def take(self, index: Any) -> "Columns":
        """The rows at `index`: an array of numbers, a mask, or a slice (which copies nothing)."""
        return Columns(*(array[index] for array in self))

    @property
    def rows(self) -> int:
        """How many rows there are; `len` of a named tuple is its number of columns."""
        return len(self.series)

    def select_time(self, by: str) -> Ints:
        """The column that selects and sorts under `by`, which is `device` or `logged`."""
        return self.time if by == "device" else self.logged


def written(columns: Columns) -> Ints:
    """The rows with a text: also those whose value is the empty one."""
    return np.flatnonzero((columns.text != NO_TEXT) | (columns.kind == TEXT))


class Rows(NamedTuple):
    """Rows out of several parts, in total order, with their texts resolved."""

    columns: Columns
    texts: list[str | None]

    @property
    def size(self) -> int:
        """How many there are."""
        return self.columns.rows

    def column(self, name: str) -> NDArray[Any]:
        """A column."""
        array: NDArray[Any] = getattr(self.columns, name)
        return array

    def written(self) -> dict[int, str]:
        """By place the texts of the rows that have one."""
        return {place: text for place in written(self.columns).tolist() if (text := self.texts[place]) is not None}

    def only(self, place: int) -> Columns:
        """The row at `place`, as columns of one row."""
        return self.columns.take(slice(place, place + 1))

    def head(self, count: int) -> "Rows":
        """The first `count` rows."""
        return Rows(self.columns.take(slice(count)), self.texts[:count])

    def take(self, places: Sequence[int]) -> "Rows":
        """The rows at these places."""
        return Rows(self.columns.take(places), [self.texts[place] for place in places])

    def unpack(self) -> list[Row]:
        """The rows as values, for the few places that work on one row at a time."""
        lists = [array.tolist() for array in self.columns[:-1]]
        return list(map(_new_row, zip(*lists, self.texts, strict=True)))
