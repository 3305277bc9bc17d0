"""The envelope: how one MQTT message is kept as records of a log, so that nothing that MQTT carried is lost.

A message that is only a payload is stored as that payload. One with more to it (retain flag, MQTT 5 properties), or
whose payload itself begins with `d9d9f7`, is stored as a self-described CBOR map (RFC 8949 §3.4.6). A stored form that
is too long for one record is cut into parts, each such a map itself.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple

import cbor2

SELF_DESCRIBED = b"\xd9\xd9\xf7"
"""CBOR tag 55799, the first bytes of whatever the envelope wrote (RFC 8949 §3.4.6)."""
RECORD_BYTES_MAX = 64_000
"""No record is longer; C log servers cannot carry 65,536 bytes in one message."""
PART_BYTES_MAX = RECORD_BYTES_MAX - 64
"""Bytes of the stored form in one part; the rest is room for the map around it."""


class Message(NamedTuple):
    """One message as MQTT delivered it, without its topic. What the publisher did not set is None or empty."""

    payload: bytes
    retain: bool = False
    content_type: str | None = None
    payload_format: int | None = None
    user_properties: tuple[tuple[str, str], ...] = ()
    response_topic: str | None = None
    correlation: bytes | None = None
    expiry_s: int | None = None
    note: str | None = None
    """Why the record could not be unpacked, in which case `payload` is its bytes as they lie; never stored."""


_TYPES: dict[str, type] = {
    "payload": bytes,
    "retain": bool,
    "content_type": str,
    "payload_format": int,
    "user_properties": tuple,
    "response_topic": str,
    "correlation": bytes,
    "expiry_s": int,
}
_UNSET = Message(b"")
PLAIN = _UNSET[1:]
"""What follows the payload of a message that is only that: stored as its payload, unless this looks like a map of ours,
or is too long."""


def pack(message: Message) -> tuple[bytes, ...]:
    """Turn a message into the data of the consecutive records that keep it: one, or several parts if it is long.

    Deterministic: equal messages give equal bytes. `note` is not stored.
    """
    stored = _stored_form(message)
    if len(stored) <= RECORD_BYTES_MAX:
        return (stored,)
    cuts = range(0, len(stored), PART_BYTES_MAX)
    return tuple(
        SELF_DESCRIBED
        + cbor2.dumps({"part": number, "parts": len(cuts), "bytes": stored[start : start + PART_BYTES_MAX]})
        for number, start in enumerate(cuts, start=1)
    )


def unpack(records: Sequence[bytes]) -> Message:
    """Turn the records of one message back into it: `unpack(pack(m)) == m`.

    What is no valid envelope comes back as a message whose payload is the records' bytes and whose `note` says why.
    """
    if len(records) == 1:
        record = records[0]
        if not record.startswith(SELF_DESCRIBED):
            return Message(record)
        if part_of(record) is None:
            return _open(record)
    stored, fault = _join(records)
    if fault is not None:
        return Message(b"".join(records), note=fault)
    return _open(stored) if stored.startswith(SELF_DESCRIBED) else Message(stored)


def part_of(record: bytes) -> tuple[int, int] | None:
    """(part, parts), counted from 1, if the record is a part of a longer message; None if it is whole, or damaged."""
    piece = _piece(record)
    return None if piece is None else piece[:2]


def _stored_form(message: Message) -> bytes:
    payload = message.payload
    if message[1:8] == PLAIN[:7] and payload[:3] != SELF_DESCRIBED:
        return payload
    fields = {
        name: value
        for name, value in zip(_TYPES, message, strict=False)
        if name == "payload" or value != getattr(_UNSET, name)
    }
    return SELF_DESCRIBED + cbor2.dumps(fields)


def _join(records: Sequence[bytes]) -> tuple[bytes, str | None]:
    pieces = [_piece(record) for record in records]
    numbers = [None if piece is None else piece[:2] for piece in pieces]
    if not numbers or numbers != [(number, len(records)) for number in range(1, len(records) + 1)]:
        return b"", f"parts are missing or out of order: {numbers[:8]}"
    return b"".join(piece[2] for piece in pieces if piece is not None), None


def _piece(record: bytes) -> tuple[int, int, bytes] | None:
    if not record.startswith(SELF_DESCRIBED):
        return None
    entries = _read_map(record)
    if isinstance(entries, str) or set(entries) != {"part", "parts", "bytes"}:
        return None
    part, parts, data = entries["part"], entries["parts"], entries["bytes"]
    if type(part) is not int or type(parts) is not int or type(data) is not bytes or not 1 <= part <= parts:
        return None
    return part, parts, data


def _open(record: bytes) -> Message:
    entries = _read_map(record)
    if isinstance(entries, str):
        return Message(record, note=entries)
    if type(entries.get("payload")) is not bytes:
        return Message(record, note="damaged envelope: no payload")
    wrong = sorted(name for name, value in entries.items() if name in _TYPES and not _fits(name, value))
    if wrong:
        return Message(record, note=f"damaged envelope: {', '.join(wrong)} of a wrong type")
    unknown = sorted(name for name in entries if name not in _TYPES)
    note = f"envelope with keys of a later version: {', '.join(unknown)[:200]}" if unknown else None
    known = {name: value for name, value in entries.items() if name in _TYPES}
    return Message(**known, note=note)  # type: ignore[arg-type]  # each value's type was checked by _fits


def _fits(name: str, value: object) -> bool:
    if name == "user_properties":
        pairs = value if isinstance(value, tuple) else ()
        return isinstance(value, tuple) and all(
            isinstance(pair, tuple) and [type(part) for part in pair] == [str, str] for pair in pairs
        )
    return type(value) is _TYPES[name]


def _read_map(record: bytes) -> dict[str, object] | str:
    """The entries of the map in a self-described record, or a sentence that says why there are none."""
    stream = BytesIO(record)
    stream.seek(len(SELF_DESCRIBED))
    decoder = cbor2.CBORDecoder(
        stream, max_depth=4, allow_indefinite=False, allow_duplicate_keys=False, strict_hashable_types=True
    )
    try:
        entries = decoder.decode()
    except (cbor2.CBORError, ValueError, TypeError, ArithmeticError, LookupError) as fault:
        return f"damaged envelope: {type(fault).__name__}"
    if not isinstance(entries, dict) or not all(isinstance(key, str) for key in entries):
        return "damaged envelope: not a map of named entries"
    if stream.tell() != len(record):
        return "damaged envelope: bytes after its end"
    return {key: _frozen(value) for key, value in entries.items()}


def _frozen(value: object) -> object:
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value
