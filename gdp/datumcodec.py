"""Encoding records for the wire by hand, so that a record is encoded once and spliced into every answer.

The bytes equal those of the protobuf runtime (a test says so). Fields: gdp-protocol §4 and §17.
"""

import struct
from collections.abc import Iterable
from functools import lru_cache

from gdp.datum import NS_PER_S, Datum, DatumFields

_ACCURACY = struct.Struct("<f")
_CONTENT = bytes.fromhex("088501")  # cmd = 133
_CONTENT_BODY = bytes.fromhex("aa08")  # field 133, length-delimited
_APPEND = bytes.fromhex("0847")  # cmd = 71
_APPEND_BODY = bytes.fromhex("ba04")  # field 71, length-delimited
_SUCCESS = bytes.fromhex("088001")  # cmd = 128
_SUCCESS_BODY = bytes.fromhex("8208")  # field 128, length-delimited
_SUCCESS_TIME = b"\x12"

CONTENT_OVERHEAD_BYTES_MAX = 3 + 6 + 2 + 4 + 1 + 4  # cmd, rid, and two lengths with their tags
DATUM_OVERHEAD_BYTES_MAX = 1 + 4
FEED_FIELDS_BYTES_MAX = 2 + 32 + 1 + 10


def varint(number: int) -> bytes:
    """Return a non-negative number below 2**64 as a protobuf varint."""
    if number < len(_VARINTS):
        return _VARINTS[number]
    if 1 << 21 <= number < 1 << 28:  # most nanoseconds
        return bytes((number & 0x7F | 0x80, number >> 7 & 0x7F | 0x80, number >> 14 & 0x7F | 0x80, number >> 21))
    return _long_varint(number)


def _long_varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


_VARINTS = tuple(map(_long_varint, range(2048)))  # lengths and small numbers


@lru_cache(maxsize=64)
def _seconds(seconds: int) -> bytes:
    """Return the seconds of a time; records of one second follow one another."""
    return b"\x08" + _long_varint(seconds)


def _time(ts: int) -> bytes:
    seconds, nanoseconds = divmod(ts, NS_PER_S)
    return _seconds(seconds) + b"\x10" + varint(nanoseconds) if nanoseconds else _seconds(seconds)


def encode_datum(datum: Datum | DatumFields, log: bytes | None = None, logged: int | None = None) -> bytes:
    """Return a record's encoding, with the feed's fields where a log is given (as `feed_fields`)."""
    recno, ts, accuracy, prevhash, data, sig = datum
    time = _time(ts)
    if accuracy:
        time += b"\x1d" + _ACCURACY.pack(accuracy)
    link = b"\x1a" + varint(len(prevhash)) + prevhash if prevhash else b""
    encoded = b"".join(
        (b"\x08", varint(recno), b"\x12", _VARINTS[len(time)], time, link, b"\x2a", varint(len(data)), data)
    )
    if sig:
        inner = varint(len(sig))
        encoded += b"\x32" + varint(1 + len(inner) + len(sig)) + b"\x0a" + inner + sig
    return encoded if log is None else encoded + feed_fields(log, None if logged == ts else logged)


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


def encode_watermark(rid: int, ts: int) -> bytes:
    """Return the answer 128 that says a time and no more, for request `rid` (0 = none): a watermark of the feed."""
    time = _time(ts)
    request = b"\x10" + varint(rid) if rid else b""
    length = _VARINTS[len(time)]
    return b"".join((_SUCCESS, request, _SUCCESS_BODY, _VARINTS[2 + len(time)], _SUCCESS_TIME, length, time))


def _listing(command: bytes, rid: int, body: bytes, encoded: Iterable[bytes]) -> bytes:
    records = b"".join([b"\x0a" + varint(len(datum)) + datum for datum in encoded])
    length = varint(len(records))
    request = b"\x10" + varint(rid) if rid else b""
    return b"".join((command, request, body, varint(1 + len(length) + len(records)), b"\x0a", length, records))
