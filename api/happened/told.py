"""Tellers: the series that tell of doors, motion, temperatures, labels, predictions; by configs, units, names. Pure."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from api.readmodel.latest import Series
from api.topics.names import full_name, place_of
from api.topics.roles import CONFIDENCE, role_of
from ingest.declared import Declaration


class Kind(StrEnum):
    """What a series tells of."""

    opening = "opening"
    contact = "contact"
    """An opening that says true while it is closed."""
    motion = "motion"
    temperature = "temperature"
    outside = "outside"
    """A temperature, outside."""
    co2 = "co2"
    label = "label"
    prediction = "prediction"


class Teller(NamedTuple):
    """A series that tells of something."""

    kind: Kind
    series: Series
    numbers: list[int]
    """Its stored series."""
    name: str
    place: str
    unit: str | None


OPENINGS = frozenset({"door", "window", "opening", "garage_door", "garage", "gate"})
MOTIONS = frozenset({"motion", "occupancy", "presence", "pir"})
NOT_OF_ROOMS = frozenset(
    {
        "setpoint",
        "target",
        "set",
        "thermostat",
        "device",
        "chip",
        "cpu",
        "board",
        "processor",
        "core",
        "water",
        "boiler",
    }
    | {
        "flow",
        "return",
        "supply",
        "colour",
        "color",
        "battery",
        "forecast",
        "feels",
        "dew",
        "radiator",
        "floor",
        "oven",
    }
    | {"fridge", "freezer"}
)
"""Words of temperatures that are none of a room or of outside."""
OUTSIDE = frozenset({"outdoor", "outdoors", "outside", "garden", "balcony", "terrace", "weather", "street", "ambient"})
DEGREES = frozenset({"°C", "°F"})
_WORD = re.compile(r"[a-z0-9]+")


def kind_of(series: Series, unit: str | None, declared: Declaration | None, role: str) -> Kind | None:
    """What a series tells of; None where nobody would want it told."""
    words = _words(series, declared)
    device_class = None if declared is None else declared.device_class
    found: Kind | None = None
    if role in {"label", "prediction"}:
        found = None if series.field.split(".")[-1] in CONFIDENCE else Kind(role)
    elif "contact" in words and device_class is None:
        found = Kind.contact
    elif device_class in OPENINGS or (device_class is None and not OPENINGS.isdisjoint(words[-1:])):
        found = Kind.opening
    elif device_class in MOTIONS or (device_class is None and not MOTIONS.isdisjoint(words[-1:])):
        found = Kind.motion
    elif unit in DEGREES and device_class in {None, "temperature"} and NOT_OF_ROOMS.isdisjoint(words):
        found = Kind.outside if _is_outside(series, declared) else Kind.temperature
    elif unit == "ppm" and (device_class == "carbon_dioxide" or "co2" in words):
        found = Kind.co2
    return found


def tellers_of(
    groups: Sequence[tuple[Series, list[int]]],
    unit_of: Callable[[int], str | None],
    declared_of: Callable[[str], dict[str, Declaration]],
    exists: Callable[[str], bool],
) -> list[Teller]:
    """The series of `groups`, which are in order of topic, that tell of something.

    Args:
        groups: series with their stored series.
        unit_of: of a stored series.
        declared_of: what configs declare of a topic's fields.
        exists: whether a topic has a log.
    """
    found = []
    by_topic: dict[str, list[tuple[Series, list[int]]]] = {}
    for series, numbers in groups:
        by_topic.setdefault(series.topic, []).append((series, numbers))
    for topic, fields in by_topic.items():
        declared, role = declared_of(topic), role_of(topic, exists, changing=False)
        for series, numbers in fields:
            about = declared.get(series.field)
            unit = next((each for number in numbers if (each := unit_of(number)) is not None), None)
            unit = unit or (None if about is None else about.unit)
            kind = kind_of(series, unit, about, role)
            if kind is not None:
                name = full_name(topic, series.field, len(fields), about)
                place = place_of(topic, len(fields), about)
                found.append(Teller(kind, series, numbers, name, place, unit))
    return found


def _is_outside(series: Series, declared: Declaration | None) -> bool:
    place = "" if declared is None else f"{declared.area} {declared.device}"
    return not OUTSIDE.isdisjoint(_WORD.findall(f"{place} {series.topic} {series.field}".lower().replace("_", " ")))


def _words(series: Series, declared: Declaration | None) -> list[str]:
    """The words of its last level, field and name; a field that only says that it is a value says nothing."""
    last = series.topic.split("/")[-1]
    field = "" if series.field in {"value", "state"} else series.field
    name = "" if declared is None else declared.name or ""
    return _WORD.findall(f"{name} {last} {field}".lower().replace("_", " "))
