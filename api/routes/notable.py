"""`GET /v1/notable`: what a person would want told of a window, worst first."""

import functools
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.accounts.guard import caller_of
from api.health.look import question_of
from api.health.narrow import readable
from api.health.notable import Window, notable
from api.routes.home_health import FactAnswer
from api.services import services_of
from api.times import one_time
from api.web.answer import Standing, body, respond
from api.web.openapi import answers
from api.web.paging import limit_of
from api.web.params import Parameters, TimeText
from api.web.positions import home_of, now_of, read_window
from api.web.schemas import Answer

router = APIRouter()


class Notable(Answer):
    """`notable`."""

    start: str
    end: str
    count: int = Field(description="How many there are; more than are told where limit cut them.")
    notable: list[FactAnswer] = Field(description="What lasts first, then by weight, then the newest.")


class NotableQuery(Parameters):
    """Parameters of `notable`."""

    start: str = Field("-24h", description="First time: RFC 3339, -6h, now, or a position.")
    end: str = Field("now", description="Time at which to end.")
    standing: bool = Field(False, description="Only what lasts.")
    limit: int | None = Field(None, ge=1, description="Facts told; default and maximum are settings.")
    time: TimeText = "rfc3339"


@router.get("/notable", responses=answers(Notable, 413, 429, 503))
async def notable_facts(request: Request, query: Annotated[NotableQuery, Query()]) -> Response:
    """Outages, silent devices, refusals, and numbers out of bounds, each with evidence and what to do."""
    services = services_of(request)
    home = home_of(services)
    limit, now = limit_of(services, query.limit), now_of(services, home)
    start, end = read_window(home, query.start, query.end, now)
    question = question_of(services, home)
    window = Window(start, end, present=end >= question.asked.view.position)
    find = functools.partial(notable, question, window, rows_max=services.settings.plot_rows_max)
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
