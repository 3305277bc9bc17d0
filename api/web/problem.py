"""Errors as `application/problem+json` (RFC 9457): each names the parameter, what was given and what would do."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.errors import ApiError, StoreUnavailable
from api.web.declared import declared_parameters

MEDIA_TYPE = "application/problem+json"
GIVEN_CHARS_MAX = 200
log = structlog.get_logger()


class ProblemBody(BaseModel):
    """What the body of an error is."""

    type: str = Field(description="Names the kind of problem, for programs; `urn:hearthlog:problem:…`.")
    title: str = Field(description="The kind of problem in words.")
    status: int
    detail: str = Field(description="What was given and what would do.")
    parameter: str | None = Field(None, description="The parameter that is at fault, if one is.")


class Problem(ApiError):
    """A request that cannot be answered, and why. `kind` is the last part of `type`; `extra` goes beside the rest."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        parameter: str | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.parameter = parameter
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def response(self) -> Response:
        """The answer."""
        body = {
            "type": f"urn:hearthlog:problem:{self.kind}",
            "title": self.kind.replace("-", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }
        if self.parameter is not None:
            body["parameter"] = self.parameter
        return Response(orjson.dumps(body), self.status, self.headers, MEDIA_TYPE)


def bad_parameter(name: str, detail: str) -> Problem:
    """A parameter with a value that will not do."""
    return Problem(400, "bad-parameter", f"{name}: {detail}", parameter=name)


def not_found(detail: str) -> Problem:
    """Nothing is there."""
    return Problem(404, "not-found", detail)


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem."""

    async def ours(_: Request, fault: Exception) -> Response:
        assert isinstance(fault, Problem)
        return fault.response()

    async def invalid(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, RequestValidationError)
        return _from_validation(request, fault.errors()[0]).response()

    async def http(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, HTTPException)
        return _from_status(request, fault).response()

    async def unavailable(_: Request, fault: Exception) -> Response:
        return Problem(503, "store-unavailable", str(fault), headers={"Retry-After": "2"}).response()

    async def bug(request: Request, fault: Exception) -> Response:
        log.error("request_failed", path=request.url.path, exc_info=fault)
        return Problem(500, "internal-error", "this is a mistake of ours; the server's log has it").response()

    app.add_exception_handler(Problem, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(StoreUnavailable, unavailable)
    app.add_exception_handler(Exception, bug)


def _from_validation(request: Request, error: Mapping[str, Any]) -> Problem:
    name = str(error["loc"][-1]) if len(error["loc"]) > 1 else "request"
    if len(error["loc"]) > 2:
        name = str(error["loc"][1])
    if error["type"] == "extra_forbidden":
        takes = ", ".join(declared_parameters(request)) or "none"
        return Problem(400, "unknown-parameter", f"{name} is not a parameter here; these are: {takes}", parameter=name)
    if error["type"] == "missing":
        return bad_parameter(name, "is missing")
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "value_error":
        return bad_parameter(name, message)
    given = str(error.get("input"))[:GIVEN_CHARS_MAX]
    return bad_parameter(name, f"{given!r} will not do: {message[:1].lower()}{message[1:]}")


def _from_status(request: Request, fault: HTTPException) -> Problem:
    kind = HTTPStatus(fault.status_code).phrase.lower().replace(" ", "-")
    if fault.status_code == 404:
        return Problem(404, kind, f"there is nothing at {request.url.path}; /docs lists what there is")
    if fault.status_code == 405:
        detail = f"{request.url.path} cannot be asked with {request.method}"
        return Problem(405, kind, detail, headers=fault.headers)
    return Problem(fault.status_code, kind, str(fault.detail), headers=fault.headers)
