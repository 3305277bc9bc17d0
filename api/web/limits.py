"""Limits that hold before a route is asked: requests per account, and the size of a body."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.web.budgets import Budgets
from api.web.problem import Problem

UNLIMITED = ("/healthz", "/readyz")


class Limits:
    """ASGI middleware, inside the guard: knows the account by the scope."""

    def __init__(self, app: ASGIApp, *, budgets: Budgets, request_bytes_max: int) -> None:
        self._app = app
        self._budgets = budgets
        self._request_bytes_max = request_bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 413 or 429."""
        problem = self._check(scope) if scope["type"] == "http" and scope["path"] not in UNLIMITED else None
        if problem is None:
            await self._app(scope, receive, send)
        else:
            await problem.response()(scope, receive, send)

    def _check(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or (length.isdigit() and int(length) > self._request_bytes_max):
            return Problem(413, "body-too-large", f"a request body may have {self._request_bytes_max} bytes")
        account, budgets = scope.get("account"), self._budgets
        if account is None:
            return None
        if wait_s := budgets.wait_s(account):
            detail = f"{budgets.per_s:g} requests per second are allowed, {budgets.burst} at once"
            return Problem(429, "too-many-requests", detail, headers={"Retry-After": str(int(wait_s) + 1)})
        budgets.take(account)
        return None
