"""`GET /v1/topics`: one row a topic, with its fields, how often it speaks, and whether it still does."""

import functools
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.accounts.caller import Caller
from api.accounts.guard import caller_of
from api.readmodel.activity import activity
from api.readmodel.model import ReadModel
from api.readmodel.selection import TopicSeries, Wanted
from api.readmodel.view import View
from api.services import services_of
from api.times import NS_PER_S
from api.topics.describe import Asked, Declared, describe
from api.web.answer import Standing, body, next_page, respond
from api.web.answer_table import Shape, respond_table
from api.web.cursor import decode_cursor, encode_cursor
from api.web.formats import format_of
from api.web.openapi import answers
from api.web.paging import limit_of
from api.web.params import AtText, Filtered, FormatText, TimeText
from api.web.positions import home_of, position_text, reach
from api.web.schemas import Topics
from api.web.table import Integers, Numbers, Table, Texts, Times
from ingest.declared import by_fields

router = APIRouter()


class TopicsQuery(Filtered):
    """Parameters of `topics`."""

    understood: bool | None = Field(
        None, description="false: only topics with messages that no decoder understood, so that they are only kept."
    )
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
        pinned, after = decode_cursor(query.cursor, "topics", home.model.decoders, int, str)
        at_text = position_text(home, pinned)
    at = await reach(request, services, at_text)
    # Another model may be swapped in while this one is looked through, and its series have other numbers.
    model = home.model
    view = model.view.pinned(at)
    caller = caller_of(request)
    known = model.selector.select(Wanted(tuple(query.filter), within=caller.within)).topics
    names = [topic for topic in known if topic > after and _existed(model, topic, view.position)]
    if query.understood is False:
        names = await services.pools.run(functools.partial(_kept, view, _series(model, names)), heavy=True)
    shape = Shape(format_of(request, query.format), "rows", query.time, "topics")
    style = query.time if shape.format == "json" else "ns"
    silent_min_ns = int(services.settings.silent_min_s * NS_PER_S)
    declared, availability = _declared(model, view, caller, names[:limit])
    asked = Asked(home, view, _series(model, names[:limit]), declared, availability, style, silent_min_ns)
    rows = await services.pools.run(functools.partial(describe, asked), heavy=True)
    next_url = None
    if len(names) > limit:
        next_url = next_page(
            request, encode_cursor("topics", view.decoders, view.position, names[limit - 1]), {}, drop=("at",)
        )
    standing = Standing.of(home, view)
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
        **{name: Texts(cells(name)) for name in ("decoder", "name", "device", "area", "role")},
        "classes": Texts([None if each is None else orjson.dumps(each).decode() for each in cells("classes")]),
        **{name: Texts(cells(name)) for name in ("confidence", "availability")},
        "fields": Texts([orjson.dumps(fields).decode() for fields in cells("fields")]),
        "count": Integers(np.array(cells("count"), np.int64)),
        **{name: Times(np.array(cells(name), np.int64)) for name in ("first_logged_time", "last_logged_time")},
        "usual_interval_s": Numbers(np.array(cells("usual_interval_s"), np.float64)),
        "state": Texts(cells("state")),
        "kept": Integers(np.array(cells("kept"), np.int64)),
        **{name: Numbers(np.array(cells(name), np.float64)) for name in ("skew_s", "skew_spread_s")},
    }


def _existed(model: ReadModel, topic: str, position: int) -> bool:
    """Whether the topic had a log then; without this, topics that came later would change where a page ends."""
    return any(log.started <= position for log in model.catalogue.logs_of(topic))


def _series(model: ReadModel, topics: Sequence[str]) -> list[TopicSeries]:
    return [model.selector.series_of(topic) for topic in topics]


def _kept(view: View, topics: list[TopicSeries]) -> list[str]:
    """The topics with messages that are only kept."""
    groups = [[number for number in each.messages if view.keys[number].kept] for each in topics]
    return [each.topic for each, heard in zip(topics, activity(view, groups), strict=True) if heard is not None]


def _declared(
    model: ReadModel, view: View, caller: Caller, topics: list[str]
) -> tuple[list[Declared], dict[tuple[str, str], list[int]]]:
    """What configs say of the topics, and the stored series that tell whether their devices can be reached."""
    context, series_of = model.known.context, model.selector.series_of
    declared = [by_fields(context, topic, view.position) for topic in topics]
    tellers = {place for each in declared for about in each.values() for place in about.available_at}
    # Whether a device can be reached is told to those who may read where it is told.
    availability = {
        (topic, field): series_of(topic).fields.get(field, []) for topic, field in tellers if caller.may_read(topic)
    }
    return declared, availability
