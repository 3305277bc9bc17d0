"""`GET /v1/asof`: each event of `left` with the last value of each series of `right` before it."""

import functools
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, field_validator

from api.readmodel.asof import Question, asof
from api.readmodel.gather import Groups
from api.readmodel.page import Key, PageRequest, key_of, page
from api.readmodel.reduce import NEVER
from api.readmodel.rows import Rows
from api.routes.matrix import lines_of, name_of
from api.services import Services, services_of
from api.times import format_time
from api.web.answer import Standing, next_page
from api.web.answer_table import Shape, respond_table, stream
from api.web.cursor import decode_cursor, encode_cursor
from api.web.formats import format_of
from api.web.ground import Ground
from api.web.openapi import answers
from api.web.paging import limit_of
from api.web.params import FieldTexts, Filtered, FilterTexts, OverWindow
from api.web.positions import home_of, position_text
from api.web.problem import bad_parameter
from api.web.schemas_reads import Events
from api.web.table import Table
from api.web.table_rows import every_page, table_of, tables_of
from api.web.values import Values
from api.web.windows import bounded, hold_ns, window_of

router = APIRouter()


class AsofQuery(OverWindow):
    """Parameters of `asof`."""

    left: FilterTexts = Field(min_length=1)
    left_field: FieldTexts = Field(default_factory=list)
    right: FilterTexts = Field(min_length=1)
    right_field: FieldTexts = Field(default_factory=list)
    equal: bool = Field(False, description="Whether a value at the event's very time counts as before it.")

    @field_validator("left", "right")
    @classmethod
    def _check_filters(cls, texts: list[str]) -> list[str]:
        Filtered(filter=texts)
        return texts


@dataclass(frozen=True, slots=True)
class Joined:
    """What is joined to each event."""

    ground: Ground
    names: list[str]
    groups: Groups
    question: Question

    def table(self, rows: Rows) -> Table:
        """Events with what stood before them."""
        table = table_of(rows, self.ground.view.keys, self.ground.catalogue)
        moments = rows.columns.select_time(self.question.by)
        for name, state in zip(self.names, asof(self.ground.view, self.groups, moments, self.question), strict=True):
            table[name] = Values(state.kinds, state.values, state.texts)
        return table


@router.get("/asof", responses=answers(Events, 406, 409, 413, 429, 503))
async def joined(request: Request, query: Annotated[AsofQuery, Query()]) -> Response:
    """Labels joined to features without a look into the future: columns of `history`, and `topic#field` per series."""
    services = services_of(request)
    limit = limit_of(services, query.limit)
    at, after = query.at, None
    if query.cursor is not None:
        pinned, by, *key = decode_cursor(
            query.cursor, "asof", home_of(services).model.decoders, int, str, int, int, int, int, int
        )
        if by != query.by:
            raise bad_parameter("cursor", f"it was made with by={by}: take `next` as it is")
        at, after = position_text(home_of(services), pinned), Key(*key)
    window = await window_of(request, services, at, query.start, query.end)
    shape = Shape(format_of(request, query.format), query.layout, query.time, "events")
    events = window.ground.select(query.left, query.left_field).ids
    wanted = PageRequest(query.by, limit, start=window.start, end=window.end, after=after)
    join = await join_of(services, query, window.ground)
    standing = Standing.of(window.home, window.view)
    if query.limit is None and shape.format != "json":
        pages = every_page(services, window.view, events, wanted)
        return stream(services, standing, shape, tables_of(services, join.table, pages))
    rows, more = await services.pools.run(functools.partial(page, window.view, events, wanted), heavy=True)
    work = functools.partial(join.table, rows)
    table = await services.pools.run(functools.partial(bounded, work), heavy=True)
    next_url = None
    if more:
        last = key_of(rows, window.view.logs, rows.columns.rows - 1, query.by)
        cursor = encode_cursor("asof", window.view.decoders, window.view.position, query.by, *last)
        times = {"start": format_time(window.start), "end": format_time(window.end)}
        next_url = next_page(request, cursor, times, drop=("at",))
    return await respond_table(services, standing, shape, table, next_url=next_url)


async def join_of(services: Services, query: AsofQuery, ground: Ground) -> Joined:
    """What `right` means."""
    groups = ground.observed(query.right, query.right_field)
    lines = await services.pools.run(functools.partial(lines_of, ground.view, groups), heavy=True)
    numbers, hold = dict(groups), hold_ns(query.hold_for)
    question = Question(query.by, query.equal, NEVER if hold is None else hold, services.settings.scan_rows_max)
    return Joined(ground, [name_of(line) for line in lines], Groups([numbers[line.series] for line in lines]), question)
