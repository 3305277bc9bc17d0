"""Columns of cells of any kind: small objects, and values that are numbers, truth values or texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from api.readmodel.found import NUMBER
from api.web.packed import Packed
from api.web.render import value_of
from api.web.table import Numbers


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

    def packed(self, style: str) -> Packed:
        """See `Column`."""
        return self.json(style)

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
        for place in np.flatnonzero(self.kinds != NUMBER).tolist():
            values[place] = value_of(int(self.kinds[place]), values[place], self.texts.get(place))
        return values

    def packed(self, style: str) -> Packed:
        """See `Column`."""
        if self.texts or bool((self.kinds != NUMBER).any()):
            return self.json(style)
        return np.ascontiguousarray(self.values)

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """See `Column`. Truth values are 1 and 0; texts stand beside the numbers, under the name with `_text`."""
        found = Numbers(self.values).arrow(name)
        if self.beside or self.texts:
            found |= Words(self.texts, len(self.values)).arrow(text_name(name))
        return found


@dataclass(frozen=True, slots=True)
class Words:
    """Texts that few rows have, by their places."""

    texts: Mapping[int, str]
    size: int

    def __len__(self) -> int:
        return self.size

    def slice(self, first: int, last: int) -> "Words":
        """See `Column`."""
        last = min(last, self.size)
        return Words({place - first: text for place, text in self.texts.items() if first <= place < last}, last - first)

    def json(self, _: str) -> list[Any]:
        """See `Column`."""
        return list(map(self.texts.get, range(self.size)))

    def packed(self, style: str) -> Packed:
        """See `Column`."""
        return self.json(style)

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """See `Column`."""
        if not self.texts:
            return {name: pa.nulls(self.size, pa.string())}
        codes = np.full(self.size, -1, np.int64)
        codes[list(self.texts)] = np.arange(len(self.texts))
        return {name: pa.array(list(self.texts.values()), pa.string()).take(pa.array(codes, mask=codes < 0))}


def text_name(name: str) -> str:
    """The name of the column of texts beside `name`: `value` has `text`, `first` has `first_text`."""
    return "text" if name == "value" else f"{name}_text"
