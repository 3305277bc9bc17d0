"""Observations as a table, and as many tables as a window has, one after another."""

import functools
from collections.abc import AsyncIterator, Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from api.readmodel.catalogue import Catalogue
from api.readmodel.latest import Newest
from api.readmodel.page import PageRequest, key_of, page
from api.readmodel.rows import Rows, written
from api.readmodel.series import SeriesKey
from api.readmodel.view import View
from api.services import Services
from api.web.chosen import Chosen, ranked
from api.web.formats import BATCH_ROWS
from api.web.render import KIND_NAMES
from api.web.table import Column, Integers, Table, Times
from api.web.values import Values


def table_of(rows: Rows, keys: Sequence[SeriesKey], catalogue: Catalogue) -> dict[str, Column]:
    """The columns that `history` shows."""
    columns = rows.columns
    numbers, codes = ranked(columns.series)
    series = [keys[number] for number in numbers]
    texts = {place: text for place in written(columns).tolist() if (text := rows.texts[place]) is not None}
    return {
        "topic": Chosen([catalogue.by_id[key.log].topic for key in series], codes),
        "field": Chosen([key.field for key in series], codes),
        "device_time": Times(columns.time, columns.claimed.astype(np.bool_)),
        "logged_time": Times(columns.logged),
        "recno": Integers(columns.recno),
        "value": Values(columns.kind, columns.value, texts),
        "kind": Chosen(KIND_NAMES, columns.kind.astype(np.int64)),
        "unit": Chosen([key.unit for key in series], codes),
    }


async def every_page(
    services: Services, view: View, ids: NDArray[np.int32], request: PageRequest
) -> AsyncIterator[Rows]:
    """All rows of a window, a batch at a time, at least one batch; what is said meanwhile is not among them."""
    more, wanted = True, request._replace(limit=BATCH_ROWS)
    while more:
        rows, more = await services.pools.run(functools.partial(page, view, ids, wanted), heavy=True)
        if more:
            wanted = wanted._replace(after=key_of(rows, view.logs, rows.columns.rows - 1, request.by))
        yield rows


async def tables_of(
    services: Services, to_table: Callable[[Rows], Table], pages: AsyncIterator[Rows]
) -> AsyncIterator[Table]:
    """Each page as a table, made in a thread."""
    async for rows in pages:
        yield await services.pools.run(functools.partial(to_table, rows), heavy=True)


def newest_table(entries: Sequence[Newest]) -> Table:
    """The newest row of each series, in the columns of `history`."""
    rows = [each.row for each in entries]
    texts = {place: row.text for place, row in enumerate(rows) if row.text is not None}
    claimed = np.array([row.claimed for row in rows], np.bool_)
    kinds = np.array([row.kind for row in rows], np.int8)
    return {
        "topic": Chosen.of([each.series.topic for each in entries]),
        "field": Chosen.of([each.series.field for each in entries]),
        "device_time": Times(np.array([row.time for row in rows], np.int64), claimed),
        "logged_time": Times(np.array([row.logged for row in rows], np.int64)),
        "recno": Integers(np.array([row.recno for row in rows], np.int64)),
        "value": Values(kinds, np.array([row.value for row in rows], np.float64), texts),
        "kind": Chosen.of([KIND_NAMES[row.kind] for row in rows]),
        "unit": Chosen.of([each.key.unit for each in entries]),
    }
