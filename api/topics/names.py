"""Names: what a person calls a series, from what configs declare of it, else from its topic. Pure.

The page has the same rule in lib/words.js; a test compares them.
"""

import re
from collections.abc import Mapping, Sequence

from ingest.declared import Declaration

SPELLED = {"co2": "CO₂", "tvoc": "TVOC", "voc": "VOC", "rssi": "RSSI", "lqi": "LQI", "tv": "TV", "uv": "UV",
           "hr": "heart rate", "ip": "IP"}  # fmt: skip
"""Levels that read better than their letters; everything else is only unfolded."""
GENERIC = frozenset(
    ("location", "state", "status", "sensor", "sensors", "data", "telemetry", "attributes", "info"),
)
"""Last levels that say what kind of message it is, not whose."""
VALUE = "value"


def full_name(topic: str, field: str, fields: int, declared: Declaration | None = None) -> str:
    """`Kitchen temperature`: where it is, then what it is. `fields` is how many fields the topic has."""
    place, name = place_of(topic, fields, declared), name_of(topic, field, fields, declared)
    return name if name.casefold().startswith(place.casefold()) else f"{place} {inner(name)}"


def topic_name(topic: str, fields: Sequence[str], declared: Mapping[str, Declaration]) -> str:
    """A topic is called as its only series; of several by its place."""
    if len(fields) == 1:
        return full_name(topic, fields[0], 1, declared.get(fields[0]))
    return place_of(topic, len(fields), next(iter(declared.values()), None))


def place_of(topic: str, fields: int, declared: Declaration | None = None) -> str:
    """The area that a config names, or the device of several values, else the level before the last."""
    if declared is not None and (found := declared.area or (declared.device if fields > 2 else None)):
        return unfold(found)
    levels = topic.split("/")
    place = levels if fields > 2 else levels[:-1]
    if len(place) > 1 and fields > 2 and levels[-1].lower() in GENERIC:
        return unfold(place[-2] or "/")
    return unfold(place[-1] or "/") if place else "Without a room"


def name_of(topic: str, field: str, fields: int, declared: Declaration | None = None) -> str:
    """The name that a config gives, else the last level, or the field of a topic with several."""
    if declared is not None and declared.name:
        return declared.name
    last = unfold(topic.rpartition("/")[2])
    if field in {"", VALUE} or fields == 1:
        return last or topic
    parts = [unfold(each) for each in field.split(".")]
    leaf = " ".join([parts[0], *(part.lower() for part in parts[1:])])
    if leaf.lower() == last.lower():
        return last
    return leaf if fields > 2 else f"{last} · {leaf.lower()}"


def unfold(level: str) -> str:
    """thermostat_temperature → Thermostat temperature, room1 → Room 1."""
    spaced = re.sub(r"[_\-.]+", " ", re.sub(r"([a-z\d])([A-Z])", r"\1 \2", level)).split()
    words = " ".join(
        SPELLED.get(each.lower()) or (re.sub(r"(\d+)$", r" \1", each) if re.fullmatch(r"[a-z]+\d{1,2}", each) else each)
        for each in spaced
    )
    return words[0].upper() + words[1:] if words else level


def inner(name: str) -> str:
    """In the middle of a line: lower case unless it is spelled in capitals."""
    return name[0].lower() + name[1:] if re.match(r"[A-Z][a-z]", name) else name
