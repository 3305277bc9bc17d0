"""Homie: values whose type and unit the device has described, in `$description` (5) or `$datatype` and `$unit` (3, 4).

Without a description a value is what it looks like, like any other payload.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ingest.context import Fact
from ingest.decoders.base import COMMAND, TEXT_CHARS_MAX, VALUE, Decoded, Decoder, Lessons, Payload, observe, plain
from ingest.decoders.fields import lay_out
from ingest.observation import Kind, Observation
from ingest.strict_json import Digits, parse

NAME = "homie"
DESCRIPTION = "$description"
_BOOLEANS = {"true": True, "false": False}
_TEXTS = ("string", "enum", "color", "datetime", "duration")


class Property(NamedTuple):
    """What a description says of a property."""

    datatype: object
    unit: object


def topics(topic: str) -> bool:
    """Below `homie/`, or `/homie/`."""
    return topic.startswith(("homie/", "/homie/"))


def decode(payload: Payload) -> Decoded | None:
    """A property's value as it was described, a target and a command like the value; attributes as they look."""
    if payload.text is None or not payload.data or payload.too_deep:
        return None
    topic, command = payload.topic, payload.topic.endswith("/set")
    path = topic.removesuffix("/set").removesuffix("/$target")
    described = _described(payload, path)
    note = COMMAND if command else None
    if described is not None:
        value = _value(payload, described)
        if value is not None:
            return Decoded(NAME, DECODER.version, (value,), None, note)
        note = f"not the {described.datatype} that its description promises"
    if isinstance(payload.document, (dict, list)):
        observations, laid = lay_out(payload.document)
        return Decoded(NAME, DECODER.version, observations, None, note or laid)
    found = plain(payload)
    return None if found is None else Decoded(NAME, DECODER.version, found, None, note)


def _described(payload: Payload, path: str) -> Property | None:
    context, at = payload.context, payload.logged_time
    device, _, rest = _split(path)
    description = context.newest(NAME, f"{device}/{DESCRIPTION}", at)
    if isinstance(description, Mapping):
        found = description.get(rest)
        return found if isinstance(found, Property) else None
    datatype = context.newest(NAME, f"{path}/$datatype", at)
    return None if datatype is None else Property(datatype, context.newest(NAME, f"{path}/$unit", at))


def _split(path: str) -> tuple[str, str, str]:
    """(topic of the device, `/`, node and property): the version's level is there from version 5 on."""
    lead = "/" if path.startswith("/") else ""
    levels = path.removeprefix("/").split("/")
    size = 3 if len(levels) > 1 and levels[1].isdecimal() else 2
    return lead + "/".join(levels[:size]), "/", "/".join(levels[size:])


def _value(payload: Payload, described: Property) -> Observation | None:
    """None if the payload does not fit the type."""
    text, document = payload.text or "", payload.document
    if described.datatype in ("integer", "float"):
        if isinstance(document, bool) or not isinstance(document, (int, float, Digits)):
            return None
        unit = described.unit if isinstance(described.unit, str) and described.unit else None
        return observe(VALUE, document, None)._replace(unit=unit)
    if described.datatype == "boolean":
        return observe(VALUE, _BOOLEANS[text], None) if text in _BOOLEANS else None
    if described.datatype in _TEXTS and len(text) <= TEXT_CHARS_MAX:
        # A single NUL is how Homie spells the empty text, since an empty payload would delete the retained one.
        return Observation(VALUE, Kind.text, float("nan"), "" if text == "\0" else text, None, None)
    return None


def _learn(topic: str, payload: bytes) -> Iterable[Fact]:
    text = payload.decode(errors="replace")
    if not topic.endswith(DESCRIPTION):
        yield Fact(topic, text or None)
        return
    document = parse(text).document
    nodes = document.get("nodes") if isinstance(document, dict) else None
    found = {}
    for node, body in nodes.items() if isinstance(nodes, dict) else ():
        properties = body.get("properties") if isinstance(body, dict) else None
        for name, each in properties.items() if isinstance(properties, dict) else ():
            if isinstance(each, dict):
                found[f"{node}/{name}"] = Property(each.get("datatype"), each.get("unit"))
    yield Fact(topic, found or None)


def _teaches(topic: str) -> bool:
    return topics(topic) and topic.endswith((f"/{DESCRIPTION}", "/$datatype", "/$unit"))


DECODER = Decoder(
    NAME,
    1,
    decode,
    topics=topics,
    takes="values and attributes below homie/",
    lessons=Lessons(_teaches, _learn),
)
