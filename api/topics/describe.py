"""Describing topics: one object each, of what it says, how often, what configs declare of it, whether it still does."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from api.gaps.cadence import usual_interval
from api.gaps.hear import lines_of, reporting_changes
from api.gaps.rules import LATE_INTERVALS, SILENT_INTERVALS
from api.readmodel.activity import Activity, activity
from api.readmodel.latest import Series, newest_of
from api.readmodel.newest import newest
from api.readmodel.rows import Row
from api.readmodel.selection import TopicSeries
from api.readmodel.view import View
from api.services import Home
from api.times import NS_PER_S, one_time
from api.topics.availability import availability_of
from api.topics.roles import classes_of, confidence_of, role_of
from api.topics.skew import Skew, skews
from api.web.render import KIND_NAMES
from gdp.names import printable
from ingest.declared import Declaration
from ingest.observation import Kind

Declared = dict[str, Declaration]


class Asked(NamedTuple):
    """Topics to describe, and what was fixed before a thread works on them."""

    home: Home
    view: View
    topics: list[TopicSeries]
    declared: list[Declared]
    """Per topic what configs say of its fields."""
    availability: dict[tuple[str, str], list[int]]
    """Stored series of what tells whether a device can be reached, by topic and field."""
    style: str
    silent_min_ns: int


def describe(asked: Asked) -> list[dict[str, Any]]:
    """One object per topic that has a message at the view's position."""
    view, topics = asked.view, asked.topics
    numbers = {number for each in topics for number in each.all_numbers()}
    numbers.update(number for each in asked.availability.values() for number in each)
    rows = {row.series: row for row in newest(view, np.array(sorted(numbers), np.int32), "logged").unpack()}
    told = _told(asked, rows)
    messages = [each.messages for each in topics]
    kept = [[number for number in each if view.keys[number].kept] for each in messages]
    found = zip(
        topics,
        asked.declared,
        activity(view, messages),
        activity(view, kept),
        skews(view, messages),
        reporting_changes(view, lines_of(topics, None)),
        strict=True,
    )
    return [
        {
            **_head(asked, topic, rows),
            **_names(declared),
            **_role(asked, topic, rows, changing=changing),
            "availability": availability_of(declared.values(), told),
            "fields": _fields(topic, view, rows, declared),
            **_activity(heard, asked, changing=changing),
            "kept": 0 if unread is None else unread.messages,
            **_skew(skew),
        }
        for topic, declared, heard, unread, skew, changing in found
        if heard is not None
    ]


def _head(asked: Asked, topic: TopicSeries, rows: dict[int, Row]) -> dict[str, Any]:
    (message,) = newest_of([(Series(topic.topic, ""), topic.messages)], asked.view.keys, "logged", rows.get)
    log = asked.home.model.catalogue.by_id[message.key.log]
    return {
        "topic": topic.topic,
        "log": printable(log.name),
        "generation": log.generation,
        "decoder": message.key.decoded_by,
    }


def _names(declared: Declared) -> dict[str, Any]:
    """Names for people; that of a topic is its value's, or its device's where there are several."""
    about = list(declared.values())
    device = next((each.device for each in about if each.device), None)
    values = [each.name for each in about if not each.availability]
    return {
        "name": values[0] if len(values) == 1 else device,
        "device": device,
        "area": next((each.area for each in about if each.area), None),
    }


def _role(asked: Asked, topic: TopicSeries, rows: dict[int, Row], *, changing: bool) -> dict[str, Any]:
    known = asked.home.model.catalogue.logs_of
    position = asked.view.position

    def exists(name: str) -> bool:
        return any(log.started <= position for log in known(name))

    role = role_of(topic.topic, exists, changing=changing)
    classes = None
    if role in ("label", "prediction"):
        spoken = {number for number, row in rows.items() if row.kind == Kind.text}
        texts = [number for numbers in topic.fields.values() for number in numbers if number in spoken]
        classes = classes_of(asked.view, texts)
    confidence = confidence_of(list(topic.fields)) if role == "prediction" else None
    return {"role": role, "classes": classes, "confidence": confidence}


def _fields(topic: TopicSeries, view: View, rows: dict[int, Row], declared: Declared) -> list[dict[str, Any]]:
    groups = [(Series(topic.topic, field), numbers) for field, numbers in sorted(topic.fields.items())]
    nothing = Declaration("")
    return [
        {
            "field": each.series.field,
            "kind": KIND_NAMES[each.row.kind],
            "unit": each.key.unit or _unit(said, each.row.kind),
            "name": said.name,
            "device_class": said.device_class,
            "component": said.component,
        }
        for each in newest_of(groups, view.keys, "logged", rows.get)
        for said in (declared.get(each.series.field, nothing),)
    ]


def _unit(declared: Declaration, kind: int) -> str | None:
    """Of a value that was logged before its config was."""
    return declared.unit if kind == Kind.number else None


def _activity(heard: Activity, asked: Asked, *, changing: bool) -> dict[str, Any]:
    usual = None if changing else usual_interval(heard.recent)
    return {
        "count": heard.messages,
        "first_logged_time": one_time(heard.first, asked.style),
        "last_logged_time": one_time(heard.last, asked.style),
        "usual_interval_s": None if usual is None else usual / NS_PER_S,
        "state": _state(asked.view.position - heard.last, usual, asked.silent_min_ns),
    }


def _state(silence: int, usual: int | None, silent_min_ns: int) -> str | None:
    if usual is None:
        return None
    if silence > max(SILENT_INTERVALS * usual, silent_min_ns):
        return "silent"
    return "late" if silence > LATE_INTERVALS * usual else "live"


def _skew(skew: Skew | None) -> dict[str, float | None]:
    return {
        "skew_s": None if skew is None else skew.median / NS_PER_S,
        "skew_spread_s": None if skew is None else skew.spread / NS_PER_S,
    }


def _told(asked: Asked, rows: dict[int, Row]) -> dict[tuple[str, str], Row]:
    groups: Sequence[tuple[Series, list[int]]] = [(Series(*place), ids) for place, ids in asked.availability.items()]
    return {(*each.series,): each.row for each in newest_of(groups, asked.view.keys, "logged", rows.get)}
