"""The server's lifetime: listener, connections, and the two clocks (watermarks, expiry)."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from gdp.committer import Committer
from gdp.server.answers import Answers
from gdp.server.appends import Appends
from gdp.server.burst import Burst
from gdp.server.connection import Connection
from gdp.server.counters import Counters
from gdp.server.feeds import Feeds
from gdp.server.reads import Reads
from gdp.server.requests import Requests
from gdp.server.router import Router
from gdp.server.subscriptions import Subscriptions
from gdp.settings import ServerSettings
from gdp.store import Commit
from gdp.tasks import Background

logger = logging.getLogger(__name__)

HANDED_OVER_TURNS = 4
"""So many turns of the loop after it was accepted a client is with us, and gone if it was turned away."""
EXPIRY_INTERVAL_S = 10.0
"""How often unrefreshed subscriptions are looked for: fine enough for a lifetime of minutes."""


class GdpServer:
    """Serves a committer's store: `async with GdpServer(committer, settings) as server: server.port`.

    Attributes:
        counters: what it has done, for a process to export.
    """

    def __init__(
        self, committer: Committer, settings: ServerSettings, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        store = committer.store
        self.counters = Counters()
        self._settings = settings
        self._committer = committer
        self._pool = ThreadPoolExecutor(settings.read_threads, thread_name_prefix="gdp-read")
        reads = Reads(store, settings, self._pool)
        self._subscriptions = Subscriptions(reads, settings, self.counters, monotonic=monotonic)
        self._feeds = Feeds(reads, settings, self.counters, monotonic=monotonic)
        requests = Requests(
            store,
            settings,
            self.counters,
            answers=Answers(reads, self.counters),
            appends=Appends(committer, self.counters),
            subscriptions=self._subscriptions,
            feeds=self._feeds,
        )
        self._router = Router(requests, self.counters)
        self._connections: set[Connection] = set()
        self._stack = AsyncExitStack()
        self._tasks = Background()
        self._listener: asyncio.Server | None = None
        self._stopping = False

    @property
    def port(self) -> int:
        """The TCP port that it listens on."""
        assert self._listener is not None
        return int(self._listener.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            OSError: the address cannot be had.
        """
        async with AsyncExitStack() as stack:
            stack.callback(self._pool.shutdown)
            await stack.enter_async_context(self._tasks)
            self._listener = await asyncio.start_server(self._accept, self._settings.host, self._settings.port)
            self._committer.on_commit(self._on_commit)
            clocks = (
                self._tasks.create_task(self._tell_watermarks(), name="gdp watermarks"),
                self._tasks.create_task(self._expire_regularly(), name="gdp expiry"),
            )
            for clock in clocks:
                stack.callback(clock.cancel)
            stack.push_async_callback(self._stop)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Tell subscribers, close all connections, stop listening."""
        await self._stack.__aexit__(kind, error, trace)

    async def _stop(self) -> None:
        assert self._listener is not None
        self._stopping = True
        for listening in self._listener.sockets:
            asyncio.get_running_loop().remove_reader(listening)
        for _ in range(HANDED_OVER_TURNS):  # a client that is just being accepted would be left hanging by close()
            await asyncio.sleep(0)
        self._listener.close()
        self._subscriptions.lose_all()
        self._feeds.lose_all()
        self.hang_up_all()

    def hang_up_all(self) -> None:
        """Close all connections; clients that come again resume without a gap."""
        for connection in tuple(self._connections):
            connection.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= self._settings.connections_max or self._stopping:
            self.counters.turned_away += 1
            writer.transport.abort()  # it was sent nothing, and who stops does not wait for it to go
            return
        connection = Connection(reader, writer, settings=self._settings, counters=self.counters)
        self._connections.add(connection)  # here, not when its task begins: the server may stop in between
        self._tasks.create_task(self._serve(connection), name="gdp connection")

    async def _serve(self, connection: Connection) -> None:
        self.counters.connections += 1
        try:
            await connection.run(self._router.route)
        finally:
            self.counters.connections -= 1
            self._connections.discard(connection)
            self._router.forget(connection)
            self._subscriptions.forget(connection)
            self._feeds.forget(connection)

    def _on_commit(self, commit: Commit) -> None:
        burst = Burst(commit)
        try:
            self._subscriptions.on_commit(burst)
            self._feeds.on_commit(burst)
        except Exception:
            # A fault in telling readers must not stop who writes. Readers that reconnect resume without a gap.
            self.counters.failed += 1
            logger.exception("closing all connections because a commit could not be told")
            self.hang_up_all()

    async def _tell_watermarks(self) -> None:
        while True:
            await asyncio.sleep(self._settings.watermark_interval_s)
            self.tell_watermarks()

    def tell_watermarks(self) -> None:
        """Promise followers of the feed that have everything that nothing older is still to come."""
        self._feeds.tell_watermarks()

    async def _expire_regularly(self) -> None:
        while True:
            await asyncio.sleep(EXPIRY_INTERVAL_S)
            self.expire()

    def expire(self) -> None:
        """End subscriptions and feeds of clients behind other routers that were not refreshed in time."""
        self._subscriptions.expire()
        self._feeds.expire()

    def waiting_bytes(self) -> int:
        """Return how many bytes wait in this process for clients that do not take them."""
        return sum(connection.waiting_bytes for connection in self._connections)
