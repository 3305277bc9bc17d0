"""Sparkplug B's payload (Sparkplug 3.0 §6.4): metrics with names or aliases, times, types and units."""

import struct
from typing import NamedTuple

from ingest.protobuf import WireError, fields
from ingest.strict_json import INTEGER_MAX, Digits

METRICS_MAX = 10_000
_SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}
"""Int8 to Int64: bits of the two's complement that an unsigned field carries (§6.4.16)."""
_BOOLEAN = 11


class Opaque:
    """A value that is no scalar: a data set, a template, an extension."""


class Metric(NamedTuple):
    """One metric as it was sent."""

    name: str | None
    alias: int | None
    timestamp: int | None
    datatype: int | None
    value: object
    """None, bool, int, float, Digits, str, bytes or `Opaque`."""
    unit: str | None


class SparkplugPayload(NamedTuple):
    """One payload."""

    timestamp: int | None
    seq: int | None
    metrics: tuple[Metric, ...]


def read(data: bytes) -> SparkplugPayload:
    """Parse a payload.

    Raises:
        WireError: it is none.
    """
    timestamp = seq = None
    metrics: list[Metric] = []
    for number, value in fields(data):
        if number == 1 and isinstance(value, int):
            timestamp = value
        elif number == 2 and isinstance(value, bytes):
            if len(metrics) == METRICS_MAX:
                raise WireError(f"more than {METRICS_MAX} metrics")
            metrics.append(_metric(value))
        elif number == 3 and isinstance(value, int):
            seq = value
    return SparkplugPayload(timestamp, seq, tuple(metrics))


def typed(value: object, datatype: int | None) -> object:
    """A value as its type means it: two's complement for signed types, true and false for booleans."""
    if isinstance(value, int) and not isinstance(value, bool) and datatype is not None:
        bits = _SIGNED.get(datatype)
        if bits is not None:
            value &= (1 << bits) - 1
            value -= (value >> bits - 1) << bits
        if datatype == _BOOLEAN:
            return bool(value)
    if isinstance(value, int) and not -INTEGER_MAX <= value <= INTEGER_MAX:
        return Digits(value)
    return value


def _metric(data: bytes) -> Metric:
    name = alias = timestamp = datatype = value = unit = None
    null = False
    for number, found in fields(data):
        match number, found:
            case 1, bytes():
                name = found.decode(errors="replace")
            case 2, int():
                alias = found
            case 3, int():
                timestamp = found
            case 4, int():
                datatype = found
            case 7, int():
                null = bool(found)
            case 9, bytes():
                unit = _unit(found)
            case _ if number >= 10:
                value = _value(number, found)
    return Metric(name, alias, timestamp, datatype, None if null else value, unit)


def _value(number: int, found: int | bytes) -> object:
    """One arm of the value's oneof, fields 10 to 19."""
    if isinstance(found, bytes):
        return found.decode(errors="replace") if number == 15 else found if number == 16 else Opaque()
    if number in (12, 13):
        real: float
        (real,) = struct.unpack("<f" if number == 12 else "<d", found.to_bytes(4 if number == 12 else 8, "little"))
        return real if real - real == 0 else None
    return bool(found) if number == 14 else found


def _unit(properties: bytes) -> str | None:
    """The text of the property `engUnit`; keys and values are two lists of one length (§6.4.10)."""
    keys: list[str] = []
    values: list[str | None] = []
    for number, found in fields(properties):
        if number == 1 and isinstance(found, bytes):
            keys.append(found.decode(errors="replace"))
        elif number == 2 and isinstance(found, bytes):
            text = next((each for inner, each in fields(found) if inner == 8 and isinstance(each, bytes)), None)
            values.append(None if text is None else text.decode(errors="replace"))
    return dict(zip(keys, values, strict=False)).get("engUnit")
