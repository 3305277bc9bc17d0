"""A column of few texts that come again and again: each is kept once, with a number per row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from api.readmodel.rows import Ints
from api.web.packed import Packed, packed_texts
from api.web.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Chosen:
    """Row i has the text `choices[codes[i]]`, or None."""

    choices: Sequence[str | None]
    codes: Ints

    def __len__(self) -> int:
        return len(self.codes)

    def slice(self, first: int, last: int) -> "Chosen":
        """See `Column`."""
        return Chosen(self.choices, self.codes[first:last])

    def json(self, _: str) -> list[Any]:
        """See `Column`."""
        return list(map(self.choices.__getitem__, self.codes.tolist()))

    def packed(self, _: str) -> Packed:
        """See `Column`."""
        return packed_texts(self.choices, self.codes)

    def arrow(self, name: str) -> dict[str, pa.Array]:
        """See `Column`."""
        return {name: Vocabulary().encode(self.choices, self.codes)}

    @classmethod
    def of(cls, texts: Sequence[str | None]) -> "Chosen":
        """The column of these texts."""
        numbers: dict[str | None, int] = {}
        codes = [numbers.setdefault(text, len(numbers)) for text in texts]
        return cls(list(numbers), np.array(codes, np.int64))


def ranked(numbers: NDArray[Any]) -> tuple[list[int], Ints]:
    """The different ones of small numbers ≥ 0, ascending, and per number its place among them."""
    if not len(numbers):
        return [], np.zeros(0, np.int64)
    if bool((numbers == numbers[0]).all()):
        return [int(numbers[0])], np.zeros(len(numbers), np.int64)
    present = np.zeros(int(numbers.max()) + 1, np.bool_)
    present[numbers] = True
    return np.flatnonzero(present).tolist(), (np.cumsum(present) - 1).take(numbers)
