"""Answers that are tables: one JSON object, or a stream of batches in the format that was asked for."""

import functools
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

from fastapi import Response
from fastapi.responses import StreamingResponse

from api.services import Services
from api.web.answer import KERNEL, Standing, body, respond
from api.web.formats import BATCH_ROWS, MEDIA_TYPES, Encoder
from api.web.params import Format
from api.web.table import Table, as_columns, as_objects, as_packed, rows_of

CELLS_AT_ONCE = 2_000
CELLS_QUICK = 20_000
"""Up to these an answer is written at once, or in the thread for quick queries."""
CUT_HEADER = "Hearthlog-Truncated"


class Shape(NamedTuple):
    """How an answer looks."""

    format: Format
    layout: str
    time: str
    name: str
    """What the rows are."""


def json_of(
    standing: Standing, table: Table, shape: Shape, next_url: str | None, extra: Mapping[str, Any] | None = None
) -> bytes:
    """The one JSON object of an answer."""
    rows: dict[str, Any]
    if shape.layout == "columns":
        rows = {"columns": as_packed(table, shape.time)}
    else:
        rows = {shape.name: as_objects(as_columns(table, shape.time))}
    return body(standing, {**(extra or {}), **rows}, next_url)


async def respond_table(
    services: Services,
    standing: Standing,
    shape: Shape,
    table: Table,
    *,
    next_url: str | None = None,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with a table that is in memory. `extra` is what only JSON has room for."""
    if shape.format == "json":
        cells = rows_of(table) * len(table)
        make = functools.partial(json_of, standing, table, shape, next_url, extra)
        # The way into a thread and back would cost more than a small answer.
        content = make() if cells <= CELLS_AT_ONCE else await services.pools.run(make, heavy=cells > CELLS_QUICK)
        return respond(standing, content, next_url, headers)
    if rows_of(table) > BATCH_ROWS:
        return stream(services, standing, shape, _slices(table), next_url=next_url, headers=headers)
    content = await services.pools.run(functools.partial(_whole, _encoder(standing, shape), table), heavy=True)
    return Response(content, 200, _headers(standing, next_url, headers), MEDIA_TYPES[shape.format])


def stream(
    services: Services,
    standing: Standing,
    shape: Shape,
    tables: AsyncIterator[Table],
    *,
    next_url: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with tables that are made one by one. There is at least one, and all have the same columns."""
    all_headers = _headers(standing, next_url, headers)
    content = _encoded(services, _encoder(standing, shape), tables)
    return StreamingResponse(content, 200, all_headers, MEDIA_TYPES[shape.format])


def _headers(standing: Standing, next_url: str | None, headers: Mapping[str, str] | None) -> dict[str, str]:
    found = {
        **standing.headers,
        "Cache-Control": "no-cache",
        "Hearthlog-Decoder-Set": standing.decoder_set,
        "Hearthlog-Kernel": KERNEL,
        CUT_HEADER: "true" if next_url else "false",
        **(headers or {}),
    }
    return found if next_url is None else {**found, "Link": f'<{next_url}>; rel="next"'}


def _encoder(standing: Standing, shape: Shape) -> Encoder:
    described = {"position": standing.position, "decoder_set": standing.decoder_set, "kernel": KERNEL}
    return Encoder(shape.format, shape.time, described)


async def _encoded(services: Services, encoder: Encoder, tables: AsyncIterator[Table]) -> AsyncIterator[bytes]:
    async for table in tables:
        yield await services.pools.run(functools.partial(encoder.add, table), heavy=True)
    yield encoder.end()


def _whole(encoder: Encoder, table: Table) -> bytes:
    return encoder.add(table) + encoder.end()


async def _slices(table: Table) -> AsyncIterator[Table]:
    for first in range(0, rows_of(table), BATCH_ROWS):
        yield {name: column.slice(first, first + BATCH_ROWS) for name, column in table.items()}
