"""The short way to a read takes and refuses exactly what the framework's own way does."""

import asyncio
from typing import Annotated, Any
from urllib.parse import urlencode

import pytest
from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from api.routes import aggregate, history, latest, live, logs, matrix, topics
from api.routes.aggregate import AggregateQuery
from api.web.direct import Call, Direct, call_of
from api.web.problem import Problem

NAMES = ("filter", "field", "start", "every", "fn", "limit", "by", "layout", "nonsense")
VALUES = ("", "a/#", "#/a", "a+b", "ä", "-6h", "15m", "min", "count", "1", "0", "x", "device", "columns")


def asked() -> tuple[FastAPI, Call]:
    """An application that takes the framework's way, and the same call the short way."""
    router = APIRouter()

    @router.get("/it")
    async def it(request: Request, query: Annotated[AggregateQuery, Query()]) -> Response:
        return Response(query.model_dump_json())

    app = FastAPI()
    app.include_router(router)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, fault: RequestValidationError) -> Response:
        return Response(repr(sorted((each["type"], each["loc"], each["msg"]) for each in fault.errors())), 400)

    (route,) = router.routes
    call = call_of(route)
    assert call is not None
    return app, call


APP, CALL = asked()


def the_long_way(query: str) -> str:
    """What the framework makes of the parameters."""
    sent: list[dict[str, Any]] = []

    async def ask() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/it", "query_string": query.encode(), "headers": []}
        await APP(scope, receive, send)

    asyncio.run(ask())
    return b"".join(message.get("body", b"") for message in sent).decode()


# That a single value comes twice is refused by a dependency, which the application here does not have.
@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)),
        max_size=6,
        unique_by=lambda pair: pair if pair[0] in ("filter", "field", "fn") else pair[0],
    )
)
@settings(max_examples=40, deadline=None)
def test_parameters_mean_the_same_on_both_ways(pairs: list[tuple[str, str]]):
    query = urlencode(pairs)
    answer = the_long_way(query)
    try:
        found = CALL.query(query.encode()).model_dump_json()
    except RequestValidationError as fault:
        found = repr(sorted((each["type"], each["loc"], each["msg"]) for each in fault.errors()))
    assert found == answer


@pytest.mark.parametrize("name", ["start", "every", "limit"])
def test_one_value_given_twice_is_refused(name: str):
    with pytest.raises(Problem, match="takes one value"):
        CALL.query(f"{name}=1&{name}=2".encode())


def test_the_reads_go_the_short_way_and_what_needs_more_does_not():
    direct = Direct("/v1", [each.router for each in (aggregate, history, latest, live, logs, matrix, topics)])
    scope = {"type": "http", "method": "GET"}
    short = {
        path
        for path in ("/v1/aggregate", "/v1/history", "/v1/latest", "/v1/live", "/v1/matrix", "/v1/topics")
        if direct.matches({**scope, "path": path})[0].value
    }
    assert short == {"/v1/aggregate", "/v1/history", "/v1/latest", "/v1/matrix", "/v1/topics"}
