"""Catching up: the messages between two positions out of the read model, page by page."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.live.record import LiveRecord, from_rows
from api.readmodel.catalogue import Catalogue
from api.readmodel.page import PageRequest, page
from api.readmodel.rows import Rows
from api.readmodel.view import View

PAGE_ROWS = 2_000
PAGE_GROWTH = 8


class Caught(NamedTuple):
    """Some messages, and the position up to which there are no others."""

    records: list[LiveRecord]
    position: int


def messages_after(view: View, ids: NDArray[np.int32], catalogue: Catalogue, since: int) -> Caught:
    """The next messages logged after `since` (ns), at least one if there is one, whole."""
    limit = PAGE_ROWS
    while True:
        rows, more = page(view, ids, PageRequest("logged", limit, start=since + 1))
        if not more:
            return Caught(list(from_rows(rows.unpack(), view.keys, catalogue)), view.position)
        whole = _without_last(rows)
        if whole.columns.rows:
            # What is cut off may be the middle of a message, so it waits for the next page.
            records = list(from_rows(whole.unpack(), view.keys, catalogue))
            return Caught(records, records[-1].logged)
        limit *= PAGE_GROWTH


def _without_last(rows: Rows) -> Rows:
    logged = rows.columns.logged
    return rows.head(int(np.searchsorted(logged, logged[-1])))
