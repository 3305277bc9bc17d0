"""`GET /v1/latest`: the newest observation of each series, from memory; with ETag and long poll."""

import asyncio
import contextlib
import functools
import re
from collections.abc import Callable, Sequence
from typing import Annotated, NamedTuple

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.accounts.caller import Caller
from api.accounts.guard import caller_of
from api.readmodel.latest import LatestTable, Newest, Series, newest_of
from api.readmodel.model import ReadModel
from api.readmodel.newest import newest
from api.readmodel.rows import Row
from api.readmodel.selection import Selection, Wanted
from api.readmodel.series import SeriesKey
from api.readmodel.view import View
from api.services import Home, Services, services_of
from api.web.answer import KERNEL, Answer, Make, Standing, answered, body, next_page
from api.web.answer_table import Shape, respond_table
from api.web.board import Wish
from api.web.cursor import decode_cursor, encode_cursor
from api.web.formats import format_of
from api.web.fragments import newest_columns
from api.web.openapi import answers
from api.web.paging import check_limit
from api.web.params import By, Paged, Selecting
from api.web.positions import home_of, position_text, reach, wait_of
from api.web.problem import bad_parameter
from api.web.schemas import Observations
from api.web.selecting import selected
from api.web.table import Table
from api.web.table_rows import newest_table

ROWS_QUICK_MAX = 500
FEW = 32
"""So many series are looked at one by one."""
POLL_MIN_S = 0.02
"""A long poll looks again at most this often, however fast messages come."""
_TAG = re.compile(r'"([^"]*)"')
ANY = frozenset({"*"})
"""What `If-None-Match: *` knows."""
router = APIRouter()


class LatestQuery(Paged, Selecting):
    """Parameters of `latest`."""

    by: By = Field("logged", description="Newest by which clock; a phone that is ahead would pin a value by `device`.")


class Asked(NamedTuple):
    """Which series, and newest by which clock."""

    home: Home
    wanted: Wanted
    by: str


class Seen(NamedTuple):
    """The newest rows of one moment, the view they are seen from, and what names them."""

    entries: Callable[[], list[Newest]]
    """Puts them together, by series."""
    rows: int
    """How many stored series that takes."""
    view: View
    tag: str
    board: Wish | None
    """What boards show of it; none of what is not of now."""


class Page(NamedTuple):
    """What is shown."""

    last: Series | None
    """The last series shown, if there are more."""
    table: Table | None
    """For all formats but JSON."""
    shown: dict[str, object]
    """For JSON."""


@router.get("/latest", responses=answers(Observations, 304, 406, 409, 429, 503))
async def latest(request: Request, query: Annotated[LatestQuery, Query()]) -> Response:
    """One observation per series: the newest. `If-None-Match` gives 304; `Prefer: wait=30` waits for a change."""
    services, caller = services_of(request), caller_of(request)
    home = home_of(services)
    check_limit(services, query.limit)
    at_text, after = _resume(home, query)
    at = await reach(request, services, at_text)
    wanted = Wanted(tuple(query.filter), tuple(query.field), caller.within)
    look = functools.partial(_look, services, home, wanted, query.by, at)
    seen = await look()
    given = _given(request)
    if at is None and _is_known(given, seen.tag) and (wait_s := wait_of(request, services)):
        await _wait(services, caller, Asked(home, wanted, query.by), seen.tag, wait_s=wait_s)
        if services.door.still(caller):
            seen = await look()
    if _is_known(given, seen.tag):
        return _unchanged(home, seen).response()
    shape = Shape(format_of(request, query.format), query.layout, query.time, "observations")
    make = functools.partial(_page, services, seen, query, shape, after)
    # Many rows take longer than the loop may be held up.
    page = make() if seen.rows <= ROWS_QUICK_MAX else await services.pools.run(make, heavy=False)
    if page.table is not None:
        standing, next_url, headers = Standing.of(home, seen.view), _next(request, query, seen, page), _headers(seen)
        return await respond_table(services, standing, shape, page.table, next_url=next_url, headers=headers)
    return _whole(request, query, home, seen, page).response()


def _headers(seen: Seen) -> dict[str, str]:
    return {"ETag": f'W/"{seen.tag}"', "Vary": "Accept"}


def _unchanged(home: Home, seen: Seen) -> Answer:
    return Answer(304, {**Standing.of(home, seen.view).headers, **_headers(seen)})


def _whole(request: Request, query: LatestQuery, home: Home, seen: Seen, page: Page) -> Answer:
    standing, next_url = Standing.of(home, seen.view), _next(request, query, seen, page)
    return answered(standing, body(standing, page.shown, next_url), next_url, _headers(seen))


def _next(request: Request, query: LatestQuery, seen: Seen, page: Page) -> str | None:
    if page.last is None:
        return None
    cursor = encode_cursor("latest", seen.view.decoders, seen.view.position, query.by, *page.last)
    return next_page(request, cursor, {}, drop=("at",))


def at_once(services: Services, request: Request, query: LatestQuery) -> Make | None:
    """The same, of few series and of now, if it need not wait; None if it is more than that."""
    if query.cursor is not None or query.at is not None or format_of(request, query.format) != "json":
        return None
    check_limit(services, query.limit)
    wanted = Wanted(tuple(query.filter), tuple(query.field), caller_of(request).within)
    most = min(ROWS_QUICK_MAX, services.settings.at_once_rows_max)
    given, waits = _given(request), bool(wait_of(request, services))
    shape = Shape("json", query.layout, query.time, "observations")

    def answer() -> Answer | None:
        home = services.home
        if home is None or not home.model.selector.is_quick(wanted):
            return None
        seen = _seen_now(home, home.model, home.model.selector.select(wanted), query.by)
        if seen.rows > most:
            return None
        if _is_known(given, seen.tag):
            return None if waits else _unchanged(home, seen)
        return _whole(request, query, home, seen, _page(services, seen, query, shape, None))

    return answer


def _resume(home: Home, query: LatestQuery) -> tuple[str | None, tuple[str, str] | None]:
    if query.cursor is None:
        return query.at, None
    pinned, by, topic, field = decode_cursor(query.cursor, "latest", home.model.decoders, int, str, str, str)
    if by != query.by:
        raise bad_parameter("cursor", f"it was made with by={by}: take `next` as it is")
    return position_text(home, pinned), (topic, field)


async def _look(services: Services, home: Home, wanted: Wanted, by: str, at: int | None) -> Seen:
    model = home.model
    selection = await selected(services, model, wanted)
    if at is None:
        return _seen_now(home, model, selection, by)
    view = model.view.pinned(at)
    table = await services.pools.run(functools.partial(_newest_at, view, selection, by), heavy=True)
    return _seen(home, view, table, selection, by)


def _seen_now(home: Home, model: ReadModel, selection: Selection, by: str) -> Seen:
    return _seen(home, model.view, model.latest, selection, by)


def _seen(home: Home, view: View, table: LatestTable, selection: Selection, by: str) -> Seen:
    # Nothing is awaited, so that it is one moment.
    tag = _tag(home, view, table, selection, by)
    rows = table.rows(by, selection.numbers)
    board = Wish(selection, view.keys, rows, by) if table is home.model.latest else None
    return Seen(functools.partial(_entries, selection, view.keys, rows, by), len(rows), view, tag, board)


def _tag(home: Home, view: View, table: LatestTable, selection: Selection, by: str) -> str:
    if len(selection.groups) <= FEW:
        mark = table.mark_of_few(by, selection.groups)
    else:
        mark = table.mark(by, selection.flat, selection.starts)
    return f"{position_text(home, mark.logged)};{by};{mark.series};{view.decoders};{KERNEL}"


def _newest_at(view: View, selection: Selection, by: str) -> LatestTable:
    table = LatestTable()
    # In total order, so the last row of a series is the one that stays.
    table.restore(by, newest(view, selection.ids, by).unpack(), published=True)
    return table


def _entries(selection: Selection, keys: Sequence[SeriesKey], rows: list[Row | None], by: str) -> list[Newest]:
    known = dict(zip(selection.numbers, rows, strict=True))
    return newest_of(selection.groups, keys, by, known.get)


async def _wait(services: Services, caller: Caller, asked: Asked, known: str, *, wait_s: float) -> None:
    """Wait until something is newer, but no longer than this, and no longer than the caller may read it."""
    home, wanted, by = asked
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(wait_s):
            while services.door.still(caller) and not services.hub.closed:
                await services.progress.advanced()
                # Another model may be swapped in meanwhile, whose series have other numbers.
                model = home.model
                selection = await selected(services, model, wanted)
                if _tag(home, model.view, model.latest, selection, by) != known:
                    return
                await asyncio.sleep(POLL_MIN_S)


def _given(request: Request) -> frozenset[str]:
    """The tags that the caller knows."""
    text = request.headers.get("if-none-match", "")
    return ANY if text.strip() == "*" else frozenset(_TAG.findall(text))


def _is_known(given: frozenset[str], tag: str) -> bool:
    return given is ANY or tag in given


def _page(services: Services, seen: Seen, query: LatestQuery, shape: Shape, after: tuple[str, str] | None) -> Page:
    is_whole = after is None and query.limit is None and seen.rows <= services.settings.rows_max
    if is_whole and seen.board is not None and shape.format == "json" and query.layout == "rows":
        return Page(None, None, {"observations": _array(services.boards.show(seen.board, query.time))})
    entries = seen.entries()
    if after is not None:
        entries = [each for each in entries if each.series > after]
    shown = entries[: query.limit or services.settings.rows_max]
    last = shown[-1].series if len(shown) < len(entries) else None
    if shape.format != "json":
        return Page(last, newest_table(shown), {})
    if query.layout == "columns":
        return Page(last, None, {"columns": newest_columns(shown, query.time)})
    written = services.fragments.of_all(shown, query.by, query.time)
    return Page(last, None, {"observations": _array(b",".join(written))})


def _array(joined: bytes) -> orjson.Fragment:
    return orjson.Fragment(b"[" + joined + b"]")
