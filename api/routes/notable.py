"""`GET /v1/notable`: what a person would want told of a window, worst first."""

import functools
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.accounts.caller import Within
from api.accounts.guard import caller_of
from api.calendar import zone_of
from api.errors import TimeError
from api.happened import find as happened_in
from api.health.look import question_of
from api.health.narrow import readable
from api.health.notable import Window, lines_within, notable
from api.readmodel.selection import Wanted
from api.routes.home_health import FactAnswer
from api.services import Home, services_of
from api.times import one_time
from api.web.answer import Standing, body, respond
from api.web.openapi import answers
from api.web.paging import limit_of
from api.web.params import Filtered, TimeText, ZoneText
from api.web.positions import home_of, now_of, position_text, read_window
from api.web.problem import bad_parameter
from api.web.schemas import Answer

router = APIRouter()


class Notable(Answer):
    """`notable`."""

    start: str
    end: str
    count: int = Field(description="How many there are; more than are told where limit cut them.")
    notable: list[FactAnswer] = Field(description="What lasts first, then by weight, then the newest.")


class NotableQuery(Filtered):
    """Parameters of `notable`."""

    start: str = Field("-24h", description="First time: RFC 3339, -6h, now, or a position.")
    end: str = Field("now", description="Time at which to end.")
    standing: bool = Field(False, description="Only what lasts and needs somebody.")
    tz: ZoneText = Field("UTC", description="IANA time zone that says when it is night.")
    limit: int | None = Field(None, ge=1, description="Facts told; default and maximum are settings.")
    time: TimeText = "rfc3339"


@router.get("/notable", responses=answers(Notable, 413, 429, 503))
async def notable_facts(request: Request, query: Annotated[NotableQuery, Query()]) -> Response:
    """What needs somebody, with evidence and what to do, and what happened at home.

    The first are outages, silent devices, refusals, numbers out of bounds; the second doors and motion in the night,
    what people did, extremes, what arrived late. The home's own faults are told whatever `filter` says.
    """
    services = services_of(request)
    home = home_of(services)
    limit, now = limit_of(services, query.limit), now_of(services, home)
    start, end = read_window(home, query.start, query.end, now)
    question, chosen = question_of(services, home), _chosen(home, query, caller_of(request).within)
    if query.filter:
        question = question._replace(lines=lines_within(question.lines, frozenset(chosen.selection.topics)))
    window = Window(start, end, present=end >= question.asked.view.position, zone=_zone(query.tz))
    happened = None if query.standing else chosen
    find = functools.partial(notable, question, window, happened, rows_max=services.settings.plot_rows_max)
    facts = readable(await services.pools.run(find, heavy=True), caller_of(request))
    told = [each for each in facts if each.until is None or not query.standing]
    moment = functools.partial(one_time, style=query.time)
    standing = Standing.of(home, question.asked.view)
    entries = {
        "start": moment(start),
        "end": moment(end),
        "count": len(told),
        "notable": [each.as_json(moment) for each in told[:limit]],
    }
    return respond(standing, body(standing, entries))


def _chosen(home: Home, query: NotableQuery, within: Within) -> happened_in.Home:
    """What of the home is asked about, of what the caller may read."""
    model = home.model
    selection = model.selector.select(Wanted(tuple(query.filter), (), within))
    position = functools.partial(position_text, home)
    return happened_in.Home(model.view, selection, model.table.keys, model.known.context, model.catalogue, position)


def _zone(name: str) -> ZoneInfo:
    try:
        return zone_of(name)
    except TimeError as fault:
        raise bad_parameter("tz", str(fault)) from fault
