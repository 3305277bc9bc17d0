"""OwnTracks: where a phone was. Only some of its kinds of message say when they were measured.

`tst` is the time of a location, a transition and a beacon. Of a waypoint it is when the waypoint was made, of a last
will when the app had connected, of steps when they were asked for: there it stays a value.
"""

from ingest.decoders.base import Decoded, Decoder, Payload, join, plain
from ingest.decoders.fields import lay_out
from ingest.device_time import device_time
from ingest.observation import NO_VALUE, Kind, Observation

NAME = "owntracks"
_TIMED = ("location", "transition", "beacon")
_UNITS = {
    "lat": "°",
    "lon": "°",
    "acc": "m",
    "alt": "m",
    "vac": "m",
    "vel": "km/h",
    "cog": "°",
    "p": "kPa",
    "batt": "%",
}
_UNKNOWN_BELOW_ZERO = frozenset(("vel", "cog", "vac", "batt"))


def topics(topic: str) -> bool:
    """Below `owntracks/`."""
    return topic.startswith("owntracks/")


def decode(payload: Payload) -> Decoded | None:
    """An object with a `_type`. A speed, course, battery level or vertical accuracy of -1 means unknown: null."""
    document = payload.document
    if not isinstance(document, dict) or not isinstance(document.get("_type"), str):
        found = plain(payload)
        note = "no OwnTracks message: not an object with a _type"
        return None if found is None else Decoded(NAME, DECODER.version, found, None, note, understood=False)
    kind = document["_type"]
    if kind == "encrypted":
        note = "encrypted by the phone: kept, not decoded"
        opaque = Observation("_type", Kind.text, NO_VALUE, "encrypted", None, None)
        return Decoded(NAME, DECODER.version, (opaque,), None, note, understood=False)
    instant = device_time(document.get("tst"), payload.logged_time) if kind in _TIMED else None
    observations, laid = lay_out(document, instant, without="tst" if instant else None, unit_of=_UNITS.get)
    if kind == "location":
        observations = tuple(_known(each) for each in observations)
    return Decoded(NAME, DECODER.version, observations, instant, join("a command" if kind == "cmd" else None, laid))


def _known(each: Observation) -> Observation:
    if each.value >= 0 or each.kind is not Kind.number or each.field not in _UNKNOWN_BELOW_ZERO:
        return each
    return each._replace(kind=Kind.null, value=NO_VALUE, unit=None)


DECODER = Decoder(NAME, 1, decode, topics=topics, takes="objects with a _type below owntracks/")
