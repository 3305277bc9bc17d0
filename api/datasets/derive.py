"""Deriving a dataset: from a recipe and rows to tables, the same whatever made the rows."""

import functools
from collections.abc import AsyncIterator
from typing import NamedTuple

from api.datasets.recipe import Recipe
from api.readmodel.found import Both
from api.readmodel.gather import Groups
from api.readmodel.latest import Newest
from api.readmodel.matrix import Grid
from api.readmodel.page import PageRequest, count
from api.readmodel.series import MESSAGE_FIELD
from api.readmodel.state import state_before
from api.routes.asof import AsofQuery, join_of
from api.routes.history import HistoryQuery
from api.routes.matrix import NUMBER_BYTES, MatrixQuery, grid_of, lines_of, row_edges, wide_table
from api.services import Services
from api.times import parse_time
from api.web.formats import BATCH_ROWS
from api.web.ground import Ground
from api.web.history_table import BINARY_ROW_BYTES, choice_of, cost, history_table
from api.web.params import Parameters
from api.web.table import Table
from api.web.table_rows import NAMES, every_page, tables_of
from api.web.windows import bounded, check_cells


class Cost(NamedTuple):
    """How large a dataset will be; bytes are about."""

    rows: int
    columns: int
    bytes: int


async def derive(services: Services, ground: Ground, recipe: Recipe) -> AsyncIterator[Table]:
    """Yield the tables one after another; there is at least one, and all have the same columns.

    Raises:
        Problem: 400 or 413; what the call itself would answer.
    """
    query = recipe.asked()
    if isinstance(query, MatrixQuery):
        yield await _matrix(services, ground, query)
        return
    made = _history(services, ground, query) if isinstance(query, HistoryQuery) else _asof(services, ground, query)
    async for table in made:
        yield table


async def cost_of(services: Services, ground: Ground, recipe: Recipe) -> Cost:
    """How large it will be, without making it.

    Raises:
        Problem: 400 or 413.
    """
    query = recipe.asked()
    if isinstance(query, MatrixQuery):
        grid, lines = await _wide(services, ground, query)
        rows = len(grid.edges) - 1
        return Cost(rows, len(lines) + 1, rows * (len(lines) + 1) * NUMBER_BYTES)
    if isinstance(query, HistoryQuery):
        rows = await _count(services, ground, query.filter, query.field, _page_request(query))
        own = cost(rows, query.columns, "arrow")
        return Cost(rows, own["columns"] + (query.state_at_start and not query.columns), own["bytes"])
    assert isinstance(query, AsofQuery)
    join = await join_of(services, query, ground)
    rows = await _count(services, ground, query.left, query.left_field, _page_request(query))
    return Cost(rows, len(NAMES) + len(join.names), rows * (BINARY_ROW_BYTES + len(join.names) * NUMBER_BYTES))


async def _matrix(services: Services, ground: Ground, query: MatrixQuery) -> Table:
    grid, lines = await _wide(services, ground, query)
    rows = len(grid.edges) - 1
    check_cells(len(lines) * max(rows, 0), services.settings.cells_max, f"{len(lines)} series at {rows} times")
    numbers = dict(ground.observed(query.filter, query.field))
    groups = Groups([numbers[line.series] for line in lines])
    work = functools.partial(wide_table, ground.view, grid, lines, groups)
    return await services.pools.run(functools.partial(bounded, work), heavy=True)


async def _wide(services: Services, ground: Ground, query: MatrixQuery) -> tuple[Grid, list[Newest]]:
    groups = ground.observed(query.filter, query.field)

    def prepared() -> tuple[Grid, list[Newest]]:
        edges = row_edges(services, query, _moment(query.start), _moment(query.end))
        return grid_of(services, query, edges), lines_of(ground.view, groups)

    return await services.pools.run(prepared, heavy=True)


async def _history(services: Services, ground: Ground, query: HistoryQuery) -> AsyncIterator[Table]:
    selection, view = ground.select(query.filter, query.field), ground.view
    request = _page_request(query)
    state = None
    if query.state_at_start and request.start is not None:
        groups = Groups([numbers for _, numbers in selection.groups])
        look = functools.partial(state_before, view, groups, query.by, request.start)
        state = await services.pools.run(look, heavy=True)
    choice = choice_of(query.columns, "arrow", raw=False, state=query.state_at_start)
    async for rows in every_page(services, view, selection.ids, request):
        whole, before = (rows, 0) if state is None else (Both(state, rows), state.size)
        work = functools.partial(history_table, whole, choice, view.keys, ground.catalogue, before=before)
        yield await services.pools.run(work, heavy=True)
        state = None


async def _asof(services: Services, ground: Ground, query: Parameters) -> AsyncIterator[Table]:
    assert isinstance(query, AsofQuery)
    join = await join_of(services, query, ground)
    events = ground.select(query.left, query.left_field).ids
    pages = every_page(services, ground.view, events, _page_request(query))
    async for table in tables_of(services, lambda rows: bounded(lambda: join.table(rows)), pages):
        yield table


async def _count(
    services: Services, ground: Ground, filters: list[str], fields: list[str], request: PageRequest
) -> int:
    ids = ground.select(filters, fields).ids
    return await services.pools.run(functools.partial(count, ground.view, ids, request), heavy=True)


def _page_request(query: HistoryQuery | AsofQuery) -> PageRequest:
    start, end = (None if text is None else _moment(text) for text in (query.start, query.end))
    descending = isinstance(query, HistoryQuery) and query.order == "desc"
    return PageRequest(query.by, BATCH_ROWS, descending=descending, start=start, end=end)


def _moment(text: str) -> int:
    """A time of a recipe, which is absolute."""
    return parse_time(text, 0)


def topics_of(ground: Ground, recipe: Recipe) -> list[str]:
    """The topics that the recipe's filters select, sorted, whatever their fields."""
    return sorted({topic for filters in recipe.filters for topic in ground.select(filters, (MESSAGE_FIELD,)).topics})
