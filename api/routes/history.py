"""`GET /v1/history`: observations in order, page by page, as of the position of page one."""

import functools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from numpy.typing import NDArray
from pydantic import Field

from api.accounts.guard import caller_of
from api.readmodel.gather import Groups
from api.readmodel.page import Key, PageRequest, count, key_of, page
from api.readmodel.rows import Rows
from api.readmodel.selection import Wanted
from api.readmodel.state import joined, state_before
from api.readmodel.view import View
from api.services import Home, Services, services_of
from api.times import format_time
from api.web.answer import Standing, body, next_page, respond
from api.web.answer_table import Shape, respond_table, stream
from api.web.cursor import decode_cursor, encode_cursor
from api.web.formats import format_of
from api.web.openapi import answers
from api.web.params import AtText, By, FormatText, Layout, Selecting, TimeText
from api.web.payload import payload_fields, properties_of
from api.web.positions import home_of, now_of, position_text, reach, read_moment
from api.web.problem import bad_parameter
from api.web.render import columns_of, objects_of
from api.web.schemas import Observations
from api.web.table import Column, Table, Truths
from api.web.table_rows import every_page, table_of
from ingest.envelope import Message

QUICK_ROWS_MAX = 1_000
QUICK_SERIES_MAX = 32
"""Up to these a page takes about a millisecond, and is answered by the thread for quick queries."""
COLUMNS, TEXT_ROW_BYTES, BINARY_ROW_BYTES = 8, 200, 80
"""About what a row costs before compression."""
router = APIRouter()


class HistoryQuery(Selecting):
    """Parameters of `history`."""

    start: str | None = Field(None, description="First time: RFC 3339, -6h, now, or a position. Included.")
    end: str | None = Field(None, description="Time at which to end. Not included.")
    by: By = Field("device", description="Clock that selects and sorts: device time where there is one, or logged.")
    order: Literal["asc", "desc"] = Field("asc", description="Oldest or newest first.")
    limit: int | None = Field(None, ge=1, description="Rows of a page; default and maximum are settings.")
    cursor: str | None = Field(None, description="From `next`.")
    at: AtText = None
    state_at_start: bool = Field(
        False, description="First the last observation of each series before `start`, marked, beyond the limit."
    )
    raw: bool = Field(False, description="Payloads beside the values, and what MQTT said with them.")
    time: TimeText = "rfc3339"
    layout: Layout = Field("rows", description="rows: an object a row; columns: an array a column.")
    format: FormatText = None
    dry_run: bool = Field(False, description="Say how large the whole window would be, and nothing else.")


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one page needs, fixed before a thread works on it."""

    request: Request
    home: Home
    query: HistoryQuery
    view: View
    ids: NDArray[np.int32]
    page: PageRequest
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
    shape = Shape(format_of(request, query.format), query.layout, query.time, "observations")
    if query.dry_run:
        return await _cost(services, plan, shape)
    if shape.format != "json":
        return await _other(services, plan, shape)
    rows, more = await run(lambda: page(plan.view, plan.ids, plan.page))
    payloads: list[Message] | None = None
    if query.raw:
        payloads = await _payloads(services, plan, rows)
        more, rows = more or len(payloads) < rows.columns.rows, rows.head(len(payloads))
    state = await run(lambda: _state(plan))
    content, next_url = await run(lambda: _content(plan, state, rows, payloads, more=more))
    return respond(Standing.at(plan.home, plan.view.position), content, next_url)


async def _plan(request: Request, services: Services, query: HistoryQuery) -> Plan:
    home = home_of(services)
    limit = limit_of(services, query.limit)
    at_text, after = _resume(home, query)
    at = await reach(request, services, at_text)
    view = home.model.view.pinned(at)
    now = now_of(services, home) if at is None else at
    start = None if query.start is None else read_moment(home, query.start, "start", now)
    end = None if query.end is None else read_moment(home, query.end, "end", now)
    if start is not None and end is not None and start >= end:
        raise bad_parameter("start", f"{query.start} is not before end, {query.end}")
    selection = home.model.selector.select(Wanted(tuple(query.filter), tuple(query.field), caller_of(request).within))
    wanted = PageRequest(query.by, limit, descending=query.order == "desc", start=start, end=end, after=after)
    groups = None
    if query.state_at_start:
        _check_state(query, start)
        groups = Groups([numbers for _, numbers in selection.groups]) if after is None else None
    return Plan(request, home, query, view, selection.ids, wanted, groups)


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


def _with_state(plan: Plan, state: Rows | None, rows: Rows) -> dict[str, Column]:
    """A table of rows; with the state before them, if there is to be one, and a column that marks it."""
    whole = rows if state is None else joined(state, rows)
    table = table_of(whole, plan.view.keys, plan.home.model.catalogue)
    if plan.query.state_at_start:
        count = 0 if state is None else state.columns.rows
        table["state_at_start"] = Truths(np.arange(whole.columns.rows) < count)
    return table


def _resume(home: Home, query: HistoryQuery) -> tuple[str | None, Key | None]:
    """The position that the answer is pinned to, and the row after which it begins."""
    if query.cursor is None:
        return query.at, None
    pinned, by, order, *key = decode_cursor(query.cursor, "history", int, str, str, int, int, int, int, int)
    if (by, order) != (query.by, query.order):
        raise bad_parameter("cursor", f"it was made with by={by} and order={order}: take `next` as it is")
    return position_text(home, pinned), Key(*key)


async def _payloads(services: Services, plan: Plan, rows: Rows) -> list[Message]:
    """The message of each row, up to the bound on bytes; at least one."""
    logs, by_id = plan.view.logs, plan.home.model.catalogue.by_id
    names = [by_id[log].name for log in logs[rows.columns.series].tolist()]
    wanted = list(zip(names, rows.columns.recno.tolist(), strict=True))
    return await services.reader.messages(wanted, bytes_max=services.settings.answer_payload_bytes_max)


async def _cost(services: Services, plan: Plan, shape: Shape) -> Response:
    rows = await services.pools.run(lambda: count(plan.view, plan.ids, plan.page), heavy=True)
    size = TEXT_ROW_BYTES if shape.format in ("json", "ndjson", "csv") else BINARY_ROW_BYTES
    cost = {"rows": rows, "columns": COLUMNS, "cells": rows * COLUMNS, "bytes": rows * size}
    standing = Standing.at(plan.home, plan.view.position)
    return respond(standing, body(standing, {"cost": cost}))


async def _other(services: Services, plan: Plan, shape: Shape) -> Response:
    """The formats that stream: one page if a limit is named, else the whole window."""
    if plan.query.raw:
        raise bad_parameter("raw", f"payloads come with format=json only, not with {shape.format}")
    standing = Standing.at(plan.home, plan.view.position)
    state = await services.pools.run(lambda: _state(plan), heavy=True)
    if plan.query.limit is None:
        return stream(services, standing, shape, _whole(services, plan, state))
    rows, more = await services.pools.run(lambda: page(plan.view, plan.ids, plan.page), heavy=plan.heavy)
    table = await services.pools.run(lambda: _with_state(plan, state, rows), heavy=plan.heavy)
    return await respond_table(services, standing, shape, table, next_url=_next(plan, rows) if more else None)


async def _whole(services: Services, plan: Plan, state: Rows | None) -> AsyncIterator[Table]:
    async for rows in every_page(services, plan.view, plan.ids, plan.page):
        yield await services.pools.run(functools.partial(_with_state, plan, state, rows), heavy=True)
        state = None


def _next(plan: Plan, rows: Rows) -> str:
    """The URL of what follows these rows."""
    query = plan.query
    key = key_of(rows, plan.view.logs, rows.columns.rows - 1, query.by)
    cursor = encode_cursor("history", plan.view.position, query.by, query.order, *key)
    times = (("start", plan.page.start), ("end", plan.page.end))
    pinned = {name: None if ns is None else format_time(ns) for name, ns in times}
    return next_page(plan.request, cursor, pinned, drop=("at",))


def _content(
    plan: Plan, state: Rows | None, rows: Rows, payloads: list[Message] | None, *, more: bool
) -> tuple[bytes, str | None]:
    query = plan.query
    shown = rows if state is None else joined(state, rows)
    columns: dict[str, Any] = dict(columns_of(shown, plan.view.keys, plan.home.model.catalogue, query.time))
    if query.state_at_start:
        before = shown.columns.rows - rows.columns.rows
        columns["state_at_start"] = [place < before for place in range(shown.columns.rows)]
    if payloads is not None:
        fields = [payload_fields(message.payload) for message in payloads]
        columns["payload"] = [each.get("payload") for each in fields]
        columns["payload_base64"] = [each.get("payload_base64") for each in fields]
        columns["properties"] = [properties_of(message) for message in payloads]
    next_url = _next(plan, rows) if more else None
    entries = {"columns": columns} if query.layout == "columns" else {"observations": objects_of(columns)}
    return body(Standing.at(plan.home, plan.view.position), entries, next_url), next_url


def limit_of(services: Services, limit: int | None) -> int:
    """The rows that an answer may have.

    Raises:
        Problem: 400; more than the maximum.
    """
    most = services.settings.rows_max
    if limit is not None and limit > most:
        raise bad_parameter("limit", f"{limit} is more than {most}, the most that one page may have")
    return min(services.settings.rows_default if limit is None else limit, most)
