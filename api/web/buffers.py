"""Arrow arrays over the memory of numpy arrays: no value is copied, and a mask is made where something is missing."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def arrow_of(values: NDArray[Any], kind: pa.DataType, known: NDArray[np.bool_] | None = None) -> pa.Array:
    """An array of a type of fixed width, null where not `known`. Nobody may change `values` afterwards."""
    own = np.ascontiguousarray(values)
    count = len(own)
    missing, mask = 0, None
    if known is not None and (missing := count - int(np.count_nonzero(known))):
        mask = pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(kind, count, [mask, pa.py_buffer(own)], null_count=missing)
