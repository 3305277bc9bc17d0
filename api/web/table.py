"""Tables: named columns as kernels give them, and how each looks in JSON and in Arrow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from api.readmodel.rows import Ints
from api.times import format_times
from api.web.buffers import arrow_of
from api.web.chosen import Chosen
from api.web.packed import Packed, packed_times, repeated
from api.web.vocabulary import Vocabulary, decoded

TIME_TYPE = pa.timestamp("ns", tz="UTC")


class Column(Protocol):
    """Cells of one meaning."""

    def __len__(self) -> int: ...

    def slice(self, first: int, last: int) -> "Column":
        """The rows from `first` to before `last`."""
        ...

    def json(self, style: str) -> list[Any]:
        """The cells as JSON has them, times in `style`."""
        ...

    def packed(self, style: str) -> Packed:
        """The same as `json`, for the serializer alone, where that is quicker."""
        ...

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """The cells as Arrow has them: under this name, and a column beside it where one type does not hold all."""
        ...


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts, or None."""

    values: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.values)

    def slice(self, first: int, last: int) -> "Texts":
        """See `Column`."""
        return Texts(self.values[first:last])

    def json(self, _: str) -> list[Any]:
        """See `Column`."""
        return list(self.values)

    def packed(self, style: str) -> Packed:
        """See `Column`."""
        return self.json(style)

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """See `Column`."""
        return {name: pa.array(self.values, pa.string())}


@dataclass(frozen=True, slots=True)
class Times:
    """Times in ns; null where not `known`."""

    values: Ints
    known: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.values)

    def slice(self, first: int, last: int) -> "Times":
        """See `Column`."""
        return Times(self.values[first:last], None if self.known is None else self.known[first:last])

    def json(self, style: str) -> list[Any]:
        """See `Column`."""
        if self.known is None:
            return list(format_times(self.values, style))
        if not self.known.any():
            return [None] * len(self.values)
        texts = format_times(self.values, style)
        return [text if known else None for text, known in zip(texts, self.known.tolist(), strict=True)]

    def packed(self, style: str) -> Packed:
        """See `Column`."""
        if self.known is None or self.known.all():
            return packed_times(self.values, style)
        return self.json(style) if self.known.any() else repeated(b"null", len(self.values))

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """See `Column`."""
        return {name: arrow_of(self.values, TIME_TYPE, self.known)}


@dataclass(frozen=True, slots=True)
class Integers:
    """Whole numbers; null where not `known`."""

    values: Ints
    known: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.values)

    def slice(self, first: int, last: int) -> "Integers":
        """See `Column`."""
        return Integers(self.values[first:last], None if self.known is None else self.known[first:last])

    def json(self, _: str) -> list[Any]:
        """See `Column`."""
        if self.known is None:
            return list(self.values.tolist())
        pairs = zip(self.values.tolist(), self.known.tolist(), strict=True)
        return [value if known else None for value, known in pairs]

    def packed(self, style: str) -> Packed:
        """See `Column`."""
        return np.ascontiguousarray(self.values) if self.known is None else self.json(style)

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """See `Column`."""
        return {name: arrow_of(self.values, pa.int64(), self.known)}


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers; NaN is none."""

    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    def slice(self, first: int, last: int) -> "Numbers":
        """See `Column`."""
        return Numbers(self.values[first:last])

    def json(self, _: str) -> list[Any]:
        """See `Column`. What is not finite is written as null."""
        return list(self.values.tolist())

    def packed(self, _: str) -> Packed:
        """See `Column`."""
        return np.ascontiguousarray(self.values)

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """See `Column`."""
        return {name: arrow_of(self.values, pa.float64(), self.values == self.values)}  # NaN is not


@dataclass(frozen=True, slots=True)
class Truths:
    """Truth values."""

    values: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.values)

    def slice(self, first: int, last: int) -> "Truths":
        """See `Column`."""
        return Truths(self.values[first:last])

    def json(self, _: str) -> list[Any]:
        """See `Column`."""
        return list(self.values.tolist())

    def packed(self, _: str) -> Packed:
        """See `Column`."""
        return np.ascontiguousarray(self.values)

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """See `Column`."""
        return {name: pa.array(self.values, pa.bool_())}


Table = Mapping[str, Column]
"""Columns of equal length by name, in the order in which they are shown."""


def rows_of(table: Table) -> int:
    """How many rows a table has."""
    return max(map(len, table.values()), default=0)


def as_columns(table: Table, style: str) -> dict[str, list[Any]]:
    """A table as JSON has it, an array a column."""
    return {name: column.json(style) for name, column in table.items()}


def as_packed(table: Table, style: str) -> dict[str, Packed]:
    """The same for the serializer alone."""
    return {name: column.packed(style) for name, column in table.items()}


def as_objects(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """The same, an object a row."""
    names = list(columns)
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def as_batch(table: Table) -> pa.RecordBatch:
    """A table as Arrow has it, every text written out."""
    return decoded(as_encoded(table, {}))


def as_encoded(table: Table, vocabularies: dict[str, Vocabulary]) -> pa.RecordBatch:
    """The same with a dictionary for texts that come again and again; tables of one file share their vocabularies."""
    arrays = {}
    for own, column in table.items():
        if isinstance(column, Chosen):
            arrays[own] = vocabularies.setdefault(own, Vocabulary()).encode(column.choices, column.codes)
        else:
            arrays |= column.arrow(own)
    return pa.record_batch(list(arrays.values()), names=list(arrays))
