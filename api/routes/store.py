"""`GET /v1/store`: what one must know to find, follow and verify the whole home."""

import base64
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.accounts.guard import caller_of
from api.follow.upkeep import Upkeep
from api.readmodel.model import ReadModel
from api.services import Home, services_of
from api.web.answer import Standing, body, respond
from api.web.keys import writer_key_of
from api.web.openapi import answers
from api.web.params import NoParameters
from api.web.positions import home_of
from api.web.schemas import Store
from gdp.metadata import Metadata
from gdp.names import printable

router = APIRouter()


@router.get("/store", responses=answers(Store, 503))
async def store(request: Request, _: Annotated[NoParameters, Query()]) -> Response:
    """Names, key, position and versions; and where devices publish, for a line that can be pasted."""
    services = services_of(request)
    home = home_of(services)
    model = home.model
    standing = Standing.at(home, model.position)
    entries = {
        "store": printable(home.server),
        "catalogue": printable(home.catalogue),
        "writer_key": _writer_key(home),
        "logs": len(model.catalogue),
        "rows": model.segment_rows + model.tail_rows,
        "read_model": _read_model(services.upkeep, model),
        "version": _version(),
        "broker": services.settings.mqtt,
        "secret_file": str(services.settings.token_path.absolute()) if caller_of(request).may_read_all else None,
    }
    return respond(standing, body(standing, entries))


def _read_model(upkeep: Upkeep, model: ReadModel) -> dict[str, object]:
    rebuild = upkeep.rebuild
    return {
        "segments": model.segments,
        "writes": upkeep.writes,
        "rebuild": None
        if rebuild is None
        else {
            "reason": rebuild.reason,
            "rows": rebuild.rows,
            "of_rows": rebuild.of_rows,
            "share": round(rebuild.share, 3),
            "seconds": round(rebuild.seconds, 1),
        },
    }


def _writer_key(home: Home) -> str | None:
    """The key in the metadata of the first log that the catalogue lists: one key writes them all."""
    first = next((log for log in home.model.catalogue.by_id.values() if log.metadata), None)
    key = None if first is None else writer_key_of(Metadata.parse(first.metadata))
    return None if key is None else base64.b64encode(key).decode()


def _version() -> str:
    try:
        return version("hearthlog")
    except PackageNotFoundError:
        return "unknown"
