"""`GET /v1/latest`: the newest observation of each series, from memory; with ETag and long poll."""

import asyncio
import functools
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, NamedTuple

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.accounts.caller import Caller
from api.accounts.guard import caller_of
from api.readmodel.latest import Newest, newest_of
from api.readmodel.newest import newest
from api.readmodel.selection import Selection, Wanted
from api.readmodel.view import View
from api.services import Home, Services, services_of
from api.web.answer import KERNEL, Standing, body, next_page, respond
from api.web.answer_table import Shape, respond_table
from api.web.cursor import decode_cursor, encode_cursor
from api.web.formats import format_of
from api.web.fragments import newest_columns
from api.web.openapi import answers
from api.web.paging import check_limit
from api.web.params import By, Paged, Selecting
from api.web.positions import home_of, position_text, reach, wait_of
from api.web.problem import bad_parameter
from api.web.schemas import Observations
from api.web.table_rows import newest_table

POLL_MIN_S = 0.02
"""A long poll looks again at most this often, however fast messages come."""
_TAG = re.compile(r'"([^"]*)"')
router = APIRouter()


class LatestQuery(Paged, Selecting):
    """Parameters of `latest`."""

    by: By = Field("logged", description="Newest by which clock; a phone that is ahead would pin a value by `device`.")


class Found(NamedTuple):
    """The newest rows, the position they are seen from, and what names them."""

    entries: list[Newest]
    position: int
    tag: str


@router.get("/latest", responses=answers(Observations, 304, 406, 409, 429, 503))
async def latest(request: Request, query: Annotated[LatestQuery, Query()]) -> Response:
    """One observation per series: the newest. `If-None-Match` gives 304; `Prefer: wait=30` waits for a change."""
    services, caller = services_of(request), caller_of(request)
    home = home_of(services)
    check_limit(services, query.limit)
    at_text, after = _resume(home, query)
    at = await reach(request, services, at_text)
    wanted = Wanted(tuple(query.filter), tuple(query.field), caller.within)
    find = functools.partial(_find, services, home, wanted, query.by, at)
    found = await find()
    if at is None and _is_known(request, found.tag):
        found = await _changed(services, caller, find, found, wait_of(request, services))
    standing = Standing.at(home, found.position)
    headers = {"ETag": f'W/"{found.tag}"'}
    if _is_known(request, found.tag):
        return Response(status_code=304, headers={**standing.headers, **headers})
    entries = [each for each in found.entries if after is None or each.series > after]
    shown = entries[: query.limit or services.settings.rows_max]
    next_url = None
    if len(shown) < len(entries):
        cursor = encode_cursor("latest", found.position, query.by, *shown[-1].series)
        next_url = next_page(request, cursor, {}, drop=("at",))
    shape = Shape(format_of(request, query.format), query.layout, query.time, "observations")
    if shape.format != "json":
        table = newest_table(shown)
        return await respond_table(services, standing, shape, table, next_url=next_url, headers=headers)
    return respond(standing, body(standing, _shown(services, shown, query), next_url), next_url, headers)


def _resume(home: Home, query: LatestQuery) -> tuple[str | None, tuple[str, str] | None]:
    if query.cursor is None:
        return query.at, None
    pinned, by, topic, field = decode_cursor(query.cursor, "latest", int, str, str, str)
    if by != query.by:
        raise bad_parameter("cursor", f"it was made with by={by}: take `next` as it is")
    return position_text(home, pinned), (topic, field)


async def _find(services: Services, home: Home, wanted: Wanted, by: str, at: int | None) -> Found:
    model = home.model
    selection = model.selector.select(wanted)
    if at is None:
        row = functools.partial(model.latest.row, by)
        entries, position = newest_of(selection.groups, model.table.keys, by, row), model.position
    else:
        view = model.view.pinned(at)
        query = functools.partial(_newest_at, view, selection, by)
        entries, position = await services.pools.run(query, heavy=True), view.position
    newest_logged = max((each.row.logged for each in entries), default=0)
    tag = f"{position_text(home, newest_logged)};{by};{len(entries)};{model.decoders};{KERNEL}"
    return Found(entries, position, tag)


def _newest_at(view: View, selection: Selection, by: str) -> list[Newest]:
    # In total order, so the last row of a series is the one that stays.
    rows = {row.series: row for row in newest(view, selection.ids, by).unpack()}
    return newest_of(selection.groups, view.keys, by, rows.get)


async def _changed(
    services: Services, caller: Caller, find: Callable[[], Awaitable[Found]], known: Found, wait_s: float
) -> Found:
    """Wait for something newer, but no longer than this, and no longer than the caller may read it."""
    found = known
    try:
        async with asyncio.timeout(wait_s):
            while found.tag == known.tag and not services.hub.closed:
                await services.progress.advanced()
                if not services.door.still(caller):
                    return known
                found = await find()
                await asyncio.sleep(POLL_MIN_S)
    except TimeoutError:
        return found
    return found


def _is_known(request: Request, tag: str) -> bool:
    given = request.headers.get("if-none-match", "")
    return given.strip() == "*" or tag in _TAG.findall(given)


def _shown(services: Services, entries: Sequence[Newest], query: LatestQuery) -> dict[str, object]:
    if query.layout == "columns":
        return {"columns": newest_columns(entries, query.time)}
    fragments = services.fragments
    return {"observations": [orjson.Fragment(fragments.of(each, query.by, query.time)) for each in entries]}
