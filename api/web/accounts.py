"""Who calls: the administrator's secret, as a bearer token or in the page's cookie. Compared in constant time."""

import secrets
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.web.problem import Problem

COOKIE = "hearthlog"
COOKIE_AGE_S = 30 * 86_400
ADMIN = "admin"
GUARDED = ("/v1", "/metrics")
TOKEN_BYTES_MAX = 4_096


class Accounts:
    """Knows the one account there is. The file is read again when it changes, so that a new secret needs no restart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._token = b""

    def account_of(self, token: str) -> str | None:
        """The account whose secret this is; None if it is nobody's."""
        expected = self._read()
        return ADMIN if expected and secrets.compare_digest(token.encode(), expected) else None

    @property
    def missing(self) -> str | None:
        """Why nobody can log in yet, in words."""
        if self._read():
            return None
        return f"no account exists yet: {self._path.name} appears when the home is started for the first time"

    def _read(self) -> bytes:
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp != self._stamp:
                self._token = self._path.read_bytes()[:TOKEN_BYTES_MAX].strip()
                self._stamp = stamp
        except OSError:
            self._stamp, self._token = None, b""
        return self._token


class Guard:
    """ASGI middleware: what is guarded is answered only to an account; its name is put into the scope."""

    def __init__(self, app: ASGIApp, *, accounts: Accounts) -> None:
        self._app = app
        self._accounts = accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 401."""
        if scope["type"] == "http" and is_guarded(scope["path"]):
            account = self._find(Headers(scope=scope))
            if account is None:
                await self._refusal().response()(scope, receive, send)
                return
            scope["account"] = account
        await self._app(scope, receive, send)

    def _find(self, headers: Headers) -> str | None:
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._accounts.account_of(bearer.strip())
        cookie = _cookie(headers.get("cookie", ""))
        return self._accounts.account_of(cookie) if cookie else None

    def _refusal(self) -> Problem:
        detail = self._accounts.missing or (
            "this needs the header Authorization: Bearer <secret>, or the cookie that /?token=<secret> sets"
        )
        return Problem(401, "not-logged-in", detail, headers={"WWW-Authenticate": 'Bearer realm="hearthlog"'})


def is_guarded(path: str) -> bool:
    """Whether a path needs an account."""
    return any(path == guarded or path.startswith(guarded + "/") for guarded in GUARDED)


def _cookie(header: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel is not None else None
