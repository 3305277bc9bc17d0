"""The application: routes, problems and middleware put together around the services."""

from collections.abc import Sequence

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from api.accounts.guard import Guard
from api.embed_files import mount_embed
from api.page_files import mount_page
from api.routes import (
    aggregate,
    asof,
    authority,
    datasets,
    docs,
    faults,
    gaps,
    health,
    history,
    home_health,
    latest,
    live,
    login,
    logs,
    matrix,
    mqtt,
    notable,
    plot,
    store,
    tickets,
    topics,
)
from api.services import Services
from api.web.access import API, Access
from api.web.at_once import AtOnce, Quick
from api.web.compress import Compress
from api.web.direct import Direct, call_of
from api.web.limits import Limits
from api.web.openapi import declare_common
from api.web.positions import present_position
from api.web.problem import install
from api.web.repeated import refuse_repeated
from api.web.selecting import look_ahead

TITLE = "Hearthlog"
VERSION = "1"


def create_app(services: Services) -> FastAPI:
    """The ASGI application that answers with these services."""
    app = FastAPI(
        title=TITLE,
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        middleware=_middleware(services),
    )
    app.state.services = services
    install(app)
    v1 = APIRouter(prefix=API, dependencies=[Depends(refuse_repeated), Depends(look_ahead)])
    calls = (
        topics,
        latest,
        history,
        aggregate,
        matrix,
        asof,
        datasets,
        plot,
        gaps,
        notable,
        home_health,
        faults,
        live,
        store,
        logs,
        tickets,
    )
    for route in calls:
        v1.include_router(route.router)
    app.router.routes.append(Direct(API, [route.router for route in calls]))
    app.include_router(v1)
    for route in (health, login, authority, mqtt, docs):
        app.include_router(route.router)
    mount_embed(app, mount_page(app), services.settings.frame_ancestors)
    declare_common(app)
    return app


def _middleware(services: Services) -> list[Middleware]:
    """What stands before the routes, outermost first."""
    settings = services.settings
    return [
        Middleware(Access, metrics=services.metrics, position=lambda: present_position(services)),
        Middleware(Compress),
        *_for_other_origins(settings.origins),
        Middleware(Guard, door=services.door, origins=settings.origins),
        Middleware(Limits, budgets=services.budgets, request_bytes_max=settings.request_bytes_max),
    ]


def at_once_of(services: Services) -> AtOnce:
    """What answers small reads before the application is asked."""
    calls = {}
    for route in (latest, history, aggregate):
        call = next(found for each in route.router.routes if isinstance(each, APIRoute) and (found := call_of(each)))
        calls[API + call.route.path] = Quick(call, route.at_once)
    return AtOnce(services, calls)


def _for_other_origins(origins: Sequence[str]) -> list[Middleware]:
    """Lets pages of these origins read answers: with a secret or a ticket, never with the page's cookie."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "If-None-Match", "Last-Event-ID", "Prefer"],
            expose_headers=["ETag", "Hearthlog-Position", "Hearthlog-Narrowed", "Link", "Retry-After"],
        )
    ]
