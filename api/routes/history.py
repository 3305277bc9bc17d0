"""`GET /v1/history`: observations in order, page by page, as of the position of page one."""

import functools
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Literal, NamedTuple

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from numpy.typing import NDArray
from pydantic import Field

from api.accounts.guard import caller_of
from api.readmodel.found import Both, Found
from api.readmodel.gather import Groups
from api.readmodel.page import Key, PageRequest, count, found, key_of
from api.readmodel.rows import Rows
from api.readmodel.selection import Wanted
from api.readmodel.state import state_before
from api.readmodel.view import View
from api.services import Home, Services, services_of
from api.times import format_time
from api.web.answer import Answer, Make, Standing, answered, body, next_page, respond
from api.web.answer_table import Shape, json_of, respond_table, stream
from api.web.cursor import decode_cursor, encode_cursor
from api.web.formats import format_of
from api.web.history_table import ALL, Choice, Name, choice_of, cost, history_table
from api.web.openapi import answers
from api.web.paging import limit_of
from api.web.params import By, Paged, Selecting
from api.web.positions import check_window, ending_of, home_of, now_of, position_text, reach, read_moment
from api.web.problem import bad_parameter
from api.web.raw_rows import messages_of, with_messages
from api.web.schemas import Observations
from api.web.table import Table
from api.web.table_rows import every_page
from ingest.envelope import Message

NAME = "observations"
"""What rows are called."""
QUICK_ROWS_MAX = 1_000
QUICK_SERIES_MAX = 32
"""Up to these a page takes about a millisecond, and is answered by the thread for quick queries."""
router = APIRouter()


class HistoryQuery(Paged, Selecting):
    """Parameters of `history`."""

    start: str | None = Field(None, description="First time: RFC 3339, -6h, now, or a position. Included.")
    end: str | None = Field(None, description="Time at which to end. Not included.")
    by: By = Field("device", description="Clock that selects and sorts: device time where there is one, or logged.")
    order: Literal["asc", "desc"] = Field("asc", description="Oldest or newest first.")
    state_at_start: bool = Field(
        False, description="First the last observation of each series before `start`, marked, beyond the limit."
    )
    raw: bool = Field(
        False, description="Beside the values the payload as it came, what MQTT said with it, and the decoder."
    )
    columns: list[Name] = Field(
        [],
        description="Which columns the answer has, in the order given here whatever the order asked. None: all. `text` "
        "is one of csv, arrow and parquet; the last five come with state_at_start=true and raw=true.",
        max_length=len(ALL),
        examples=[["device_time", "value"]],
    )
    dry_run: bool = Field(False, description="Say how large the whole window would be, and nothing else.")


class Meant(NamedTuple):
    """What a request means by its words alone."""

    request: Request
    query: HistoryQuery
    wanted: Wanted
    limit: int
    choice: Choice


class Plan(NamedTuple):
    """Everything that one page needs, fixed before a thread works on it."""

    request: Request
    home: Home
    query: HistoryQuery
    view: View
    ids: NDArray[np.int32]
    page: PageRequest
    choice: Choice
    groups: Groups | None
    """Series whose state at the start is wanted first."""

    @property
    def heavy(self) -> bool:
        """Whether the page may take long."""
        return self.page.limit > QUICK_ROWS_MAX or len(self.ids) > QUICK_SERIES_MAX


@router.get("/history", responses=answers(Observations, 406, 409, 429, 503))
async def history(request: Request, query: Annotated[HistoryQuery, Query()]) -> Response:
    """Observations in the total order (time, log, record, place in the record), and messages without any."""
    services = services_of(request)
    plan = await _plan(request, services, query)
    run = functools.partial(services.pools.run, heavy=plan.heavy)
    shape = Shape(format_of(request, query.format), query.layout, query.time, NAME)
    if query.dry_run:
        return await _cost(services, plan, shape)
    if shape.format != "json":
        return await _other(services, plan, shape)
    if plan.choice.needs_messages:
        rows, messages, more = await _page(services, plan)
        content, next_url = await run(lambda: _content(plan, _state(plan), rows, messages, more=more))
    else:
        content, next_url = await run(lambda: _bare(plan))
    return respond(Standing.of(plan.home, plan.view), content, next_url)


def at_once(services: Services, request: Request, query: HistoryQuery) -> Make | None:
    """The same, of few rows and of now; None if it is more than that."""
    more = query.dry_run or query.raw or query.cursor is not None or query.at is not None
    if more or format_of(request, query.format) != "json":
        return None
    meant = _meant(services, request, query)
    if meant.limit > services.settings.at_once_rows_max:
        return None

    def answer() -> Answer | None:
        if services.home is None or not services.home.model.selector.is_quick(meant.wanted):
            return None
        plan = _planned(services, meant, None, None)
        if plan.heavy:
            return None
        content, next_url = _bare(plan)
        return answered(Standing.of(plan.home, plan.view), content, next_url)

    return answer


async def _plan(request: Request, services: Services, query: HistoryQuery) -> Plan:
    at_text, after = _resume(home_of(services), query)
    at = await reach(request, services, at_text)
    return _planned(services, _meant(services, request, query), at, after)


def _meant(services: Services, request: Request, query: HistoryQuery) -> Meant:
    choice = choice_of(query.columns, format_of(request, query.format), raw=query.raw, state=query.state_at_start)
    return Meant(request, query, _wanted(request, query), limit_of(services, query.limit), choice)


def _planned(services: Services, meant: Meant, at: int | None, after: Key | None) -> Plan:
    home, query = home_of(services), meant.query
    view = home.model.view.pinned(at)
    now = now_of(services, home) if at is None else at
    start = None if query.start is None else read_moment(home, query.start, "start", now)
    end = None if query.end is None else read_moment(home, query.end, "end", ending_of(services, home, at))
    check_window(query.start, query.end, start, end)
    selection = home.model.selector.select(meant.wanted)
    page = PageRequest(query.by, meant.limit, descending=query.order == "desc", start=start, end=end, after=after)
    groups = None
    if query.state_at_start:
        _check_state(query, start)
        groups = Groups([numbers for _, numbers in selection.groups]) if after is None else None
    return Plan(meant.request, home, query, view, selection.ids, page, meant.choice, groups)


def _wanted(request: Request, query: HistoryQuery) -> Wanted:
    return Wanted(tuple(query.filter), tuple(query.field), caller_of(request).within)


def _check_state(query: HistoryQuery, start: int | None) -> None:
    if start is None:
        raise bad_parameter("state_at_start", "needs a start, such as start=-6h")
    if query.raw or query.order == "desc":
        other = "raw=true" if query.raw else "order=desc"
        raise bad_parameter("state_at_start", f"comes first and without payloads, so not with {other}")


def _state(plan: Plan) -> Rows | None:
    """The rows that stand before the window; None where they are not asked for."""
    if plan.groups is None or plan.page.start is None:
        return None
    return state_before(plan.view, plan.groups, plan.query.by, plan.page.start)


def _with_state(plan: Plan, state: Rows | None, rows: Found, messages: Sequence[Message] | None = None) -> Table:
    """A table of rows, with their messages or what stood before them."""
    keys, catalogue = plan.view.keys, plan.home.model.catalogue
    if state is None:
        return history_table(rows, plan.choice, keys, catalogue, messages=messages)
    return history_table(Both(state, rows), plan.choice, keys, catalogue, before=state.size)


def _resume(home: Home, query: HistoryQuery) -> tuple[str | None, Key | None]:
    """The position that the answer is pinned to, and the row after which it begins."""
    if query.cursor is None:
        return query.at, None
    pinned, by, order, *key = decode_cursor(
        query.cursor, "history", home.model.decoders, int, str, str, int, int, int, int, int
    )
    if (by, order) != (query.by, query.order):
        raise bad_parameter("cursor", f"it was made with by={by} and order={order}: take `next` as it is")
    return position_text(home, pinned), Key(*key)


async def _cost(services: Services, plan: Plan, shape: Shape) -> Response:
    rows = await services.pools.run(lambda: count(plan.view, plan.ids, plan.page), heavy=True)
    standing = Standing.of(plan.home, plan.view)
    return respond(standing, body(standing, {"cost": cost(rows, plan.query.columns, shape.format)}))


async def _other(services: Services, plan: Plan, shape: Shape) -> Response:
    """The formats that stream: one page if a limit is named, else the whole window."""
    standing = Standing.of(plan.home, plan.view)
    state = await services.pools.run(lambda: _state(plan), heavy=True)
    if plan.query.limit is None:
        return stream(services, standing, shape, _whole(services, plan, state))
    rows, messages, more = await _page(services, plan)
    table = await services.pools.run(lambda: _with_state(plan, state, rows, messages), heavy=plan.heavy)
    return await respond_table(services, standing, shape, table, next_url=_next(plan, rows) if more else None)


async def _page(services: Services, plan: Plan) -> tuple[Found, list[Message] | None, bool]:
    """The rows of one page, their messages if they are asked for, and whether there are more rows."""
    rows, more = await services.pools.run(lambda: found(plan.view, plan.ids, plan.page), heavy=plan.heavy)
    if not plan.choice.needs_messages:
        return rows, None, more
    messages = await messages_of(services, plan.view, plan.home.model.catalogue, rows)
    return rows.cut(0, len(messages)), messages, more or len(messages) < rows.size


async def _whole(services: Services, plan: Plan, state: Rows | None) -> AsyncIterator[Table]:
    pages = every_page(services, plan.view, plan.ids, plan.page)
    if plan.choice.needs_messages:
        async for rows, messages in with_messages(services, plan.view, plan.home.model.catalogue, pages):
            work = functools.partial(_with_state, plan, None, rows, messages)
            yield await services.pools.run(work, heavy=True)
        return
    async for rows in pages:
        yield await services.pools.run(functools.partial(_with_state, plan, state, rows), heavy=True)
        state = None


def _next(plan: Plan, rows: Found) -> str:
    """The URL of what follows these rows."""
    query = plan.query
    key = key_of(rows, plan.view.logs, rows.size - 1, query.by)
    cursor = encode_cursor("history", plan.view.decoders, plan.view.position, query.by, query.order, *key)
    times = (("start", plan.page.start), ("end", plan.page.end))
    pinned = {name: None if ns is None else format_time(ns) for name, ns in times}
    return next_page(plan.request, cursor, pinned, drop=("at",))


def _bare(plan: Plan) -> tuple[bytes, str | None]:
    """A page without payloads, in one go: each way into a thread and back costs as much as a small page."""
    rows, more = found(plan.view, plan.ids, plan.page)
    return _content(plan, _state(plan), rows, None, more=more)


def _content(
    plan: Plan, state: Rows | None, rows: Found, messages: list[Message] | None, *, more: bool
) -> tuple[bytes, str | None]:
    query = plan.query
    table = _with_state(plan, state, rows, messages)
    next_url = _next(plan, rows) if more else None
    shape = Shape("json", query.layout, query.time, NAME)
    return json_of(Standing.of(plan.home, plan.view), table, shape, next_url), next_url
