"""`GET /v1/matrix`: a row per grid time, a column per series; nothing later than the row's time is used."""

import functools
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.readmodel.gather import Groups
from api.readmodel.latest import Newest, Series, newest_of
from api.readmodel.matrix import PICKING, Grid, matrix
from api.readmodel.newest import newest
from api.readmodel.reduce import NEVER
from api.readmodel.rows import Ints
from api.readmodel.view import View
from api.routes.aggregate import Function
from api.services import Services, services_of
from api.times import format_time
from api.web.answer import Standing, body, next_page, respond
from api.web.answer_table import Shape, respond_table
from api.web.cursor import decode_cursor, encode_cursor
from api.web.formats import format_of
from api.web.openapi import answers
from api.web.paging import check_limit
from api.web.params import EveryText, OverWindow, Selecting, ZoneText
from api.web.positions import home_of, position_text
from api.web.problem import bad_parameter
from api.web.schemas_reads import Matrix as MatrixBody
from api.web.table import Column, Integers, Numbers, Table, Times
from api.web.values import Values
from api.web.windows import bounded, check_cells, edges_of, hold_ns, window_of

SERIES_MARK = "#"
"""Between topic and field in the name of a column; no topic has it, so the name says which is which."""
ADDING = ("count", "sum", "delta")
TEXT_BYTES = 20
NUMBER_BYTES = 8
router = APIRouter()


class MatrixQuery(OverWindow, Selecting):
    """Parameters of `matrix`."""

    every: EveryText = "15m"
    tz: ZoneText = "UTC"
    fn: Function = Field("last", description="What to say of the time since the row before.")
    fill: Literal["hold", "none", "linear"] | None = Field(
        None,
        description="Where there is no observation since the row before: the last value, null, or a straight line to "
        "the next value, which lies later than the row. None: hold, but none for count, sum and delta.",
    )
    dry_run: bool = Field(False, description="Say how large the answer would be, and nothing else.")


@router.get("/matrix", responses=answers(MatrixBody, 406, 409, 413, 429, 503))
async def wide(request: Request, query: Annotated[MatrixQuery, Query()]) -> Response:
    """A wide table: `time`, and a column `topic#field` per series that has an observation at the position.

    A row at T is made from what lies after the row before and not after T.
    """
    services = services_of(request)
    at, begin = query.at, 0
    if query.cursor is not None:
        pinned, begin = decode_cursor(query.cursor, "matrix", home_of(services).model.decoders, int, int)
        at = position_text(home_of(services), pinned)
    window = await window_of(request, services, at, query.start, query.end)
    shape = Shape(format_of(request, query.format), query.layout, query.time, "matrix")
    check_limit(services, query.limit)
    groups = window.ground.observed(query.filter, query.field)

    def prepared() -> tuple[Grid, int | None, list[Newest]]:
        edges = row_edges(services, query, window.start, window.end)
        page, last = _page(services, query, shape, edges, max(begin, 0))
        return grid_of(services, query, page), last, lines_of(window.view, groups)

    grid, last, lines = await services.pools.run(prepared, heavy=True)
    standing = Standing.of(window.home, window.view)
    rows = max(len(grid.edges) - 1, 0)
    if query.dry_run:
        return respond(standing, body(standing, {"cost": _cost(rows, len(lines), shape)}))
    check_cells(len(lines) * rows, services.settings.cells_max, f"{len(lines)} series at {rows} times")
    numbers = dict(groups)
    chosen = Groups([numbers[line.series] for line in lines])
    work = functools.partial(wide_table, window.view, grid, lines, chosen)
    table = await services.pools.run(functools.partial(bounded, work), heavy=True)
    next_url = None
    if last is not None:
        pinned_times = {"start": format_time(window.start), "end": format_time(window.end)}
        cursor = encode_cursor("matrix", window.view.decoders, window.view.position, last)
        next_url = next_page(request, cursor, pinned_times, drop=("at",))
    series = [{"column": name_of(each), **each.series._asdict(), "unit": each.key.unit} for each in lines]
    return await respond_table(services, standing, shape, table, next_url=next_url, extra={"series": series})


def name_of(line: Newest) -> str:
    """The name of a series as a column."""
    return SERIES_MARK.join(line.series)


def _page(services: Services, query: MatrixQuery, shape: Shape, edges: Ints, begin: int) -> tuple[Ints, int | None]:
    """The edges of the rows of this page, and the row with which the next one begins."""
    if query.limit is None and shape.format != "json":
        return edges[begin:], None
    last = begin + (query.limit or services.settings.rows_max)
    return edges[begin : last + 1], last if last < len(edges) - 1 else None


def row_edges(services: Services, query: MatrixQuery, start: int, end: int) -> Ints:
    """The edges of all rows; for a thread, since there may be millions.

    Raises:
        Problem: 400, 413.
    """
    return edges_of(query.every, query.tz, start - 1, end, cells_max=services.settings.cells_max)[:-1]


def lines_of(view: View, groups: list[tuple[Series, list[int]]]) -> list[Newest]:
    """The series that have an observation at the position, each with its newest: so new ones change no old answer."""
    ids = np.array(sorted(number for _, numbers in groups for number in numbers), np.int32)
    known = {row.series: row for row in newest(view, ids, "logged").unpack()}
    return newest_of(groups, view.keys, "logged", known.get)


def _cost(rows: int, series: int, shape: Shape) -> dict[str, int]:
    """Rows, cells, and bytes before compression; about, where they are text."""
    size = TEXT_BYTES if shape.format in ("json", "ndjson", "csv") else NUMBER_BYTES
    return {"rows": rows, "columns": series + 1, "cells": rows * series, "bytes": rows * (series + 1) * size}


def grid_of(services: Services, query: MatrixQuery, edges: Ints) -> Grid:
    """What the kernel is asked.

    Raises:
        Problem: 400; a fill that the function has no use for.
    """
    fill = query.fill or ("none" if query.fn in ADDING else "hold")
    if fill != "none" and query.fn in ADDING:
        raise bad_parameter("fill", f"{fill} goes on with a value, and {query.fn} of nothing is none: fill=none does")
    hold = hold_ns(query.hold_for)
    return Grid(query.fn, query.by, edges, fill, NEVER if hold is None else hold, services.settings.scan_rows_max)


def wide_table(view: View, grid: Grid, lines: list[Newest], groups: Groups) -> Table:
    """The table, a column per line; `groups` are the stored series of each.

    Raises:
        TooManyRows: more than may be looked at.
    """
    table: dict[str, Column] = {"time": Times(grid.edges[1:])}
    if len(grid.edges) < 2:
        return table | {name_of(line): Numbers(np.zeros(0)) for line in lines}
    found = matrix(view, groups, grid)
    for place, line in enumerate(lines):
        values = found.values[place]
        if grid.function in PICKING:
            table[name_of(line)] = Values(found.kinds[place], values, found.texts.get(place, {}), beside=False)
        elif grid.function == "count":
            table[name_of(line)] = Integers(np.nan_to_num(values).astype(np.int64), np.isfinite(values))
        else:
            table[name_of(line)] = Numbers(values)
    return table
