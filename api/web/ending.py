"""The end of a connection after what cannot be read: in its turn, behind every answer that is under way."""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.web.at_once import header_lines
from api.web.problem import Problem

LINGER_S_MAX = 2.0
LINGER_BYTES_MAX = 1_048_576
"""So long, and so much, is still taken from a client that was told the last word: a connection that is closed on what
was not read is reset, and a client that is still sending may lose the word (RFC 9112 §9.6)."""


class Ending(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, but for its refusals: uvicorn writes them into the answers under way."""

    _last_word: bytes | None = None
    """What is said when all is answered that was asked before; nothing that comes meanwhile is listened to."""
    _unheard_bytes = 0
    """What came since."""
    _linger: asyncio.TimerHandle | None = None
    _in_body = False
    """Whether the head of a request was handed on, and the end of its body is still to come."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        if self._linger is not None:
            self._linger.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, unless the last word was found."""
        if not self.is_over:
            super().data_received(data)
            return
        self._unheard_bytes += len(data)
        if self._unheard_bytes > LINGER_BYTES_MAX:
            self.transport.close()

    def on_headers_complete(self) -> None:
        """Hand the request on."""
        super().on_headers_complete()
        self._in_body = True

    def on_message_complete(self) -> None:
        """The next request may begin."""
        self._in_body = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Answer the next request, or say the last word."""
        is_last = not self.pipeline
        super().on_response_complete()
        if is_last and self._last_word is not None and not self.transport.is_closing():
            self._part(self._last_word)

    def refuse(self, problem: Problem) -> None:
        """Answer what cannot be read, and end the connection: where the next request begins nobody knows."""
        answer = problem.response()
        head = STATUS_LINE[problem.status] + header_lines(answer.raw_headers) + b"connection: close\r\n\r\n"
        self._last_word = head + bytes(answer.body)
        if self._in_body and not self.is_free:
            self._give_up_newest()
        elif self.is_free:
            self._part(self._last_word)

    @property
    def is_free(self) -> bool:
        """Whether no request waits for its answer."""
        return self.cycle is None or bool(self.cycle.response_complete)

    @property
    def is_over(self) -> bool:
        """Whether nothing is listened to any more."""
        return self._last_word is not None or self.transport.is_closing()

    def _give_up_newest(self) -> None:
        """What cannot be read is the body of the newest request, which is refused in place of its answer."""
        assert self._last_word is not None
        if self.pipeline:
            self.pipeline.popleft()
            return
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        self._part(b"" if self.cycle.response_started else self._last_word)

    def _part(self, word: bytes) -> None:
        self.transport.write(word)
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self._linger = self.loop.call_later(LINGER_S_MAX, self.transport.close)
        else:  # TLS
            self.transport.close()
