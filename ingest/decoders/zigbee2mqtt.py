"""Zigbee2MQTT: states of devices below its base topic, with the units that `bridge/devices` declares.

The base topic is `zigbee2mqtt`, or a first level that begins so (`zigbee2mqtt-garage`). `last_seen`, where it is set to
be sent, is the device time: when the values last came from the device.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from ingest.context import Fact
from ingest.decoders.base import COMMAND, VALUE, Decoded, Decoder, Lessons, Payload, join, plain, switched
from ingest.decoders.fields import UnitOf, lay_out
from ingest.device_time import device_time
from ingest.strict_json import parse

NAME = "zigbee2mqtt"
SEEN = "last_seen"
DEVICES = "/bridge/devices"
_ONLINE = {"online": True, "offline": False}


def topics(topic: str) -> bool:
    """Below the base topic."""
    return topic.startswith("zigbee2mqtt") and "/" in topic


def decode(payload: Payload) -> Decoded | None:
    """The values of an object by path; `online` and `offline` of a device or the bridge as true and false."""
    base, _, rest = payload.topic.partition("/")
    note = COMMAND if _is_command(rest) else None
    available = rest == "bridge/state" or rest.endswith("/availability")
    if isinstance(payload.document, dict):
        return _object(payload, base, rest, note, available=available)
    found = plain(payload)
    if found is None:
        return None
    state = switched(VALUE, payload.text or "", _ONLINE) if available else None
    return Decoded(NAME, DECODER.version, found if state is None else (state,), None, note)


def _object(payload: Payload, base: str, rest: str, note: str | None, *, available: bool) -> Decoded:
    document = payload.document
    assert isinstance(document, dict), "the caller looked"  # noqa: S101  # for the type checker
    instant = device_time(document[SEEN], payload.logged_time) if SEEN in document else None
    declared = payload.context.newest(NAME, base + DEVICES, payload.logged_time)
    units = declared.get(rest) if isinstance(declared, Mapping) else None
    unit_of: UnitOf | None = units.get if units else None
    observations, laid = lay_out(document, instant, without=SEEN if instant is not None else None, unit_of=unit_of)
    if available and len(observations) == 1 and observations[0].text is not None:
        state = switched(observations[0].field, observations[0].text, _ONLINE)
        observations = observations if state is None else (state,)
    return Decoded(NAME, DECODER.version, observations, instant, join(note, laid))


def _is_command(rest: str) -> bool:
    levels = rest.split("/")
    return rest.startswith("bridge/request/") or bool({"set", "get"} & set(levels[-2:]) - {levels[0]})


def _learn(topic: str, payload: bytes) -> Iterable[Fact]:
    """Per device the units of its values, as `exposes` says."""
    document = parse(payload.decode(errors="replace")).document
    units = {}
    for device in document if isinstance(document, list) else ():
        if isinstance(device, dict) and isinstance(device.get("friendly_name"), str):
            definition = device.get("definition")
            found = dict(_units(definition.get("exposes"), 4)) if isinstance(definition, dict) else {}
            if found:
                units[device["friendly_name"]] = found
    yield Fact(topic, units or None)


def _units(exposes: object, depth: int) -> Iterator[tuple[str, str]]:
    """(property, unit) of values and of what is nested in them; a list or a bound of depth ends it."""
    for each in exposes if isinstance(exposes, list) and depth else ():
        if isinstance(each, dict):
            name, unit = each.get("property"), each.get("unit")
            if isinstance(name, str) and isinstance(unit, str):
                yield name, unit
            inner = partial(_units, each.get("features"), depth - 1)
            if each.get("type") == "composite" and isinstance(name, str):
                yield from ((f"{name}.{field}", of) for field, of in inner())
            else:
                yield from inner()


def _teaches(topic: str) -> bool:
    return topics(topic) and topic.partition("/")[2] == "bridge/devices"


DECODER = Decoder(
    NAME,
    1,
    decode,
    topics=topics,
    takes="objects and plain values below zigbee2mqtt…/",
    lessons=Lessons(_teaches, _learn),
)
