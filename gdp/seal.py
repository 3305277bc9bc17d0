"""The seal log's records: one signature over the tips of many logs (docs/formats.md, "Seal record")."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from gdp.errors import BadRequest

MAGIC = b"HSL1"
RECORD_BYTES_MAX = 64_000

_HEAD = struct.Struct(">4sI")
_ENTRY = struct.Struct(">32sQ32s")
ENTRIES_MAX = (RECORD_BYTES_MAX - _HEAD.size) // _ENTRY.size


class Sealed(NamedTuple):
    """What a seal says of one log: record `recno` has this hash, and so has everything before it in the chain."""

    log: bytes
    recno: int
    hash: bytes


def encode_seal(tips: Iterable[Sealed]) -> bytes:
    """Return the data of one seal record over at most `ENTRIES_MAX` tips."""
    entries = [_ENTRY.pack(*tip) for tip in tips]
    assert len(entries) <= ENTRIES_MAX
    return _HEAD.pack(MAGIC, len(entries)) + b"".join(entries)


def encode_seals(tips: Sequence[Sealed]) -> Iterator[bytes]:
    """Return the data of as many seal records as the tips need."""
    for first in range(0, len(tips), ENTRIES_MAX):
        yield encode_seal(tips[first : first + ENTRIES_MAX])


def decode_seal(data: bytes) -> list[Sealed]:
    """Read a seal record's data.

    Raises:
        BadRequest: not a seal record of this version.
    """
    if len(data) < _HEAD.size:
        raise BadRequest("a seal record is longer than its head")
    magic, count = _HEAD.unpack_from(data)
    if magic != MAGIC or len(data) != _HEAD.size + count * _ENTRY.size:
        raise BadRequest("not a seal record of version 1")
    return [Sealed(*entry) for entry in _ENTRY.iter_unpack(data[_HEAD.size :])]
