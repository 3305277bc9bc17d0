"""What comes before a request is understood: its bounds in size and time, its refusal where it is no HTTP."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.web.problem import Problem

WHAT_WOULD_DO = (
    "this is no HTTP/1.1 request; in an address, blanks and letters beyond ASCII are written as %XX of their UTF-8"
)
HEAD_BYTES_MAX = 262_144
"""Address, headers and all else of a request that is not its body. Above what one read from the socket may bring."""
HEAD_S_MAX = 30.0
"""How long a client may take to say what it wants."""


class Http(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it; the connection ends after what cannot be read, for nobody knows where it ends.

    Whoever connects has got this far, with an account or without: so nothing here may grow, or wait, without a bound.
    """

    _beside_bytes = 0
    """Of this request, beside its body."""
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, within the bounds."""
        self._beside_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return  # refused; or a WebSocket from now on
        idle = self.cycle is None or self.cycle.response_complete
        if self._beside_bytes > HEAD_BYTES_MAX:
            detail = f"address and headers of a request may have {HEAD_BYTES_MAX} bytes"
            self._refuse(Problem(431, "head-too-large", detail) if idle else None)
        elif idle and self._patience is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """The request is known."""
        self._rest()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body, which has a bound of its own."""
        self._beside_bytes -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The next request may begin."""
        self._beside_bytes = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # the signature is uvicorn's
        """Answer what the parser refused."""
        self._refuse(Problem(400, "bad-request", WHAT_WOULD_DO))

    def _refuse(self, problem: Problem | None) -> None:
        """End the connection, with a word where no answer is under way."""
        if problem is not None:
            answer = problem.response()
            headers = b"".join(name + b": " + value + b"\r\n" for name, value in answer.raw_headers)
            head = STATUS_LINE[problem.status] + headers + b"connection: close\r\n\r\n"
            self.transport.write(head + bytes(answer.body))
        self.transport.close()

    def _wait(self) -> None:
        self._patience = self.loop.call_later(HEAD_S_MAX, self.transport.close)

    def _rest(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
