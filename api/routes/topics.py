"""`GET /v1/topics`: one row a topic, with its fields, how often it speaks, and whether it still does."""

import functools
from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.accounts.guard import caller_of
from api.gaps.cadence import usual_interval
from api.gaps.hear import lines_of, reporting_changes
from api.gaps.rules import LATE_INTERVALS, SILENT_INTERVALS
from api.readmodel.activity import Activity, activity
from api.readmodel.latest import Series, newest_of
from api.readmodel.newest import newest
from api.readmodel.rows import Row
from api.readmodel.selection import TopicSeries, Wanted
from api.readmodel.view import View
from api.routes.history import limit_of
from api.services import Home, services_of
from api.times import NS_PER_S, one_time
from api.web.answer import Standing, body, next_page, respond
from api.web.answer_table import Shape, respond_table
from api.web.cursor import decode_cursor, encode_cursor
from api.web.formats import format_of
from api.web.openapi import answers
from api.web.params import AtText, Filtered, FormatText, TimeText
from api.web.positions import home_of, position_text, reach
from api.web.render import KIND_NAMES
from api.web.schemas import Topics
from api.web.table import Integers, Numbers, Table, Texts, Times
from gdp.names import printable

router = APIRouter()


class TopicsQuery(Filtered):
    """Parameters of `topics`."""

    limit: int | None = Field(None, ge=1, description="Topics of a page; default and maximum are settings.")
    cursor: str | None = Field(None, description="From `next`.")
    at: AtText = None
    time: TimeText = "rfc3339"
    format: FormatText = None


@router.get("/topics", responses=answers(Topics, 406, 409, 429, 503))
async def topics(request: Request, query: Annotated[TopicsQuery, Query()]) -> Response:
    """The topics that the filters select and that have a message, in order of their names."""
    services = services_of(request)
    home = home_of(services)
    limit = limit_of(services, query.limit)
    at_text, after = query.at, ""
    if query.cursor is not None:
        pinned, after = decode_cursor(query.cursor, "topics", int, str)
        at_text = position_text(home, pinned)
    at = await reach(request, services, at_text)
    view = home.model.view.pinned(at)
    selector = home.model.selector
    known = selector.select(Wanted(tuple(query.filter), within=caller_of(request).within)).topics
    names = [topic for topic in known if topic > after and _existed(home, topic, view.position)]
    series = [selector.series_of(topic) for topic in names[:limit]]
    shape = Shape(format_of(request, query.format), "rows", query.time, "topics")
    style = query.time if shape.format == "json" else "ns"
    silent_min_ns = int(services.settings.silent_min_s * NS_PER_S)
    rows = await services.pools.run(functools.partial(_describe, home, view, series, style, silent_min_ns), heavy=True)
    next_url = None
    if len(names) > limit:
        next_url = next_page(request, encode_cursor("topics", view.position, names[limit - 1]), {}, drop=("at",))
    standing = Standing.at(home, view.position)
    if shape.format != "json":
        return await respond_table(services, standing, shape, _as_table(rows), next_url=next_url)
    return respond(standing, body(standing, {"topics": rows}, next_url), next_url)


def _as_table(rows: list[dict[str, Any]]) -> Table:
    """Topics described with times in ns; what has several parts is JSON in one cell."""

    def cells(name: str) -> list[Any]:
        return [row[name] for row in rows]

    return {
        **{name: Texts(cells(name)) for name in ("topic", "log")},
        "generation": Integers(np.array(cells("generation"), np.int64)),
        "decoder": Texts(cells("decoder")),
        "fields": Texts([orjson.dumps(fields).decode() for fields in cells("fields")]),
        "count": Integers(np.array(cells("count"), np.int64)),
        **{name: Times(np.array(cells(name), np.int64)) for name in ("first_logged_time", "last_logged_time")},
        "usual_interval_s": Numbers(np.array(cells("usual_interval_s"), np.float64)),
        "state": Texts(cells("state")),
    }


def _existed(home: Home, topic: str, position: int) -> bool:
    """Whether the topic had a log then; without this, topics that came later would change where a page ends."""
    return any(log.started <= position for log in home.model.catalogue.logs_of(topic))


def _describe(
    home: Home, view: View, topics: list[TopicSeries], style: str, silent_min_ns: int
) -> list[dict[str, Any]]:
    """One object per topic that has a message at the view's position."""
    ids = np.array(sorted(number for each in topics for number in each.all_numbers()), np.int32)
    rows = {row.series: row for row in newest(view, ids, "logged").unpack()}
    spoken = activity(view, [each.messages for each in topics])
    changing = reporting_changes(view, lines_of(topics, None))
    described = []
    for each, heard, events in zip(topics, spoken, changing, strict=True):
        messages = newest_of([(Series(each.topic, ""), each.messages)], view.keys, "logged", rows.get)
        if heard is not None and messages:
            log = home.model.catalogue.by_id[messages[0].key.log]
            described.append(
                {
                    "topic": each.topic,
                    "log": printable(log.name),
                    "generation": log.generation,
                    "decoder": messages[0].key.decoder,
                    "fields": _fields(each, view, rows),
                    **_activity(heard, view.position, style, silent_min_ns, events=events),
                }
            )
    return described


def _fields(topic: TopicSeries, view: View, rows: dict[int, Row]) -> list[dict[str, Any]]:
    groups = [(Series(topic.topic, field), numbers) for field, numbers in sorted(topic.fields.items())]
    return [
        {"field": each.series.field, "kind": KIND_NAMES[each.row.kind], "unit": each.key.unit}
        for each in newest_of(groups, view.keys, "logged", rows.get)
    ]


def _activity(heard: Activity, position: int, style: str, silent_min_ns: int, *, events: bool) -> dict[str, Any]:
    usual = None if events else usual_interval(heard.recent)
    return {
        "count": heard.messages,
        "first_logged_time": one_time(heard.first, style),
        "last_logged_time": one_time(heard.last, style),
        "usual_interval_s": None if usual is None else usual / NS_PER_S,
        "state": _state(position - heard.last, usual, silent_min_ns),
    }


def _state(silence: int, usual: int | None, silent_min_ns: int) -> str | None:
    if usual is None:
        return None
    if silence > max(SILENT_INTERVALS * usual, silent_min_ns):
        return "silent"
    return "late" if silence > LATE_INTERVALS * usual else "live"
