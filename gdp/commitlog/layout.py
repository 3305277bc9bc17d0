"""The codec of a segment's header and of the footer that sealing adds (docs/formats.md, "Segment"): no file."""

import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from gdp.commitlog.frame import CHECKED_FROM, BadFrame, checksum

SEGMENT_MAGIC = b"HLCOMMIT"
FORMAT_VERSION = 1
SALT_BYTES = 16
_HEADER = struct.Struct(">8sHHI32sQQ16s")  # magic, version, 0, number, server, position and reserved time before, salt
_CRC = struct.Struct(">I")
HEADER_BYTES = _HEADER.size + _CRC.size

FOOTER_MAGIC = b"HLIX"
SEALED_MAGIC = b"HLSEALED"
_FOOTER = struct.Struct(">4sIIIQQ")  # magic, CRC-32, body bytes, logs, last logged time, reserved time
_LOG = struct.Struct(">IQIQ32s")  # log, first recno, records, last signed recno, hash of its last record
_TRAILER = struct.Struct(">Q8s")  # where the footer begins, magic
FOOTER_HEAD_BYTES = _FOOTER.size
TRAILER_BYTES = _TRAILER.size
_PLACE_BYTES = 4

Places: TypeAlias = "array[int]"
"""Bytes of a segment at which records begin, 4 bytes each."""


class SegmentHeader(NamedTuple):
    """What a segment's first bytes say; all its records have logged times after `previous` (ns).

    `reserved` is the reserved time (as in a frame) that holds before its first frame.
    """

    number: int
    server: bytes
    previous: int
    reserved: int
    salt: bytes


class LogIndex(NamedTuple):
    """A log's records in one segment: they are consecutive; `places` says at which byte each begins."""

    log: int
    first: int
    signed: int
    hash: bytes
    places: Places

    @property
    def last(self) -> int:
        """Number of its last record."""
        return self.first + len(self.places) - 1


class Footer(NamedTuple):
    """A sealed segment's index, and the times of its last frame (ns)."""

    last: int
    reserved: int
    logs: Sequence[LogIndex]


def new_places(values: Sequence[int] = ()) -> Places:
    """Return an array of places in a segment, 4 bytes each."""
    places = array("I", values)
    assert places.itemsize == _PLACE_BYTES
    return places


def encode_header(header: SegmentHeader) -> bytes:
    """Return a segment's first bytes."""
    number, server, previous, reserved, salt = header
    raw = _HEADER.pack(SEGMENT_MAGIC, FORMAT_VERSION, 0, number, server, previous, reserved, salt)
    return raw + _CRC.pack(zlib.crc32(raw))


def decode_header(raw: bytes) -> SegmentHeader:
    """Read a segment's first bytes.

    Raises:
        BadFrame: too short, other magic, unknown version, or a wrong checksum.
    """
    if len(raw) < HEADER_BYTES:
        raise BadFrame(f"a segment's header has {HEADER_BYTES} bytes, not {len(raw)}")
    magic, version, _, number, server, previous, reserved, salt = _HEADER.unpack_from(raw)
    if magic != SEGMENT_MAGIC:
        raise BadFrame("the file is not a commit-log segment")
    if zlib.crc32(raw[: _HEADER.size]) != _CRC.unpack_from(raw, _HEADER.size)[0]:
        raise BadFrame("the segment header's checksum does not match")
    if version != FORMAT_VERSION:
        raise BadFrame(f"the segment has format version {version}, this program reads {FORMAT_VERSION}")
    return SegmentHeader(number, server, previous, reserved, salt)


def encode_footer(footer: Footer, *, salt: bytes, place: int) -> bytes:
    """Return footer and trailer of a segment whose frames end at byte `place`."""
    table = [_LOG.pack(log.log, log.first, len(log.places), log.signed, log.hash) for log in footer.logs]
    body = b"".join(table + [_big_endian(log.places).tobytes() for log in footer.logs])
    fields = (len(body), len(footer.logs), footer.last, footer.reserved)
    trailer = _TRAILER.pack(place, SEALED_MAGIC)
    raw = _FOOTER.pack(FOOTER_MAGIC, 0, *fields)
    return _FOOTER.pack(FOOTER_MAGIC, checksum(raw[CHECKED_FROM:], body, salt, place), *fields) + body + trailer


def footer_place(trailer: bytes) -> int | None:
    """Return where the footer begins, by a file's last `TRAILER_BYTES`; None if the segment is not sealed."""
    if len(trailer) != TRAILER_BYTES:
        return None
    place, magic = _TRAILER.unpack(trailer)
    return int(place) if magic == SEALED_MAGIC else None


def decode_footer(raw: bytes, *, salt: bytes, place: int) -> Footer:
    """Read footer and trailer, checked.

    Raises:
        BadFrame: anything else.
    """
    if len(raw) < FOOTER_HEAD_BYTES + TRAILER_BYTES:
        raise BadFrame("the segment's footer is cut short")
    magic, crc, body_bytes, count, last, reserved = _FOOTER.unpack_from(raw)
    body = raw[FOOTER_HEAD_BYTES : FOOTER_HEAD_BYTES + body_bytes]
    if magic != FOOTER_MAGIC or len(raw) != FOOTER_HEAD_BYTES + body_bytes + TRAILER_BYTES:
        raise BadFrame("the segment's footer does not fit its place")
    if footer_place(raw[-TRAILER_BYTES:]) != place:
        raise BadFrame("the segment's trailer points elsewhere")
    if checksum(raw[CHECKED_FROM:FOOTER_HEAD_BYTES], body, salt, place) != crc:
        raise BadFrame("the footer's checksum does not match")
    return Footer(last, reserved, _decode_logs(body, count))


def _decode_logs(body: bytes, count: int) -> list[LogIndex]:
    at = count * _LOG.size
    logs = []
    for log, first, records, signed, tip_hash in _LOG.iter_unpack(body[:at]):
        places = new_places()
        end = at + records * _PLACE_BYTES
        places.frombytes(body[at:end])
        logs.append(LogIndex(log, first, signed, tip_hash, _big_endian(places)))
        at = end
    if at != len(body):
        raise BadFrame("the footer's tables do not fill it")
    return logs


def _big_endian(places: Places) -> Places:
    if sys.byteorder == "big":
        return places
    swapped = places[:]
    swapped.byteswap()
    return swapped
