"""Serving the bytes of a dataset: the same for ever, from this disk, or else made anew from the logs."""

import asyncio
import functools
from collections.abc import AsyncIterator

import orjson
from fastapi import Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from api.datasets.arrow import read_tables
from api.datasets.find import Logged
from api.datasets.make import ground_of, keep, position_of, recipe_of_pin
from api.datasets.manifest import Manifest
from api.datasets.verdict import SAME, Verdict, verify
from api.services import Home, Services
from api.web.formats import MEDIA_TYPES, Encoder
from api.web.params import Format
from api.web.positions import HEADER
from api.web.problem import Problem
from api.web.table import as_columns, as_objects
from api.web.windows import too_much

NAMES = {"matrix": "matrix", "history": "observations", "asof": "events"}
CACHED = "private, max-age=31536000, immutable"


async def ensure(services: Services, home: Home, logged: Logged) -> None:
    """See to it that the bytes lie on this disk, whole: made anew from this process's rows, or else from the logs.

    Raises:
        Problem: 409; what is made anew from the logs is not what was pinned.
    """
    manifest, files = logged.manifest, services.shelf.files
    if await asyncio.to_thread(files.check, manifest.made.sha256):
        return
    async with services.shelf.turn:
        if await asyncio.to_thread(files.check, manifest.made.sha256) or await _make_anew(services, home, manifest):
            return
    verdict = await verify(services, home, logged)
    if verdict.derived != SAME:
        raise differs(verdict)


async def _make_anew(services: Services, home: Home, manifest: Manifest) -> bool:
    """Make the bytes from this process's rows, if they reach so far; whether they are those that were pinned."""
    position = position_of(home, manifest.pin)
    if home.model.position < position:
        return False
    recipe = recipe_of_pin(manifest.pin)
    ground = ground_of(home, recipe, position)
    made = await keep(services, ground, recipe, manifest.pin.id, manifest.made.sha256)
    return made.sha256 == manifest.made.sha256


def differs(verdict: Verdict) -> Problem:
    """The answer where what was pinned cannot be had again."""
    return Problem(409, "dataset-differs", verdict.sentence, extra={"verdict": verdict.as_json()})


async def data_response(services: Services, request: Request, manifest: Manifest, format_: Format) -> Response:
    """The bytes, or the same table in another format made from them; they lie on this disk.

    Raises:
        Problem: 413; too many rows for one JSON object.
    """
    tag = manifest.made.sha256 if format_ == "arrow" else f"{manifest.made.sha256}-{format_}"
    headers = {
        HEADER: manifest.pin.position,
        "Cache-Control": CACHED,
        "ETag": f'"{tag}"',
        "Vary": "Accept",
        "Hearthlog-Dataset": manifest.pin.id,
        "Hearthlog-Decoder-Set": manifest.pin.decoder_set,
        "Hearthlog-Kernel": manifest.pin.kernel,
    }
    if tag in _known_tags(request):
        return Response(None, 304, headers)
    path, media = services.shelf.files.path(manifest.made.sha256), MEDIA_TYPES[format_]
    if request.headers.get("range", "bytes=0-").startswith("bytes=0-"):
        # Who goes on with a broken download has been counted.
        await asyncio.to_thread(services.shelf.files.count, manifest.pin.id)
    if format_ == "arrow":
        return FileResponse(path, 200, headers, media)
    if format_ == "json":
        _check_rows(services, manifest)
        content = await services.pools.run(functools.partial(_json, services, manifest), heavy=True)
        return Response(content, 200, headers, media)
    return StreamingResponse(_encoded(services, manifest, format_), 200, headers, media)


def _known_tags(request: Request) -> list[str]:
    tags = request.headers.get("if-none-match", "").split(",")
    return [tag.strip().removeprefix("W/").strip('"') for tag in tags]


def _check_rows(services: Services, manifest: Manifest) -> None:
    rows, most = manifest.made.rows, services.settings.rows_max
    if rows > most:
        raise too_much("format", f"{rows} rows are more than {most}, which one JSON object may have: take ndjson")


def _json(services: Services, manifest: Manifest) -> bytes:
    path = services.shelf.files.path(manifest.made.sha256)
    rows = [row for table in read_tables(path) for row in as_objects(as_columns(table, "rfc3339"))]
    head = {"id": manifest.pin.id, "position": manifest.pin.position, "truncated": False, "next": None}
    return orjson.dumps({**head, NAMES[manifest.pin.query]: rows})


async def _encoded(services: Services, manifest: Manifest, format_: Format) -> AsyncIterator[bytes]:
    encoder = Encoder(format_, "rfc3339", {"dataset": manifest.pin.id, "position": manifest.pin.position})
    tables = read_tables(services.shelf.files.path(manifest.made.sha256))

    def step() -> bytes | None:
        table = next(tables, None)
        return None if table is None else encoder.add(table)

    while (content := await services.pools.run(step, heavy=True)) is not None:
        if content:
            yield content
    yield encoder.end()
