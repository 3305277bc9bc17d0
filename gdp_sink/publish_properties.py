"""Reads the MQTT 5 properties of a PUBLISH (§3.3.2.3), if they are as they should be. Touches no socket.

What is odd in any way is left to paho, which alone judges what is malformed and says so to the broker.
"""

from typing import NamedTuple

SUBSCRIPTION_ID = 0x0B
USER_PROPERTY = 0x26
VARIABLE_BYTES_MAX = 4


class Variable(NamedTuple):
    """A variable byte integer (MQTT 5 §1.5.5), and where it ends."""

    value: int
    end: int


class _OddError(ValueError):
    """Not as it should be."""


def read_variable(data: bytes, at: int) -> Variable | None:
    """Read a variable byte integer; None if it has more than four bytes.

    Raises:
        IndexError: the data ends within it.
    """
    value = 0
    for index in range(VARIABLE_BYTES_MAX):
        byte = data[at + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return Variable(value, at + index + 1)
    return None


def read_properties(data: bytes) -> dict[str, object] | None:
    """Return what is set, under the names that `Message` has for it; None if anything is odd.

    `data` is without the length before it. Subscription ids are read over; a topic alias is odd, for we allow none.
    """
    found: dict[str, object] = {}
    pairs: list[tuple[str, str]] = []
    at = 0
    try:
        while at < len(data):
            kind = data[at]
            at += 1
            if kind == USER_PROPERTY:
                name, at = _text(data, at)
                value, at = _text(data, at)
                pairs.append((name, value))
            elif kind == SUBSCRIPTION_ID:
                at = _over_subscription_id(data, at)
            else:
                field, read = _READERS[kind]
                if field in found:
                    return None
                found[field], at = read(data, at)
    except (_OddError, LookupError, UnicodeDecodeError):
        return None
    if pairs:
        found["user_properties"] = tuple(pairs)
    return found


def _over_subscription_id(data: bytes, at: int) -> int:
    number = read_variable(data, at)
    if number is None or number.value == 0:
        raise _OddError
    return number.end


def _bit(data: bytes, at: int) -> tuple[int, int]:
    if data[at] > 1:
        raise _OddError
    return data[at], at + 1


def _four_bytes(data: bytes, at: int) -> tuple[int, int]:
    return int.from_bytes(_piece(data, at, 4), "big"), at + 4


def _binary(data: bytes, at: int) -> tuple[bytes, int]:
    size = int.from_bytes(_piece(data, at, 2), "big")
    return _piece(data, at + 2, size), at + 2 + size


def _text(data: bytes, at: int) -> tuple[str, int]:
    raw, at = _binary(data, at)
    text = raw.decode()
    if "\0" in text or "\ufeff" in text:  # paho refuses both
        raise _OddError
    return text, at


def _piece(data: bytes, start: int, size: int) -> bytes:
    piece = data[start : start + size]
    if len(piece) != size:
        raise _OddError
    return piece


_READERS = {
    0x01: ("payload_format", _bit),
    0x02: ("expiry_s", _four_bytes),
    0x03: ("content_type", _text),
    0x08: ("response_topic", _text),
    0x09: ("correlation", _binary),
}
