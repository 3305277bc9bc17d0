"""One TCP client: its bytes in and out, bounded both ways, and the tasks that answer it."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Coroutine

from gdp.errors import ProtocolError
from gdp.pdu import Pdu, Splitter
from gdp.server.counters import Counters
from gdp.settings import ServerSettings

logger = logging.getLogger(__name__)

READ_BYTES = 64 * 1024
"""Taken from the socket at a time."""

LINGER_S = 1.0
"""A client that does not take its last bytes must not hold up the server's stop."""

Work = Coroutine[object, object, None]
Handler = Callable[["Connection", Pdu], Awaitable[None]]


class Connection:
    """A connected client; lives for one connection, within `run`.

    Attributes:
        names: the names that this client has advertised.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        settings: ServerSettings,
        counters: Counters,
    ) -> None:
        self.names: set[bytes] = set()
        self._reader = reader
        self._writer = writer
        self._transport = writer.transport
        self._settings = settings
        self._counters = counters
        self._turn = asyncio.Lock()
        self._slots = asyncio.Semaphore(settings.requests_max)
        self._tasks = asyncio.TaskGroup()
        writer.transport.set_write_buffer_limits(high=settings.write_ahead_bytes)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    async def run(self, handle: Handler) -> None:
        """Read until the client goes; every PDU goes through `handle`, in order. Never raises but cancellation."""
        try:
            async with self._tasks:
                await self._read(handle)
        except* (ConnectionError, TimeoutError):
            pass  # the client went away, which is its right
        except* ProtocolError as errors:
            self._counters.garbled += 1
            logger.info("closing a connection whose bytes are no PDUs: %s", errors.exceptions[0])
        except* Exception:
            # A fault in answering one client must not stop the store for all others; it is counted and traced.
            self._counters.failed += 1
            logger.exception("closing a connection because of an unexpected error")
        finally:
            self._writer.close()

    async def _read(self, handle: Handler) -> None:
        splitter = Splitter()
        while data := await self._reader.read(READ_BYTES):
            for pdu in splitter.feed(data):
                await handle(self, pdu)
                if self.congested:
                    await self._writer.drain()  # who does not take answers is not asked for more questions
            self._counters.skipped += splitter.skipped
            splitter.skipped = 0
        raise ConnectionError  # ends the tasks that still answer

    @property
    def congested(self) -> bool:
        """True while more bytes wait for the client than a live reader may pile up."""
        return self._transport.get_write_buffer_size() >= self._settings.write_ahead_bytes

    @property
    def write_ahead_bytes(self) -> int:
        """So much may be written at once to a client that is not `congested`; more goes in turn."""
        return self._settings.write_ahead_bytes

    @property
    def waiting_bytes(self) -> int:
        """Bytes that are written and wait in this process for the client to take them."""
        return self._transport.get_write_buffer_size()

    def send(self, data: bytes) -> None:
        """Write at once; for answers, whose number is bounded, and for live records while not `congested`."""
        if not self._transport.is_closing():
            self._transport.write(data)

    async def send_in_turn(self, data: bytes) -> None:
        """Write when the client has taken what was written before, in fair turn with its other readers."""
        async with self._turn:
            await self._writer.drain()
            self.send(data)

    def forward(self, data: bytes) -> None:
        """Write another client's PDU; if too much waits already, close: the client must see that it missed some."""
        if self.waiting_bytes > self._settings.client_buffer_bytes_max:
            self._counters.overflowed += 1
            self._transport.abort()
            return
        self.send(data)

    async def in_background(self, work: Work, *, name: str) -> None:
        """Start a task of this connection; waits while `requests_max` of them run."""
        try:
            await self._slots.acquire()
        except asyncio.CancelledError:
            work.close()
            raise
        task = self.start(work, name=name)
        if task is not None:
            task.add_done_callback(lambda _: self._slots.release())

    def start(self, work: Work, *, name: str) -> asyncio.Task[None] | None:
        """Start a task that ends with this connection at the latest; None if the connection is ending already."""
        try:
            return self._tasks.create_task(work, name=name)
        except RuntimeError:
            work.close()
            return None

    def close(self) -> None:
        """Close when the client has taken what is written, but wait `LINGER_S` for that at most."""
        self._writer.close()
        asyncio.get_running_loop().call_later(LINGER_S, self._transport.abort)
