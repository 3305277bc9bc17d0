"""Observations as a table, and as many tables as a window has, one after another."""

import functools
from collections.abc import AsyncIterator, Sequence

import numpy as np
from numpy.typing import NDArray

from api.readmodel.catalogue import Catalogue
from api.readmodel.page import PageRequest, key_of, page
from api.readmodel.rows import NO_TEXT, TEXT_KINDS, Rows
from api.readmodel.series import SeriesKey
from api.readmodel.view import View
from api.services import Services
from api.web.formats import BATCH_ROWS
from api.web.render import KIND_NAMES
from api.web.table import Column, Integers, Texts, Times, Values


def table_of(rows: Rows, keys: Sequence[SeriesKey], catalogue: Catalogue) -> dict[str, Column]:
    """The columns that `history` shows."""
    columns = rows.columns
    series = [keys[number] for number in columns.series.tolist()]
    written = np.flatnonzero((columns.text != NO_TEXT) | np.isin(columns.kind, TEXT_KINDS))
    texts = {place: text for place in written.tolist() if (text := rows.texts[place]) is not None}
    return {
        "topic": Texts([catalogue.by_id[key.log].topic for key in series]),
        "field": Texts([key.field for key in series]),
        "device_time": Times(columns.time, columns.claimed.astype(np.bool_)),
        "logged_time": Times(columns.logged),
        "recno": Integers(columns.recno),
        "value": Values(columns.kind, columns.value, texts),
        "kind": Texts([KIND_NAMES[kind] for kind in columns.kind.tolist()]),
        "unit": Texts([key.unit for key in series]),
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
