"""What is written about each request: method, path, status, time. Never a query string, for it may hold a secret."""

import time
from collections.abc import Iterable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web.metrics import Metrics

NS_PER_MS = 1_000_000
UNROUTED = "other"
log = structlog.get_logger()


class Access:
    """ASGI middleware, outermost."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on and note how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter_ns()
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_safety(message.get("headers", ()))
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            elapsed_ns = time.perf_counter_ns() - started
            route = getattr(scope.get("route"), "path", UNROUTED)
            self._metrics.request(route, status, elapsed_ns / 1e9)
            log.debug("request", method=scope["method"], path=scope["path"], status=status, ms=elapsed_ns // NS_PER_MS)


def _with_safety(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    given = list(headers)
    names = {name.lower() for name, _ in given}
    return given + [header for header in SAFETY_HEADERS if header[0] not in names]


SAFETY_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
