"""Answers at once: small reads, made between the parser of a request and its socket, without a task or a thread.

What a request means by itself is remembered by its very bytes. Who asks, what that account may read now, and how often,
is looked at each time; the answer is made anew each time. What is not small, has to wait, is not well said or is
refused goes the long way, through the middlewares, which answers it or says why not.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from api.accounts.caller import Caller
from api.accounts.guard import NARROWED, rights_of
from api.errors import ApiError
from api.services import Services
from api.web.access import SAFETY_HEADERS
from api.web.answer import MEDIA_TYPE, Answer, Make
from api.web.compress import BYTES_MIN, COMPRESSORS, encoding_of
from api.web.direct import Call

HEADS_MAX = 1_024
HEAD_BYTES_MAX = 4_096
"""So many heads of requests, each of at most so many bytes, are remembered."""
CALLER_NS_MAX = 1_000_000_000
"""After this it is looked anew whether a cookie has ended."""
ACCOUNTS_NS_MAX = 2_000_000
"""After this it is looked anew whether the accounts are still the same: two calls of the system, for many requests."""
NS_PER_S = 1e9
ONCE = frozenset({b"authorization", b"cookie", b"accept", b"accept-encoding", b"if-none-match", b"prefer", b"host"})
"""Headers that mean something here: given twice, they are for the long way to make sense of."""
ELSEWHERE = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})
"""Headers of requests that are more than an address."""
log = structlog.get_logger()
Prepare = Callable[[Services, Request, Any], Make | None]
"""A call's own part: finds what the words mean by themselves, once for all answers. None: there are none at once."""


class Quick(NamedTuple):
    """A call that may be answered at once."""

    call: Call
    prepare: Prepare


@dataclass(slots=True)
class Understood:
    """What a request asks for, and who it is that asks."""

    route: str
    prepare: Prepare
    request: Request
    query: Any
    make: Make
    encoding: str | None
    caller: Caller
    narrowed: bytes
    """The header that says what the caller may read; empty for who may read all."""
    version: tuple[int, int]
    """That of the accounts when the caller was looked for."""
    looked: int


class AtOnce:
    """Knows the calls by their paths, and the requests that came of late. On the loop's thread."""

    def __init__(self, services: Services, calls: Mapping[str, Quick]) -> None:
        self._services = services
        self._calls = {path.encode(): quick for path, quick in calls.items()}
        self._known: dict[bytes, Understood] = {}
        self._version = (-1, -1)
        self._looked = -ACCOUNTS_NS_MAX

    def again(self, head: bytes, default_headers: bytes) -> bytes | None:
        """The answer to a request that came before in just these bytes."""
        asked = self._known.get(head)
        return None if asked is None else self.answer(asked, default_headers)

    def remember(self, head: bytes, asked: Understood) -> None:
        """The next time these bytes come they mean the same."""
        if len(head) > HEAD_BYTES_MAX:
            return
        if len(self._known) >= HEADS_MAX:
            del self._known[next(iter(self._known))]
        self._known[head] = asked

    def understand(self, address: bytes, headers: Sequence[tuple[bytes, bytes]]) -> Understood | None:
        """What a GET without a body asks for; None if the long way is to find out."""
        path, _, query_string = address.partition(b"?")
        quick = self._calls.get(path)
        if quick is None or b"#" in query_string or b"ticket=" in query_string or not self._is_plain(headers):
            return None
        scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path.decode(), "query_string": query_string}
        request = Request(scope | {"headers": headers, "scheme": "http", "server": None})
        version = self._services.door.accounts.version
        caller = self._services.door.by_headers(request.headers)
        if caller is None:
            return None
        request.scope["caller"] = caller
        try:
            query = quick.call.query(query_string)
            make = quick.prepare(self._services, request, query)
        except (ApiError, RequestValidationError):
            return None
        if make is None:
            return None
        encoding = encoding_of(request.headers.get("accept-encoding", ""))
        asked = Understood(scope["path"], quick.prepare, request, query, make, encoding, caller, b"", version, 0)
        self._admit(asked, caller, version)
        return asked

    def answer(self, asked: Understood, default_headers: bytes) -> bytes | None:
        """The whole answer, as it goes over the network; None if it has to be had the long way."""
        started = time.perf_counter_ns()
        services = self._services
        if services.home is None or not self._is_admitted(asked, started):
            return None
        account = asked.caller.budget
        if services.budgets.wait_s(account):
            return None
        found = self._made(asked)
        if found is None:
            return None
        services.budgets.take(account)
        written = _written(found, asked, default_headers)
        services.metrics.at_once += 1
        services.metrics.request(asked.route, found.status, (time.perf_counter_ns() - started) / NS_PER_S)
        return written

    def _made(self, asked: Understood) -> Answer | None:
        try:
            return asked.make()
        except ApiError:
            return None
        except Exception:  # a mistake of ours, which the long way will make and own up to
            log.exception("not_answered_at_once", path=asked.route)
            return None

    def _is_plain(self, headers: Sequence[tuple[bytes, bytes]]) -> bool:
        names = [name for name, _ in headers]
        seen = set(names)
        if not ELSEWHERE.isdisjoint(seen) or (b"origin" in seen and self._services.settings.origins):
            return False
        return len(seen) == len(names) or not any(names.count(name) > 1 for name in ONCE)

    def _is_admitted(self, asked: Understood, now: int) -> bool:
        if now - self._looked >= ACCOUNTS_NS_MAX:
            self._version, self._looked = self._services.door.accounts.version, now
        version = self._version
        if asked.version == version and now - asked.looked < CALLER_NS_MAX:
            return True
        caller = self._services.door.by_headers(asked.request.headers)
        if caller is None:
            return False
        if caller != asked.caller:
            asked.request.scope["caller"] = caller
            make = asked.prepare(self._services, asked.request, asked.query)
            assert make is not None, "whether there are answers at once depends on the words alone"
            asked.make = make
        self._admit(asked, caller, version)
        return True

    @staticmethod
    def _admit(asked: Understood, caller: Caller, version: tuple[int, int]) -> None:
        asked.caller, asked.version, asked.looked = caller, version, time.perf_counter_ns()
        asked.narrowed = b"" if caller.may_read_all else NARROWED + b": " + rights_of(caller) + b"\r\n"


def header_lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Headers as they go over the network."""
    return b"".join(name + b": " + value + b"\r\n" for name, value in headers)


def _written(found: Answer, asked: Understood, default_headers: bytes) -> bytes:
    content, headers = found.content, found.headers
    if found.status == 200:
        headers = {**headers, "Vary": ", ".join(filter(None, (headers.get("Vary"), "Accept-Encoding")))}
        if asked.encoding is not None and len(content) >= BYTES_MIN:
            content = COMPRESSORS[asked.encoding]().add(content, last=True)
            headers["Content-Encoding"] = asked.encoding
        headers |= {"Content-Type": MEDIA_TYPE, "Content-Length": str(len(content))}
    said = "".join([f"{name.lower()}: {value}\r\n" for name, value in headers.items()])
    head = (STATUS_LINE[found.status], default_headers, said.encode("latin-1"), SAFETY, asked.narrowed, b"\r\n")
    return b"".join((*head, content))


SAFETY = header_lines(SAFETY_HEADERS)
