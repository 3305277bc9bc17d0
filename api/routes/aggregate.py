"""`GET /v1/aggregate`: functions per series and bucket of the calendar; an empty bucket is absent."""

import functools
from collections.abc import Callable, Sequence
from typing import Annotated, Literal, get_args

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.accounts.guard import caller_of
from api.readmodel.aggregate import Aggregated, Wish, aggregate
from api.readmodel.gather import Groups, TooManyRows
from api.readmodel.latest import Series
from api.readmodel.reduce import NEVER, Buckets
from api.readmodel.selection import Wanted
from api.services import Services, services_of
from api.times import format_time
from api.web.answer import Answer, Make, Standing, answered, next_page
from api.web.answer_table import Shape, json_of, respond_table
from api.web.chosen import Chosen, ranked
from api.web.cursor import decode_cursor, encode_cursor
from api.web.formats import format_of
from api.web.openapi import answers
from api.web.paging import check_limit
from api.web.params import EveryText, OverWindow, Selecting, ZoneText
from api.web.positions import home_of, position_text
from api.web.schemas_reads import Buckets as BucketsBody
from api.web.table import Column, Integers, Numbers, Table, Times, rows_of
from api.web.values import Values
from api.web.windows import Window, bounded, check_cells, edges_of, hold_ns, observed, window_at, window_of

Function = Literal["count", "min", "max", "mean", "sum", "first", "last", "delta", "time_weighted_mean"]
Name = Literal["topic", "field", "unit", "start", "end"]
"""Columns beside the functions."""
QUICK_SERIES_MAX = 16
QUICK_SPAN_NS = 32 * 86_400 * 10**9
AT_ONCE_SCAN_MAX = 20_000
"""Rows that are reduced in about the time in which few are written."""
router = APIRouter()


class AggregateQuery(OverWindow, Selecting):
    """Parameters of `aggregate`."""

    every: EveryText | None = None
    tz: ZoneText = "UTC"
    fn: list[Function] = Field(["count", "min", "max", "mean"], description="What to say of each bucket.", max_length=9)
    columns: list[Name] = Field(
        [],
        description="Which columns stand before the functions, in the order given here whatever the order asked. None: "
        "all.",
        max_length=len(get_args(Name)),
        examples=[["start"]],
    )


@router.get("/aggregate", responses=answers(BucketsBody, 406, 409, 413, 429, 503))
async def aggregated(request: Request, query: Annotated[AggregateQuery, Query()]) -> Response:
    """Buckets of each series that have an observation. Without `every` the window is one bucket.

    `count`, `first` and `last` are of all observations, the other functions of numbers and truth values (1 and 0).
    `delta` is the last number less the last one before the bucket; `time_weighted_mean` weighs a value by how long it
    stood. The first and the last bucket have what lies in the window.
    """
    services = services_of(request)
    at, begin = _resume(services, query)
    window = await window_of(request, services, at, query.start, query.end)
    series, groups = observed(window, query.filter, query.field)
    shape = Shape(format_of(request, query.format), query.layout, query.time, "buckets")
    check_limit(services, query.limit)

    def work() -> Table:
        # The edges too: of a million buckets these alone take longer than the loop may be held up.
        wish = _wish(services, query, window, len(series), services.settings.cells_max)
        return _table(window, series, groups, wish, query.columns)

    table = await services.pools.run(functools.partial(bounded, work), heavy=_is_heavy(window, len(series)))
    most = services.settings.rows_max if shape.format == "json" or query.limit else services.settings.cells_max
    last = begin + min(query.limit or most, most)
    next_url = None
    if last < rows_of(table):
        cursor = encode_cursor("aggregate", window.view.decoders, window.view.position, last)
        pinned = {"start": format_time(window.start), "end": format_time(window.end)}
        next_url = next_page(request, cursor, pinned, drop=("at",))
    page = {name: column.slice(begin, last) for name, column in table.items()}
    standing = Standing.of(window.home, window.view)
    return await respond_table(services, standing, shape, page, next_url=next_url)


def at_once(services: Services, request: Request, query: AggregateQuery) -> Make | None:
    """The same in one page, of few rows in few buckets and of now; None if it is more than that."""
    more = query.cursor is not None or query.at is not None or query.limit is not None
    most, scan_max = services.settings.at_once_rows_max, min(AT_ONCE_SCAN_MAX, services.settings.scan_rows_max)
    if more or not most or format_of(request, query.format) != "json":
        return None
    wanted = Wanted(tuple(query.filter), tuple(query.field), caller_of(request).within)
    shape = Shape("json", query.layout, query.time, "buckets")

    def answer() -> Answer | None:
        home = services.home
        if home is None or not home.model.selector.is_quick(wanted):
            return None
        window = window_at(request, services, None, query.start, query.end)
        series, groups = home.model.selector.select(wanted).said(by_field=bool(query.field))
        if _is_heavy(window, len(series)):
            return None
        # Refused before the edges are made, which are only as many as rows may be.
        wish = _wish(services, query, window, len(series), min(services.settings.cells_max, most * len(query.fn)))
        if len(series) * wish.buckets.number > most:
            return None
        try:
            table = _table(window, series, groups, wish._replace(rows_max=scan_max), query.columns)
        except TooManyRows:
            return None
        standing = Standing.of(home, window.view)
        return answered(standing, json_of(standing, table, shape, None))

    return answer


def _is_heavy(window: Window, series: int) -> bool:
    return series > QUICK_SERIES_MAX or window.end - window.start > QUICK_SPAN_NS


def _resume(services: Services, query: AggregateQuery) -> tuple[str | None, int]:
    """The position that the answer is pinned to, and the bucket with which it begins."""
    if query.cursor is None:
        return query.at, 0
    pinned, begin = decode_cursor(query.cursor, "aggregate", home_of(services).model.decoders, int, int)
    return position_text(home_of(services), pinned), max(begin, 0)


def _wish(services: Services, query: AggregateQuery, window: Window, series: int, cells_max: int) -> Wish:
    settings = services.settings
    if query.every is None:
        edges = np.array([window.start, window.end], np.int64)
    else:
        edges = edges_of(query.every, query.tz, window.start, window.end, cells_max=cells_max)
    count = len(edges) - 1
    check_cells(series * count * len(query.fn), cells_max, f"{series} series in {count} buckets")
    hold = hold_ns(query.hold_for)
    known_until = min(window.end, window.view.position)
    buckets = Buckets(edges, known_until, NEVER if hold is None else hold, known_from=window.start)
    functions = tuple(dict.fromkeys(query.fn))
    return Wish(functions, query.by, window.start, window.end, buckets, settings.scan_rows_max)


def _table(window: Window, series: Sequence[Series], groups: Groups, wish: Wish, names: Sequence[Name]) -> Table:
    found = aggregate(window.view, groups, wish)
    edges = wish.buckets.edges

    def unit() -> Column:
        numbers, codes = ranked(found.series)
        return Chosen([window.view.keys[number].unit for number in numbers], codes)

    make: dict[str, Callable[[], Column]] = {
        "topic": lambda: Chosen([topic for topic, _ in series], found.group),
        "field": lambda: Chosen([field for _, field in series], found.group),
        "unit": unit,
        "start": lambda: Times(edges[found.bucket]),
        "end": lambda: Times(edges[found.bucket + 1]),
    }
    beside = {name: column() for name, column in make.items() if not names or name in names}
    return {**beside, **{name: _column(found, name) for name in wish.functions}}


def _column(found: Aggregated, name: str) -> Column:
    if name == "count":
        return Integers(found.counts)
    if name in found.numbers:
        return Numbers(found.numbers[name])
    picked = found.picked[name]
    return Values(picked.kinds, picked.values, picked.texts)
