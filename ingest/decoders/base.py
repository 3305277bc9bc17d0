"""What a decoder is given, what it answers, and what it is."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from ingest.context import NO_CONTEXT, Context, Fact
from ingest.observation import NO_VALUE, VALUE, Kind, Observation
from ingest.strict_json import INTEGER_MAX, NOT_JSON, Digits

__all__ = [
    "COMMAND",
    "NO_CONTEXT",
    "TEXT_CHARS_MAX",
    "VALUE",
    "Context",
    "Decoded",
    "Decoder",
    "Lessons",
    "Payload",
    "join",
    "observe",
    "plain",
    "switched",
]

TEXT_CHARS_MAX = 4_096
"""A longer text is cut in its observation, and the note says so; the log keeps the payload in full."""

_WORDS = {"ON": True, "OFF": False}
"""JSON has no other way to spell a switch, and devices agree on capitals; `off` in small letters may be a mode."""
COMMAND = "a command: what was asked for, not what is"
"""The note on what was sent to a device. It looks like a state, and a reader should know better."""


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
    content_type: str | None = None


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


class Lessons(NamedTuple):
    """What a convention's messages say about other messages."""

    topics: Callable[[str], bool]
    """The topics that teach; a rebuild reads them first."""
    learn: Callable[[str, bytes], Iterable[Fact]]
    """(topic, payload) → facts. Pure, and total: a damaged payload teaches nothing, or takes back what it taught."""


class Decoder(NamedTuple):
    """One decoder: the first in the registry that answers has the message."""

    name: str
    version: int
    """Goes up with every change of what it answers for any payload."""
    decode: Callable[[Payload], Decoded | None]
    """Pure. None if the payload is not its business."""
    topics: Callable[[str], bool] | None = None
    """The topics whose messages it is asked about; None: all."""
    documents: tuple[type, ...] | None = None
    """The types of document that it may take, `NotJson` among them; None: whatever it is."""
    media: Callable[[str], bool] | None = None
    """The content types for which it is asked first, whatever the topic."""
    takes: str = ""
    """What it takes, for people: completes "takes …"."""
    lessons: Lessons | None = None


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
    kind = Kind.bytes if isinstance(value, bytes) else Kind.null
    return Observation(field, kind, NO_VALUE, None, device_time, None)


def plain(value: Payload) -> tuple[Observation, ...] | None:
    """The one observation of a payload that is just a value; None for objects, arrays and damaged JSON."""
    if value.text is None or value.fault or value.too_deep or not value.data:
        return None
    document = value.document
    if document is NOT_JSON:
        return (observe(VALUE, value.text, None),)
    return None if isinstance(document, (dict, list)) else (observe(VALUE, document, None),)


def switched(field: str, text: str, words: Mapping[str, bool]) -> Observation | None:
    """True or false by a convention's two words; None for any other text."""
    state = words.get(text)
    return None if state is None else Observation(field, Kind.boolean, float(state), None, None, None)


def join(*notes: str | None) -> str | None:
    """Notes as one sentence; None if there are none."""
    return "; ".join(note for note in notes if note) or None
