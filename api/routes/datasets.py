"""`/v1/datasets`: queries pinned, so that their bytes can be fetched again and trusted."""

import asyncio
import re
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.accounts.caller import Caller
from api.accounts.guard import caller_of
from api.datasets.describe import describe
from api.datasets.find import Logged, ids_of
from api.datasets.make import affordable, check_rebuilt, ground_of, pin_of, unnarrowed
from api.datasets.manifest import ID_CHARACTERS
from api.datasets.pinning import pin
from api.datasets.recipe import Asked, recipe_of
from api.datasets.serve import data_response, differs, ensure
from api.datasets.verdict import verify
from api.readmodel.catalogue import Catalogue
from api.services import Home, Services, services_of
from api.web.answer import Standing, body, next_page, respond
from api.web.cursor import decode_cursor, encode_cursor
from api.web.formats import format_of
from api.web.openapi import answers
from api.web.params import FormatText, Parameters
from api.web.positions import home_of, reach
from api.web.problem import bad_parameter, not_found
from api.web.schemas_datasets import Dataset, DatasetCost, Datasets
from gdp.names import parse_name

LISTED_DEFAULT, LISTED_MAX = 100, 1_000
LOOKED_UP = 100
"""Manifests that are looked up at one time."""
ID = re.compile(rf"[A-Za-z0-9_-]{{{ID_CHARACTERS}}}")
DatasetId = Annotated[str, Path(description="The dataset's 43 characters.")]
PINNED = answers(Dataset | DatasetCost, 409, 413, 429, 503) | {
    201: {"description": "Pinned, and the manifest is logged.", "model": Dataset},
    202: {"description": "Pinned; the broker has the manifest, and it is not logged yet.", "model": Dataset},
}
router = APIRouter(prefix="/datasets")


class PinQuery(Parameters):
    """Parameters of `POST datasets`; the rest is in the body."""

    dry_run: bool = Field(False, description="Say the id and how large it would be; pin nothing.")


class ListQuery(Parameters):
    """Parameters of `datasets`."""

    limit: int = Field(LISTED_DEFAULT, ge=1, le=LISTED_MAX, description="Datasets of a page.")
    cursor: str | None = Field(None, description="From `next`.")


class DatasetQuery(Parameters):
    """Parameters of `datasets/{id}`."""

    verify: bool = Field(False, description="Read every record again, check it, and make the bytes anew.")


class DataQuery(DatasetQuery):
    """Parameters of `datasets/{id}/data`."""

    format: FormatText = None


@router.post("", responses=PINNED, status_code=201)
async def create(request: Request, asked: Asked, query: Annotated[PinQuery, Query()]) -> Response:
    """Pin a query: 201, pinned and logged; 200, pinned before; 202, the broker has it, but it is not logged yet."""
    services = services_of(request)
    home = home_of(services)
    at = await reach(request, services, asked.at)
    check_rebuilt(home)
    position = home.model.view.position if at is None else at
    recipe = unnarrowed(home, recipe_of(home, asked, caller_of(request).within, position), position)
    ground = ground_of(home, recipe, position)
    cost = await affordable(services, ground, recipe)
    standing = Standing.at(home, position)
    if query.dry_run:
        would = await pin_of(services, home, ground, recipe)
        entries = {
            "cost": {**cost._asdict(), "cells": cost.rows * cost.columns},
            "id": would.id,
            "pin": would.as_json(),
        }
        return respond(standing, body(standing, entries))
    pinned = await pin(services, home, ground, recipe, caller_of(request).budget)
    answer = respond(standing, body(standing, await describe(services.shelf, pinned.manifest, pinned.logged)))
    answer.headers["Location"] = f"{request.url.path}/{pinned.manifest.pin.id}"
    answer.status_code = 200 if not pinned.fresh else 202 if pinned.logged is None else 201
    return answer


@router.get("", responses=answers(Datasets, 429, 503))
async def datasets(request: Request, query: Annotated[ListQuery, Query()]) -> Response:
    """The datasets that there are, newest first; their logs are counted, not listed."""
    services = services_of(request)
    home = home_of(services)
    ids = ids_of(home.model.catalogue)
    if query.cursor is not None:
        (last,) = decode_cursor(query.cursor, "datasets", "", str)
        ids = ids[ids.index(last) + 1 :] if last in ids else []
    # One more than is shown: `next` must not tell of datasets that the caller may not read.
    found = await _first(services, home, caller_of(request), ids, query.limit + 1)
    shown = found[: query.limit]
    rows = [await describe(services.shelf, each.manifest, each, brief=True) for each in shown]
    cursor = encode_cursor("datasets", "", shown[-1].manifest.pin.id) if len(found) > len(shown) else None
    next_url = None if cursor is None else next_page(request, cursor, {})
    standing = Standing.at(home, home.model.position)
    return respond(standing, body(standing, {"datasets": rows}, next_url), next_url)


@router.get("/{id}", responses=answers(Dataset, 404, 413, 429, 503))
async def dataset(request: Request, id: DatasetId, query: Annotated[DatasetQuery, Query()]) -> Response:  # noqa: A002
    """What it is, its bytes, and where that is logged; with verify=true also whether all of it still holds."""
    services = services_of(request)
    home = home_of(services)
    logged = await _find(request, services, home, id)
    verdict: dict[str, Any] = {}
    if query.verify:
        verdict = {"verdict": (await verify(services, home, logged)).as_json()}
    entries = await describe(services.shelf, logged.manifest, logged)
    standing = Standing.at(home, home.model.position)
    return respond(standing, body(standing, {**entries, **verdict}))


@router.get("/{id}/data", responses=answers(None, 404, 406, 409, 413, 429, 503, description="The table."))
async def data(request: Request, id: DatasetId, query: Annotated[DataQuery, Query()]) -> Response:  # noqa: A002
    """The bytes that were pinned, an Arrow stream; other formats are made from it. Ranges and ETag as usual.

    Should they have to be made anew and come out otherwise, or with verify=true something be wrong, that is a 409 whose
    `verdict` names log and record, or the versions that changed.
    """
    services = services_of(request)
    home = home_of(services)
    logged = await _find(request, services, home, id)
    accepts = request.headers.get("accept", "*/*")
    format_ = format_of(request, query.format or ("arrow" if "*/*" in accepts else None))
    if query.verify:
        verdict = await verify(services, home, logged)
        if not verdict.good:
            raise differs(verdict)
    await ensure(services, home, logged)
    return await data_response(services, request, logged.manifest, format_)


async def _find(request: Request, services: Services, home: Home, id_: str) -> Logged:
    if not ID.fullmatch(id_):
        raise bad_parameter("id", f"a dataset's id has {ID_CHARACTERS} characters of base64url; `datasets` lists them")
    found = await services.shelf.finder.find(services.reader, home.model.catalogue, id_)
    if found is None or not _readable(caller_of(request), home.model.catalogue, found):
        raise not_found(f"there is no dataset {id_} here; `datasets` lists those that there are")
    return found


async def _first(services: Services, home: Home, caller: Caller, ids: list[str], count: int) -> list[Logged]:
    """The first of the datasets that there are and that the caller may read."""
    finder, reader, catalogue = services.shelf.finder, services.reader, home.model.catalogue
    shown: list[Logged] = []
    for begin in range(0, len(ids), LOOKED_UP):
        piece = ids[begin : begin + LOOKED_UP]
        found = await asyncio.gather(*(finder.find(reader, catalogue, id_) for id_ in piece))
        shown += [each for each in found if each is not None and _readable(caller, catalogue, each)]
        if len(shown) >= count:
            break
    return shown[:count]


def _readable(caller: Caller, catalogue: Catalogue, logged: Logged) -> bool:
    """Whether the caller may read everything that the dataset was made from.

    The catalogue says whose a log is: who may publish below hearthlog/ can write a manifest that says otherwise.
    """
    if caller.may_read_all:
        return True
    entries = [catalogue.log(parse_name(tip.log)) for tip in logged.manifest.pin.logs]
    return all(each is not None and each.topic is not None and caller.may_read(each.topic) for each in entries)
