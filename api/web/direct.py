"""The short way to a read: its one model of parameters is made without the framework's search for dependencies.

That search costs more than a small read itself. What is declared, documented and refused stays the same.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_origin
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from api.web.problem import bad_parameter


@dataclass(frozen=True, slots=True)
class Call:
    """A route that takes the request and one model of query parameters."""

    route: APIRoute
    model: type[BaseModel]
    request_name: str
    query_name: str
    lists: frozenset[str]
    """Parameters that may be given several times."""

    def query(self, query_string: bytes) -> BaseModel:
        """The parameters.

        Raises:
            Problem: one that takes a single value is given twice.
            RequestValidationError: as the framework would raise it.
        """
        pairs = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
        given: dict[str, Any] = {}
        for name, value in pairs:
            if name in self.lists:
                given.setdefault(name, []).append(value)
            else:
                given[name] = value
        if len(given) < len(pairs):
            self._refuse_repeated(pairs)
        try:
            return self.model.model_validate(given)
        except ValidationError as fault:
            errors = [{**each, "loc": ("query", *each["loc"])} for each in fault.errors(include_url=False)]
            raise RequestValidationError(errors) from None

    def _refuse_repeated(self, pairs: list[tuple[str, str]]) -> None:
        """As `refuse_repeated` does where the framework solves dependencies."""
        counts = Counter(name for name, _ in pairs)
        for name in self.model.model_fields:
            if counts[name] > 1 and name not in self.lists:
                raise bad_parameter(name, f"is given {counts[name]} times, and takes one value")


class Direct(BaseRoute):
    """Stands before all other routes, and takes the calls that it knows by their whole path."""

    def __init__(self, prefix: str, routers: Iterable[APIRouter]) -> None:
        self._calls = {
            prefix + route.path: call
            for router in routers
            for route in router.routes
            if isinstance(route, APIRoute) and (call := call_of(route)) is not None
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See `BaseRoute`."""
        if scope["type"] == "http" and scope["method"] == "GET":
            call = self._calls.get(scope["path"])
            if call is not None:
                return Match.FULL, {"call": call, "route": call.route, "endpoint": call.route.endpoint}
        return Match.NONE, {}

    def url_path_for(self, name: str, /, **_: Any) -> Any:
        """Nothing is looked up here by name."""
        raise NoMatchFound(name, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        call: Call = scope["call"]
        request = Request(scope, receive, send)
        arguments = {call.request_name: request, call.query_name: call.query(scope["query_string"])}
        response = await call.route.endpoint(**arguments)
        await response(scope, receive, send)


def call_of(route: APIRoute) -> Call | None:
    """A route as a call; None if it takes more or less than that."""
    needs = route.dependant
    others = needs.path_params or needs.header_params or needs.cookie_params or needs.body_params or needs.dependencies
    if route.methods != {"GET"} or others or len(needs.query_params) != 1 or needs.request_param_name is None:
        return None
    parameter = needs.query_params[0]
    model = parameter.field_info.annotation
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return None
    lists = frozenset(name for name, each in model.model_fields.items() if get_origin(each.annotation) is list)
    return Call(route, model, needs.request_param_name, parameter.name, lists)
