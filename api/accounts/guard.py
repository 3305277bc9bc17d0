"""The guard in front of every route: who is not known is not answered; who may read little is told so."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.accounts.caller import ACCOUNT, Caller
from api.accounts.door import Door
from api.web.problem import Problem

GUARDED = ("/v1", "/metrics")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TICKET = "ticket"
NARROWED = b"hearthlog-narrowed"


class Guard:
    """ASGI middleware: what is guarded is answered only to an account, which is put into the scope."""

    def __init__(self, app: ASGIApp, *, door: Door, origins: Sequence[str] = ()) -> None:
        """Guard with a door; pages of `origins` may change things too, if they bring a secret."""
        self._app = app
        self._door = door
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 401 or 403."""
        if scope["type"] != "http" or not is_guarded(scope["path"]):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        caller, problem = self._find(scope, headers), None
        if caller is None:
            problem = self._refusal()
        elif scope["method"] not in SAFE and not self._is_welcome(headers):
            problem = Problem(403, "other-origin", "a page of another origin may not change anything here")
        if problem is not None:
            await problem.response()(scope, receive, send)
            return
        assert caller is not None
        scope["account"], scope["caller"] = caller.budget, caller
        ACCOUNT.set(caller.budget)
        await self._app(scope, receive, send if caller.may_read_all else _saying(caller, send))

    def _find(self, scope: Scope, headers: Headers) -> Caller | None:
        if scope["method"] in SAFE and b"ticket=" in scope["query_string"]:
            pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            tickets = [value for name, value in pairs if name == TICKET]
            if tickets:
                # A route knows its own parameters only, and no log line shall hold the ticket.
                scope["query_string"] = urlencode([pair for pair in pairs if pair[0] != TICKET]).encode()
                return self._door.by_ticket(tickets[0]) if len(tickets) == 1 else None
        return self._door.by_headers(headers)

    def _is_welcome(self, headers: Headers) -> bool:
        return same_origin(headers) or headers["origin"] in self._origins

    def _refusal(self) -> Problem:
        detail = self._door.accounts.missing or (
            "this needs the header Authorization: Bearer <secret>, the cookie that /?token=<secret> sets, or a ticket"
        )
        return Problem(401, "not-logged-in", detail, headers={"WWW-Authenticate": 'Bearer realm="hearthlog"'})


def is_guarded(path: str) -> bool:
    """Whether a path needs an account."""
    return any(path == guarded or path.startswith(guarded + "/") for guarded in GUARDED)


def caller_of(request: Request) -> Caller:
    """Who makes this request."""
    caller: Caller = request.scope["caller"]
    return caller


def same_origin(headers: Headers) -> bool:
    """Browsers say where a page is from; programs do not, and need a secret anyway."""
    origin = headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == headers.get("host")
    except ValueError:
        return False  # no browser writes such an address


def rights_of(caller: Caller) -> bytes:
    """What a caller may read at all, for a header: filters; after a comma, what a ticket narrows them to."""
    return ", ".join(" ".join(quote(text, safe="/+#$") for text in texts) for texts in caller.within).encode()


def _saying(caller: Caller, send: Send) -> Send:
    """Adds to an answer what its caller may read."""
    rights = rights_of(caller)

    async def saying(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (NARROWED, rights)]
        await send(message)

    return saying
