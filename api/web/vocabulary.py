"""Vocabularies: the texts of a column that has few of them, each once, as Arrow's dictionary-encoded columns have it.

What stands in a dictionary depends on the rows alone, never on the numbers of series in a process: new texts come after
the known ones, sorted. So the bytes are the same wherever rows were read.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from api.readmodel.rows import Ints
from api.web.buffers import arrow_of

TYPE = pa.dictionary(pa.int32(), pa.string())


class Vocabulary:
    """The texts of one column, in the order in which they came; it only grows."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._texts = pa.array([], pa.string())

    def encode(self, choices: Sequence[str | None], codes: Ints) -> pa.DictionaryArray:
        """Row i has the text `choices[codes[i]]`, or null."""
        present = np.zeros(len(choices), np.bool_)
        present[codes] = True
        said = {choices[number] for number in np.flatnonzero(present).tolist()} - {None}
        fresh = sorted(text for text in said if text is not None and text not in self._numbers)
        if fresh:
            self._numbers |= zip(fresh, range(len(self._numbers), len(self._numbers) + len(fresh)), strict=True)
            self._texts = pa.array(list(self._numbers), pa.string())
        own = [-1 if text is None else self._numbers.get(text, -1) for text in choices]
        indices = np.array(own, np.int32)[codes] if own else np.zeros(0, np.int32)
        known = indices >= 0 if None in choices else None
        # What is under a null is written too.
        plain = indices if known is None else np.maximum(indices, 0)
        return pa.DictionaryArray.from_arrays(arrow_of(plain, pa.int32(), known), self._texts, safe=False)


def decoded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same with each text written out."""
    columns = [each.dictionary_decode() if pa.types.is_dictionary(each.type) else each for each in batch.columns]
    return pa.record_batch(columns, names=batch.schema.names)
