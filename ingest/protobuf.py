"""Protocol Buffers' wire format, read: enough for one small schema, bounded, without generated code.

A message is its fields in order, as (number, value): an int for varints and fixed widths, bytes for what has a length.
"""

from collections.abc import Iterator

VARINT_BYTES_MAX = 10


class WireError(ValueError):
    """The bytes are no message."""


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of one message.

    Raises:
        WireError: cut off, a group (wire types 3 and 4, which proto3 has not), or a number that is too long.
    """
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if not number:
            raise WireError("field number 0")
        if kind == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        size = 8 if kind == 1 else 4 if kind == 5 else None
        if kind == 2:
            size, at = _varint(data, at)
        if size is None or at + size > len(data):
            raise WireError("cut off, or of an unknown wire type")
        piece = data[at : at + size]
        at += size
        yield number, piece if kind == 2 else int.from_bytes(piece, "little")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(VARINT_BYTES_MAX):
        if at + place >= len(data):
            break
        byte = data[at + place]
        value |= (byte & 127) << 7 * place
        if byte < 128:
            return value & (1 << 64) - 1, at + place + 1
    raise WireError("a number is cut off, or too long")
