"""Columns as JSON without a step per cell: arrays that the serializer takes whole, or the text itself."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from api.readmodel.rows import Ints
from api.times import spelled_times

OPTIONS = orjson.OPT_SERIALIZE_NUMPY
OFTEN = 4
"""A text that comes less often than this is not worth writing beforehand."""
Packed = NDArray[Any] | list[Any] | orjson.Fragment
"""What `orjson.dumps` with these options writes as an array."""


def packed_times(times: Ints, style: str) -> Packed:
    """A column of times as `rfc3339`, or as `ns`: integers as text."""
    if not len(times):
        return []
    if style == "ns":
        plain = orjson.dumps(np.ascontiguousarray(times), option=OPTIONS)
        return orjson.Fragment(b'["' + plain[1:-1].replace(b",", b'","') + b'"]')
    return orjson.Fragment(b'["' + b'","'.join(spelled_times(times).tolist()) + b'"]')


def packed_texts(choices: Sequence[str | None], codes: Ints) -> Packed:
    """Texts that come again and again: row i has `choices[codes[i]]`."""
    if not len(codes):
        return []
    first = int(codes[0])
    if len(choices) == 1 or bool((codes == first).all()):
        return repeated(orjson.dumps(choices[first]), len(codes))
    if len(choices) * OFTEN > len(codes):
        return list(map(choices.__getitem__, codes.tolist()))
    written = [orjson.dumps(each) for each in choices]
    return orjson.Fragment(b"[" + b",".join(map(written.__getitem__, codes.tolist())) + b"]")


def repeated(written: bytes, count: int) -> Packed:
    """One value, already JSON, again and again."""
    if not count:
        return []
    return orjson.Fragment(b"[" + (written + b",") * (count - 1) + written + b"]")
