"""Tables: named columns as kernels give them, and how each looks in JSON and in Arrow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from api.readmodel.rows import Ints
from api.times import format_times
from api.web.render import value_of
from ingest.observation import Kind

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

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """See `Column`."""
        mask = None if self.known is None else ~self.known
        return {name: pa.array(self.values.astype(np.int64), pa.int64(), mask=mask).cast(TIME_TYPE)}


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

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """See `Column`."""
        return {name: pa.array(self.values, pa.int64(), mask=None if self.known is None else ~self.known)}


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

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """See `Column`."""
        return {name: pa.array(self.values, pa.float64(), mask=np.isnan(self.values))}


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

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """See `Column`."""
        return {name: pa.array(self.values, pa.bool_())}


@dataclass(frozen=True, slots=True)
class Objects:
    """Small objects, which other formats than JSON have as JSON in one cell."""

    values: Sequence[Mapping[str, Any]]

    def __len__(self) -> int:
        return len(self.values)

    def slice(self, first: int, last: int) -> "Objects":
        """See `Column`."""
        return Objects(self.values[first:last])

    def json(self, _: str) -> list[Any]:
        """See `Column`."""
        return list(self.values)

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """See `Column`."""
        return {name: pa.array([orjson.dumps(each).decode() for each in self.values], pa.string())}


@dataclass(frozen=True, slots=True)
class Values:
    """Values of any kind: numbers, truth values, texts. `texts` has the text of each row that is one."""

    kinds: NDArray[np.int8]
    values: NDArray[np.float64]
    texts: Mapping[int, str]
    beside: bool = True
    """Whether Arrow gets a column for texts also where there is none; it has to, if batches follow each other."""

    def __len__(self) -> int:
        return len(self.values)

    def slice(self, first: int, last: int) -> "Values":
        """See `Column`."""
        texts = {place - first: text for place, text in self.texts.items() if first <= place < last}
        return Values(self.kinds[first:last], self.values[first:last], texts, self.beside or bool(self.texts))

    def json(self, _: str) -> list[Any]:
        """See `Column`."""
        values: list[Any] = self.values.tolist()
        for place in np.flatnonzero(self.kinds != Kind.number).tolist():
            values[place] = value_of(int(self.kinds[place]), values[place], self.texts.get(place))
        return values

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """See `Column`. Truth values are 1 and 0; texts stand beside the numbers, under the name with `_text`."""
        found = Numbers(self.values).arrow(name)
        if self.beside or self.texts:
            found[text_name(name)] = self._texts()
        return found

    def _texts(self) -> pa.Array:
        if not self.texts:
            return pa.nulls(len(self.values), pa.string())
        codes = np.full(len(self.values), -1, np.int64)
        codes[list(self.texts)] = np.arange(len(self.texts))
        return pa.array(list(self.texts.values()), pa.string()).take(pa.array(codes, mask=codes < 0))


def text_name(name: str) -> str:
    """The name of the column of texts beside `name`: `value` has `text`, `first` has `first_text`."""
    return "text" if name == "value" else f"{name}_text"


Table = Mapping[str, Column]
"""Columns of equal length by name, in the order in which they are shown."""


def rows_of(table: Table) -> int:
    """How many rows a table has."""
    return max(map(len, table.values()), default=0)


def as_columns(table: Table, style: str) -> dict[str, list[Any]]:
    """A table as JSON has it, an array a column."""
    return {name: column.json(style) for name, column in table.items()}


def as_objects(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """The same, an object a row."""
    names = list(columns)
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def as_batch(table: Table) -> pa.RecordBatch:
    """A table as Arrow has it."""
    arrays = {name: array for own, column in table.items() for name, array in column.arrow(own).items()}
    return pa.record_batch(list(arrays.values()), names=list(arrays))
