"""`POST /v1/tickets`: a short-lived right to read some topics, for an address on another page."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.accounts.guard import caller_of
from api.services import services_of
from api.web.answer import Standing, body, respond
from api.web.openapi import answers
from api.web.params import Filtered, NoParameters
from api.web.positions import home_of
from api.web.problem import bad_parameter

HOUR_S = 3_600
router = APIRouter()


class TicketRequest(Filtered):
    """What a ticket shall be for."""

    seconds: int = Field(HOUR_S, ge=1, description="How long it works; the longest is a setting.")


class Ticket(BaseModel):
    """A ticket."""

    model_config = ConfigDict(title="Ticket")

    ticket: str = Field(description="To be given as `ticket=` with any GET below /v1.")
    until: str = Field(description="When it ends, RFC 3339.")


@router.post("/tickets", responses=answers(Ticket, 403, 413, 429))
async def tickets(request: Request, asked: TicketRequest, _: Annotated[NoParameters, Query()]) -> Response:
    """A ticket reads what these filters match and its account may read; it ends with the account's secret too."""
    services = services_of(request)
    if asked.seconds > services.settings.ticket_s_max:
        raise bad_parameter("seconds", f"{asked.seconds} is more than {services.settings.ticket_s_max}")
    ticket, until = services.door.ticket_for(caller_of(request), tuple(asked.filter) or ("#",), seconds=asked.seconds)
    home = home_of(services)
    standing = Standing.at(home, home.model.position)
    return respond(
        standing, body(standing, {"ticket": ticket, "until": datetime.fromtimestamp(until, UTC).isoformat()})
    )
