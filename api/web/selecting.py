"""Selecting without holding up the loop: what takes long the first time is looked for in a thread."""

from fastapi import Request

from api.accounts.guard import caller_of
from api.readmodel.model import ReadModel
from api.readmodel.selection import Selection, Wanted
from api.services import Services, services_of
from ingest.errors import FilterError

SELECTING = frozenset(
    f"/v1/{name}" for name in ("aggregate", "gaps", "history", "latest", "live", "matrix", "notable", "plot", "topics")
)
"""Where `filter` and `field` select."""


async def look_ahead(request: Request) -> None:
    """Before a request is answered: let a thread find what its filters mean, if that is not known yet."""
    services = services_of(request)
    if services.home is None or request.url.path not in SELECTING:
        return
    asked = request.query_params
    within = caller_of(request).within
    wanted = Wanted(tuple(asked.getlist("filter")), tuple(asked.getlist("field")), within)
    try:
        await selected(services, services.home.model, wanted)
    except FilterError:
        return  # whoever answers says it


async def selected(services: Services, model: ReadModel, wanted: Wanted) -> Selection:
    """The stored series that are wanted.

    Raises:
        FilterError: a filter that is not valid.
    """
    selector = model.selector
    if not selector.is_quick(wanted):
        selector.remember(wanted, await services.pools.run(lambda: selector.look(wanted), heavy=False))
    return selector.select(wanted)
