"""`GET /v1/gaps`: where topics were silent, whose silence it was, how that is known, and what was kept all the same."""

import functools
from collections import defaultdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.accounts.caller import Within
from api.accounts.guard import caller_of
from api.gaps.find import Found, asked_of, find_gaps
from api.gaps.hear import Line, lines_of
from api.gaps.kernel import Gap
from api.gaps.tell import Position, gap_object, outage_object
from api.readmodel.selection import Wanted
from api.readmodel.series import MESSAGE_FIELD
from api.services import Home, services_of
from api.times import format_time, one_time
from api.web.answer import Standing, body, next_page, respond
from api.web.cursor import decode_cursor, encode_cursor
from api.web.openapi import answers
from api.web.paging import limit_of
from api.web.params import AtText, By, Selecting, TimeText
from api.web.positions import home_of, now_of, position_text, reach, read_window
from api.web.schemas import Answer
from api.words.templates import FAULTS

Cause = Literal["device", "broker", "sink", "store", "unknown"]
router = APIRouter()


class Evidence(BaseModel):
    """One thing that shows it."""

    position: str | None = Field(description="Of the record that says so; null where it is no single one.")
    words: str


class OutageAnswer(BaseModel):
    """A time in which the recorder, or a part of it, was away."""

    start: str = Field(alias="from")
    to: str
    standing: bool = Field(description="Whether it lasts.")
    cause: Cause
    id: str = Field(description="Names the fault; docs/faults.md lists them.")
    sentence: str
    remedy: str
    evidence: list[Evidence]


class GapAnswer(OutageAnswer):
    """A time in which a topic, or one of its series, has no record."""

    topic: str
    field: str | None = Field(description="With `field` in the request; else the gap is the whole topic's.")
    kept: int | None = Field(description="Messages that waited in the broker and were logged later; null: not known.")
    kept_words: str | None
    usual_interval_s: float | None = Field(description="Null for what speaks when something happens.")


class Gaps(Answer):
    """`gaps`."""

    start: str
    end: str
    gaps: list[GapAnswer]
    outages: list[OutageAnswer] = Field(description="The recorder's own, whether a topic was hit or not.")


class GapsQuery(Selecting):
    """Parameters of `gaps`."""

    start: str = Field("-24h", description="First time: RFC 3339, -6h, now, or a position.")
    end: str = Field("now", description="Time at which to end.")
    by: By = Field("device", description="Clock by which topics speak: device time where there is one, or logged.")
    cause: Cause | None = Field(None, description="Only gaps with this cause.")
    limit: int | None = Field(None, ge=1, description="Gaps of a page; default and maximum are settings.")
    cursor: str | None = Field(None, description="From `next`.")
    at: AtText = None
    time: TimeText = "rfc3339"


@router.get("/gaps", responses=answers(Gaps, 409, 413, 429, 503))
async def gaps(request: Request, query: Annotated[GapsQuery, Query()]) -> Response:
    """Gaps in order of their beginning. A topic without a steady rhythm (a door) has none of its own."""
    services = services_of(request)
    home = home_of(services)
    limit, skipped, at_text = limit_of(services, query.limit), 0, query.at
    if query.cursor is not None:
        pinned, skipped = decode_cursor(query.cursor, "gaps", home.model.decoders, int, int)
        at_text = position_text(home, pinned)
    at = await reach(request, services, at_text)
    view = home.model.view.pinned(at)
    now = now_of(services, home) if at is None else view.position
    start, end = read_window(home, query.start, query.end, now)
    asked = asked_of(services, view, by=query.by, start=start, end=end, present=at is None)
    find = functools.partial(
        find_gaps, asked, _lines(home, query, caller_of(request).within), rows_max=services.settings.plot_rows_max
    )
    found = await services.pools.run(find, heavy=True)
    wanted = [each for each in found.gaps if query.cause in {None, FAULTS[each.id].kind}]
    next_url = None
    if len(wanted) > skipped + limit:
        pinned_window = {"start": format_time(start), "end": format_time(end)}
        cursor = encode_cursor("gaps", view.decoders, view.position, skipped + limit)
        next_url = next_page(request, cursor, pinned_window, drop=("at",))
    told = _told(home, found, wanted[skipped : skipped + limit], query, now=now)
    entries = {"start": one_time(start, query.time), "end": one_time(end, query.time), **told}
    standing = Standing.of(home, view)
    return respond(standing, body(standing, entries, next_url), next_url)


def _lines(home: Home, query: GapsQuery, within: Within) -> list[Line]:
    """Whole topics, or, where fields are asked for, their series."""
    selector = home.model.selector
    selection = selector.select(Wanted(tuple(query.filter), tuple(query.field), within))
    fields = defaultdict(list)
    for series, _ in selection.groups:
        if series.field != MESSAGE_FIELD:
            fields[series.topic].append(series.field)
    return lines_of([selector.series_of(each) for each in selection.topics], fields if query.field else None)


def _told(home: Home, found: Found, shown: list[Gap], query: GapsQuery, *, now: int) -> dict[str, Any]:
    moment = functools.partial(one_time, style=query.time)
    position = functools.partial(position_text, home)
    # A device time is no position.
    spoken: Position = position if query.by == "logged" else lambda _: None
    return {
        "gaps": [
            gap_object(each, moment, position if each.outage else spoken, beats=found.beats_in(each), now=now)
            for each in shown
        ],
        "outages": [outage_object(each, moment, position, now=now) for each in found.outages],
    }
