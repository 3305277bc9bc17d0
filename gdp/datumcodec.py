"""Encoding records for the wire by hand, so that a record is encoded once and spliced into every answer.

The bytes equal those of the protobuf runtime (a test says so). Fields: gdp-protocol §4 and §17.
"""

import struct
from collections.abc import Iterable

from gdp.datum import NS_PER_S, Datum

_ACCURACY = struct.Struct("<f")
_CONTENT = bytes.fromhex("088501")  # cmd = 133
_CONTENT_BODY = bytes.fromhex("aa08")  # field 133, length-delimited
_APPEND = bytes.fromhex("0847")  # cmd = 71
_APPEND_BODY = bytes.fromhex("ba04")  # field 71, length-delimited
_VARINT_SMALL = [bytes([number]) for number in range(0x80)]

CONTENT_OVERHEAD_BYTES_MAX = 3 + 6 + 2 + 4 + 1 + 4  # cmd, rid, and two lengths with their tags
DATUM_OVERHEAD_BYTES_MAX = 1 + 4
FEED_FIELDS_BYTES_MAX = 2 + 32 + 1 + 10


def varint(number: int) -> bytes:
    """Return a non-negative number below 2**64 as a protobuf varint."""
    if number < 0x80:
        return _VARINT_SMALL[number]
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def encode_datum(datum: Datum, log: bytes | None = None, logged: int | None = None) -> bytes:
    """Return a record's encoding, with the feed's fields where a log is given (as `feed_fields`)."""
    recno, ts, accuracy, prevhash, data, sig = datum
    seconds, nanoseconds = divmod(ts, NS_PER_S)
    time = b"\x08" + varint(seconds)
    if nanoseconds:
        time += b"\x10" + varint(nanoseconds)
    if accuracy:
        time += b"\x1d" + _ACCURACY.pack(accuracy)
    parts = [b"\x08", varint(recno), b"\x12", varint(len(time)), time]
    if prevhash:
        parts += (b"\x1a", varint(len(prevhash)), prevhash)
    parts += (b"\x2a", varint(len(data)), data)
    if sig:
        inner = varint(len(sig))
        parts += (b"\x32", varint(1 + len(inner) + len(sig)), b"\x0a", inner, sig)
    if log is not None:
        parts.append(feed_fields(log, None if logged == ts else logged))
    return b"".join(parts)


def feed_fields(log: bytes, logged: int | None) -> bytes:
    """Return what the feed appends to an encoded record: its logged time in ns where it differs, its log's name."""
    name = b"\x7a\x20" + log
    return name if logged is None else b"\x70" + varint(logged) + name


def encode_content(rid: int, encoded: Iterable[bytes]) -> bytes:
    """Return an answer 133 with these already encoded records, for request `rid` (0 = none)."""
    return _listing(_CONTENT, rid, _CONTENT_BODY, encoded)


def encode_append(rid: int, encoded: Iterable[bytes]) -> bytes:
    """Return a request APPEND with these already encoded records."""
    return _listing(_APPEND, rid, _APPEND_BODY, encoded)


def _listing(command: bytes, rid: int, body: bytes, encoded: Iterable[bytes]) -> bytes:
    records = b"".join([b"\x0a" + varint(len(datum)) + datum for datum in encoded])
    length = varint(len(records))
    request = b"\x10" + varint(rid) if rid else b""
    return b"".join((command, request, body, varint(1 + len(length) + len(records)), b"\x0a", length, records))
