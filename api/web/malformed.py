"""A connection: HTTP/1.1 within bounds of size and time; what is small is answered at once, the rest handed on."""

import asyncio
from typing import Any, ClassVar

from httptools import HttpParserError

from api.web.at_once import AtOnce, header_lines
from api.web.ending import Ending
from api.web.hosts import are_hosts_well
from api.web.problem import Problem

WHAT_WOULD_DO = (
    "this is no HTTP/1.1 request; in an address, blanks and letters beyond ASCII are written as %XX of their UTF-8"
)
WHAT_HOST_WOULD_DO = "Host: a request names one host, as in Host: hearthlog.local:8080 or Host: [fe80::1]:8080"
HEAD_BYTES_MAX = 262_144
"""Address, headers and all else of a request that is not its body. Above what one read from the socket may bring."""
HEAD_S_MAX = 30.0
"""How long a client may take to say what it wants."""
AT_ONCE_MAX = 16
"""Of requests that come in one read so many are answered at once: others have their turn before the rest."""


WAITING_MAX = 256
"""So many requests may wait for their turn on one connection: one read may bring ten thousand, each 2 kB in memory."""


class Refused(HttpParserError):
    """What is raised through the parser, which is to read no further."""


class Http(Ending):
    """HTTP/1.1, as its base ends it.

    Whoever connects has got this far, with an account or without: so nothing here may grow, or wait, without a bound.
    """

    at_once: ClassVar[AtOnce | None] = None
    """What answers small reads without a task."""
    _beside_bytes = 0
    """Of this request, beside its body."""
    _patience: asyncio.TimerHandle | None = None
    _whole = b""
    """What was read from the socket, if a request begins with it."""
    _begun = False
    """Whether a part of a request is there, and its end is not."""
    _is_answered = False
    """Whether the request whose end is still to come is answered already."""
    _fault = Problem(400, "bad-request", WHAT_WOULD_DO)
    """What is answered to a request that the parser takes no further."""
    _heard = 0.0
    """When a request was answered at once, by the loop's clock."""
    _default: list[tuple[bytes, bytes]] | None = None
    _default_lines = b""
    """The headers that uvicorn gives every answer, and how they are written."""
    _at_once_left = 0
    """How many requests of this read may still be answered at once."""

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, within the bounds; unless all of this came before."""
        if self.is_over:
            super().data_received(data)
            return
        if self.is_free and not self._begun:
            at_once = self._at_once()
            if at_once is not None and self._answer(at_once.again(data, self._default_headers)):
                self._rest()
                return
            self._whole = data
        self._at_once_left = AT_ONCE_MAX
        self._beside_bytes += len(data)
        super().data_received(data)
        self._whole = b""
        if self.is_over or self.transport.get_protocol() is not self:
            return  # refused; or a WebSocket from now on
        idle = self.is_free
        if self._beside_bytes > HEAD_BYTES_MAX:
            detail = f"address and headers of a request may have {HEAD_BYTES_MAX} bytes"
            self.refuse(Problem(431, "head-too-large", detail))
        elif idle and self._patience is None and (self._begun or self.timeout_keep_alive_task is None):
            # An empty line before a request is no beginning, but it ends uvicorn's own waiting.
            self._wait()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._begun = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The request is known."""
        self._rest()
        if not are_hosts_well(self.headers):
            self._fault = Problem(400, "bad-host", WHAT_HOST_WOULD_DO)
            raise Refused
        if len(self.pipeline) >= WAITING_MAX:
            detail = f"{WAITING_MAX} requests may wait for their turn on a connection: wait for their answers"
            self._fault = Problem(429, "too-many-waiting", detail)
            raise Refused
        if self.parser.should_upgrade() and not self.is_free:
            # uvicorn would hand the connection over at once, and two would write into it.
            self._fault = Problem(400, "upgrade-too-early", "wait for the answers before asking for a WebSocket")
            raise Refused
        self._is_answered = self.is_free and self._answer_at_once()
        if not self._is_answered:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body, which has a bound of its own."""
        self._beside_bytes -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The next request may begin."""
        self._beside_bytes, self._begun = 0, False
        if not self._is_answered:
            super().on_message_complete()

    def timeout_keep_alive_handler(self) -> None:
        """End the connection if nothing was asked for a while."""
        rest_s = self._heard + self.timeout_keep_alive - self.loop.time()
        if rest_s > 0:
            self.timeout_keep_alive_task = self.loop.call_later(rest_s, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # the signature is uvicorn's
        """Answer what the parser refused."""
        self.refuse(self._fault)

    def _at_once(self) -> AtOnce | None:
        """What answers at once, unless an answer would have to wait for what is being sent."""
        return None if self.flow.write_paused else self.at_once

    @property
    def _default_headers(self) -> bytes:
        headers = self.server_state.default_headers
        if headers is not self._default:
            # uvicorn makes another list each second, for the date.
            self._default, self._default_lines = headers, header_lines(headers)
        return self._default_lines

    def _answer_at_once(self) -> bool:
        parser, at_once = self.parser, self._at_once()
        if not self._at_once_left or at_once is None:
            return False
        if parser.get_method() != b"GET" or parser.get_http_version() != "1.1":
            return False
        if parser.should_upgrade() or not parser.should_keep_alive():
            return False
        self._at_once_left -= 1
        asked = at_once.understand(self.url, self.headers)
        if asked is None or not self._answer(at_once.answer(asked, self._default_headers)):
            return False
        if self._whole.find(b"\r\n\r\n") == len(self._whole) - 4:
            at_once.remember(self._whole, asked)
        return True

    def _answer(self, answer: bytes | None) -> bool:
        if answer is None:
            return False
        self.transport.write(answer)
        self._heard = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        return True

    def _wait(self) -> None:
        self._patience = self.loop.call_later(HEAD_S_MAX, self.transport.close)

    def _rest(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def answering(at_once: AtOnce) -> type[Http]:
    """The protocol that answers small reads at once."""
    return type("AnsweringHttp", (Http,), {"at_once": at_once})
