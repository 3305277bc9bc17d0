"""What a decoder is given, what it answers, and what it is."""

from collections.abc import Callable
from typing import NamedTuple

from ingest.observation import NO_VALUE, Kind, Observation
from ingest.strict_json import INTEGER_MAX, Digits

VALUE = "value"
"""The field of a payload that is just a value."""
TEXT_CHARS_MAX = 4_096
"""A longer text is cut in its observation, and the note says so; the log keeps the payload in full."""

_WORDS = {"ON": True, "OFF": False}
"""JSON has no other way to spell a switch, and devices agree on capitals; `off` in small letters may be a mode."""


class Context(NamedTuple):
    """What other topics said before, for decoders that need it. No decoder of this set does, so it holds nothing."""


NO_CONTEXT = Context()


class Payload(NamedTuple):
    """One message, prepared once for all decoders."""

    context: Context
    topic: str
    data: bytes
    text: str | None
    """The payload as UTF-8, None if it is not."""
    document: object
    """The payload as strict JSON, `strict_json.NOT_JSON` if it is not."""
    fault: str | None
    """Why it is not JSON although it begins like an object, an array or a string."""
    too_deep: bool
    logged_time: int


class Decoded(NamedTuple):
    """What a message says."""

    decoder: str
    version: int
    observations: tuple[Observation, ...]
    device_time: int | None
    """ns since 1970 UTC as the payload claims; None where it claims nothing, or one time for each observation."""
    note: str | None
    """What a person should know about this decoding: what is damaged, cut, left out or odd."""
    understood: bool = True
    """False if the payload is only kept: binary, damaged, too deep, or a decoder failed. Count these."""


class Decoder(NamedTuple):
    """One decoder: the first in the registry that answers has the message."""

    name: str
    version: int
    """Goes up with every change of what it answers for any payload."""
    decode: Callable[[Payload], Decoded | None]
    """Pure. None if the payload is not its business."""


def observe(field: str, value: object, device_time: int | None) -> Observation:
    """The observation of one JSON scalar. A text of more than `TEXT_CHARS_MAX` characters is cut."""
    if type(value) is float or (type(value) is int and -INTEGER_MAX <= value <= INTEGER_MAX):
        return Observation(field, Kind.number, float(value), None, device_time, None)
    if isinstance(value, str):
        if value in _WORDS and not isinstance(value, Digits):
            return Observation(field, Kind.boolean, float(_WORDS[value]), None, device_time, None)
        return Observation(field, Kind.text, NO_VALUE, str(value[:TEXT_CHARS_MAX]), device_time, None)
    if isinstance(value, bool):
        return Observation(field, Kind.boolean, float(value), None, device_time, None)
    return Observation(field, Kind.null, NO_VALUE, None, device_time, None)
