"""Limits that hold before a route is asked: requests per account, and the size of a body."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.web.problem import Problem

NS_PER_S = 1_000_000_000
UNLIMITED = ("/healthz", "/readyz")


@dataclass(slots=True)
class Bucket:
    """Tokens of one account: a request takes one, time gives them back."""

    tokens: float
    since: int

    def take(self, now: int, *, per_s: float, burst: int) -> float:
        """Take a token; returns 0, or the seconds after which there will be one."""
        self.tokens = min(burst, self.tokens + (now - self.since) * per_s / NS_PER_S)
        self.since = now
        if self.tokens < 1:
            return (1 - self.tokens) / per_s
        self.tokens -= 1
        return 0.0


class Limits:
    """ASGI middleware, inside the guard: knows the account by the scope."""

    def __init__(
        self, app: ASGIApp, *, per_s: float, burst: int, request_bytes_max: int, clock: Callable[[], int]
    ) -> None:
        self._app = app
        self._per_s = per_s
        self._burst = burst
        self._request_bytes_max = request_bytes_max
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

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
        account = scope.get("account")
        if account is None:
            return None
        now = self._clock()
        bucket = self._buckets.setdefault(account, Bucket(float(self._burst), now))
        wait_s = bucket.take(now, per_s=self._per_s, burst=self._burst)
        if not wait_s:
            return None
        detail = f"{self._per_s:g} requests per second are allowed, {self._burst} at once"
        return Problem(429, "too-many-requests", detail, headers={"Retry-After": str(int(wait_s) + 1)})
