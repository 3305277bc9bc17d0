"""`GET /v1/live`: the same filters as an event stream; resumes with no gap and no message twice."""

import functools
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.accounts.guard import caller_of
from api.live.record import Payload
from api.live.stream import Stream, StreamRequest
from api.services import Home, Services, services_of
from api.web.answer import Standing
from api.web.openapi import answers
from api.web.params import Selecting, TimeText
from api.web.positions import home_of, resume_from
from api.web.problem import Problem
from api.web.schemas import LiveMessage

MEDIA_TYPE = "text/event-stream"
RETRY_AFTER_S = 5
router = APIRouter()


class LiveQuery(Selecting):
    """Parameters of `live`."""

    since: str | None = Field(
        None,
        description="What came after this: a position, RFC 3339, -1h. None: only what comes. "
        "The header Last-Event-ID goes before it.",
    )
    payload: Payload = Field("decoded", description="decoded: observations; raw: the payload; both.")
    latest_every_ms: int | None = Field(
        None, ge=20, le=60_000, description="Events `latest` with only the newest value of each series per tick."
    )
    time: TimeText = "rfc3339"


@router.get(
    "/live",
    responses=answers(LiveMessage, 429, 503, description="Server-sent events; each event's data is this."),
    response_class=StreamingResponse,
)
async def live(
    request: Request, query: Annotated[LiveQuery, Query()], last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """Every message once, in the order of positions. Event `behind`: you are too slow, the rest comes from history.

    Event `restored`, the first: the position that you came with is of a history that a restore from a backup has ended.
    Its id is the position in the new one from where the stream goes on; what you have from after that is not in it.
    """
    services = services_of(request)
    home = home_of(services)
    caller = caller_of(request)
    _check_room(services, caller.budget)
    since, restored = _since(services, home, last_event_id or None, query.since)
    wanted = StreamRequest(
        tuple(query.filter),
        tuple(query.field),
        since,
        restored,
        query.payload,
        query.time,
        query.latest_every_ms,
        caller.budget,
        caller.within,
        functools.partial(services.door.still, caller),
    )
    headers = {
        **Standing.at(home, home.model.position).headers,
        "Cache-Control": "no-store",
        # Asks a proxy of nginx's kind not to hold events back.
        "X-Accel-Buffering": "no",
    }
    return StreamingResponse(Stream(services, home, wanted).chunks(), 200, headers, MEDIA_TYPE)


def _check_room(services: Services, account: str) -> None:
    readers, settings = services.hub.readers, services.settings
    if readers.total() >= settings.live_readers_max:
        detail = f"there are {readers.total()} event streams already; close one, or ask again"
    elif readers[account] >= settings.live_readers_account_max:
        detail = f"this account has {readers[account]} event streams already; close one, or ask again"
    else:
        return
    raise Problem(429, "too-many-streams", detail, headers={"Retry-After": str(RETRY_AFTER_S)})


def _since(services: Services, home: Home, last_event_id: str | None, since: str | None) -> tuple[int, bool]:
    if last_event_id is not None:
        return resume_from(home, last_event_id, "Last-Event-ID", services.clock())
    if since is not None:
        return resume_from(home, since, "since", services.clock())
    return home.model.position, False
