"""What is written about each request: method, path, status, time. Never a query string, for it may hold a secret."""

import time
from collections.abc import Callable, Iterable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web.metrics import Metrics
from api.web.positions import HEADER

NS_PER_S = 1e9
API = "/v1"
UNROUTED = "other"
FAILED = 500
SLOW_S = 1.0
"""Slower ones are written down; the rest only when debugging."""
LONG = frozenset({"/v1/live", "/v1/latest"})
"""Calls that may be meant to last."""
POSITION_HEADER = HEADER.lower().encode()
SAFETY_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
log = structlog.get_logger()


class Access:
    """ASGI middleware, outermost: also sees to the headers that every answer has."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, position: Callable[[], str | None]) -> None:
        self._app = app
        self._metrics = metrics
        self._position = position

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
                message["headers"] = self._completed(message.get("headers", ()), api=scope["path"].startswith(API))
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            # Without a status an exception went through; what is answered then is a 500, further out.
            self._note(scope, status or FAILED, (time.perf_counter_ns() - started) / NS_PER_S)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = route_of(scope)
        self._metrics.request(route, status, seconds)
        write = log.info if status >= FAILED or (seconds > SLOW_S and route not in LONG) else log.debug
        write("request", method=scope["method"], path=scope["path"], status=status, ms=round(1000 * seconds))

    def _completed(self, headers: Iterable[tuple[bytes, bytes]], *, api: bool) -> list[tuple[bytes, bytes]]:
        given = list(headers)
        names = {name.lower() for name, _ in given}
        position = self._position() if api else None
        wanted = [*SAFETY_HEADERS, *([(POSITION_HEADER, position.encode())] if position else [])]
        return given + [header for header in wanted if header[0] not in names]


def route_of(scope: Scope) -> str:
    """The pattern of the path that was asked for, so that metrics have few labels."""
    path = getattr(scope.get("route"), "path", None)
    if not isinstance(path, str):
        return UNROUTED
    return API + path if scope["path"].startswith(API) and not path.startswith(API) else path
