"""Observations as a table, and as many tables as a window has, one after another."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from api.readmodel.catalogue import Catalogue
from api.readmodel.found import Found, Located
from api.readmodel.latest import Newest
from api.readmodel.page import PageRequest, found, key_of
from api.readmodel.rows import Ints, Rows
from api.readmodel.series import SeriesKey
from api.readmodel.view import View
from api.readmodel.walk import Walk
from api.services import Services
from api.web.chosen import Chosen, ranked
from api.web.formats import BATCH_ROWS
from api.web.render import KIND_NAMES
from api.web.table import Column, Integers, Numbers, Table, Texts, Times
from api.web.values import Values, Words
from gdp.catalogue import LogEntry

NAMES = ("topic", "field", "device_time", "logged_time", "recno", "value", "kind", "unit")
"""The columns that `history` shows, in their order."""


def table_of(
    rows: Located,
    keys: Sequence[SeriesKey],
    catalogue: Catalogue,
    names: Sequence[str] = NAMES,
    *,
    apart: bool = False,
) -> dict[str, Column]:
    """The columns of these names, in their order; names of what is not made of rows are passed over.

    Args:
        rows: only the columns of theirs are gathered that these need.
        keys: what the numbers of series mean.
        catalogue: has the topics.
        names: of `NAMES`; also `decoder`, and with `apart` `text`.
        apart: `value` is of numbers alone, as every format but JSON has it, and `text` a column of its own.
    """
    cells = _Cells(rows, keys, catalogue.by_id, apart=apart)
    return {name: _MAKE[name](cells) for name in names if name in _MAKE}


class _Cells:
    """Makes columns of rows."""

    def __init__(
        self, rows: Located, keys: Sequence[SeriesKey], topics: Mapping[int, LogEntry], *, apart: bool
    ) -> None:
        self._rows = rows
        self._column = rows.column
        self._keys = keys
        self._topics = topics
        self._apart = apart

    def topic(self) -> Column:
        return self._of_series(lambda key: self._topics[key.log].topic)

    def field(self) -> Column:
        return self._of_series(lambda key: key.field)

    def device_time(self) -> Column:
        return Times(self._column("time"), self._column("claimed").astype(np.bool_))

    def logged_time(self) -> Column:
        return Times(self._column("logged"))

    def recno(self) -> Column:
        return Integers(self._column("recno"))

    def value(self) -> Column:
        if self._apart:
            return Numbers(self._column("value"))
        return Values(self._column("kind"), self._column("value"), self._rows.written())

    def text(self) -> Column:
        return Words(self._rows.written(), self._rows.size)

    def kind(self) -> Column:
        return Chosen(KIND_NAMES, self._column("kind").astype(np.int64))

    def unit(self) -> Column:
        return self._of_series(lambda key: key.unit)

    def decoder(self) -> Column:
        return Texts([self._keys[number].decoded_by for number in self._column("series").tolist()])

    def _of_series(self, say: Callable[[SeriesKey], str | None]) -> Column:
        numbers, codes = self._ranked
        return Chosen([say(self._keys[number]) for number in numbers], codes)

    @cached_property
    def _ranked(self) -> tuple[list[int], Ints]:
        return ranked(self._column("series"))


_MAKE: dict[str, Callable[[_Cells], Column]] = {
    "topic": _Cells.topic,
    "field": _Cells.field,
    "device_time": _Cells.device_time,
    "logged_time": _Cells.logged_time,
    "recno": _Cells.recno,
    "value": _Cells.value,
    "text": _Cells.text,
    "kind": _Cells.kind,
    "unit": _Cells.unit,
    "decoder": _Cells.decoder,
}


async def every_page(
    services: Services, view: View, ids: NDArray[np.int32], request: PageRequest
) -> AsyncIterator[Found]:
    """All rows of a window, a batch at a time, at least one batch; what is said meanwhile is not among them.

    The next batch is found while this one is written and sent, where a thread is idle: one batch ahead, never more.
    """
    if request.descending or request.after is not None:
        step = _stepping(view, ids, request._replace(limit=BATCH_ROWS))
    else:
        walk = Walk(view, ids, request.by, request.start, request.end)
        step = functools.partial(walk.next, BATCH_ROWS)
    ahead: asyncio.Task[tuple[Found, bool]] | None = None
    more = True
    try:
        while more:
            rows, more = await (ahead or services.pools.run(step, heavy=True))
            ahead = None
            if more and services.pools.has_idle:
                ahead = asyncio.create_task(services.pools.run(step, heavy=True), name="find the next batch")
            yield rows
    finally:
        if ahead is not None:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)


def _stepping(view: View, ids: NDArray[np.int32], request: PageRequest) -> Callable[[], tuple[Found, bool]]:
    """Finds one page after another, each behind the last row of the one before."""
    wanted = request

    def step() -> tuple[Found, bool]:
        nonlocal wanted
        rows, more = found(view, ids, wanted)
        if more:
            wanted = wanted._replace(after=key_of(rows, view.logs, rows.size - 1, wanted.by))
        return rows, more

    return step


async def tables_of(
    services: Services, to_table: Callable[[Rows], Table], pages: AsyncIterator[Found]
) -> AsyncIterator[Table]:
    """Each page as a table, made in a thread."""
    async for rows in pages:
        yield await services.pools.run(functools.partial(_loaded, to_table, rows), heavy=True)


def _loaded(to_table: Callable[[Rows], Table], rows: Found) -> Table:
    return to_table(rows.load())


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
