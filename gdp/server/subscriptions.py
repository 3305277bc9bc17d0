"""All subscriptions to single logs: who has which, what happens to them at each commit, and when they end (§5)."""

import asyncio
from collections.abc import Callable

from gdp.codes import Cmd
from gdp.errors import BadRequest, Unavailable
from gdp.messages import Success
from gdp.names import printable
from gdp.server.burst import Burst
from gdp.server.connection import Connection
from gdp.server.counters import Counters
from gdp.server.reads import Reads
from gdp.server.replies import Request
from gdp.server.subscription import Subscription, Wanted
from gdp.settings import ServerSettings

Key = tuple[bytes, bytes, int]  # client, log, rid
SUBSCRIPTION_LOST = 239


class Subscriptions:
    """The subscriptions of one server."""

    def __init__(
        self, reads: Reads, settings: ServerSettings, counters: Counters, *, monotonic: Callable[[], float]
    ) -> None:
        self._reads = reads
        self._settings = settings
        self._counters = counters
        self._monotonic = monotonic
        self._by_connection: dict[Connection, dict[Key, Subscription]] = {}
        self._by_log: dict[bytes, dict[Subscription, None]] = {}

    def add(self, request: Request, wanted: Wanted, *, tip: int) -> None:
        """Acknowledge and begin a subscription, or refresh the one with the same client, log and rid.

        A client on this connection has lost nothing of what was sent: asking again from where it stands leaves the
        cursor alone. One behind another router may have, so its cursor goes where it asks.

        Raises:
            BadRequest: without rid nothing could be told apart.
            Unavailable: the client has `subscriptions_max` already.
        """
        if request.message.rid == 0:
            raise BadRequest("a subscription needs a request id")
        held = self._by_connection.setdefault(request.connection, {})
        key = _key(request)
        known = held.get(key)
        if known is not None and request.direct and known.covers(wanted):
            known.refreshed = self._monotonic()
            known.replies.send(Cmd.ACK_SUCCESS, Success())
            return
        if known is None and len(held) >= self._settings.subscriptions_max:
            raise Unavailable(f"one client has at most {self._settings.subscriptions_max} subscriptions")
        fresh = Subscription(request, wanted, tip=tip)
        if known is not None:
            fresh.replies = known.replies  # numbering goes on: it is one request
            self._end(known)
        fresh.refreshed = self._monotonic()
        held[key] = fresh
        self._by_log.setdefault(request.name, {})[fresh] = None
        self._counters.subscriptions += 1
        fresh.replies.send(Cmd.ACK_SUCCESS, Success())
        if not fresh.live:
            self._start(fresh)

    def remove(self, request: Request) -> None:
        """End the subscription with this client, log and rid, if there is one."""
        known = self._by_connection.get(request.connection, {}).get(_key(request))
        if known is not None:
            self._end(known)

    def remove_all(self, request: Request) -> None:
        """End all subscriptions of this client to this log (CLOSE)."""
        for (client, log, _), known in tuple(self._by_connection.get(request.connection, {}).items()):
            if client == request.client and log == request.name:
                self._end(known)

    def forget(self, connection: Connection) -> None:
        """End all subscriptions of a connection that ended."""
        for known in tuple(self._by_connection.get(connection, {}).values()):
            self._end(known)
        self._by_connection.pop(connection, None)

    def on_commit(self, burst: Burst) -> None:
        """Hand a commit's records to who is live."""
        if not self._by_log:
            return
        touched: dict[Subscription, None] = {}
        for index, record in enumerate(burst.commit.records):
            for subscription in self._by_log.get(record.entry.name, ()):
                touched[subscription] = None
                if not subscription.offer(record.datum.recno, burst.encoded(index)):
                    self._counters.fell_behind += 1
                    self._start(subscription)
        for subscription in touched:
            subscription.flush(self._counters)
            if subscription.done and subscription.task is None:
                self._end(subscription)

    def expire(self) -> None:
        """End what came through another router and was not refreshed: nobody may be there any more."""
        oldest = self._monotonic() - self._settings.subscription_lifetime_s
        for held in tuple(self._by_connection.values()):
            for known in tuple(held.values()):
                if known.refreshed < oldest and not known.request.direct:
                    self._counters.expired += 1
                    self._lose(known)

    def lose_all(self) -> None:
        """Tell all subscribers that the server goes."""
        for held in tuple(self._by_connection.values()):
            for known in tuple(held.values()):
                self._lose(known)

    def _lose(self, known: Subscription) -> None:
        known.replies.send(SUBSCRIPTION_LOST)
        self._end(known)

    def _start(self, subscription: Subscription) -> None:
        subscription.task = subscription.request.connection.start(
            self._catch_up(subscription), name=f"gdp subscription to {printable(subscription.request.name)}"
        )

    async def _catch_up(self, subscription: Subscription) -> None:
        await subscription.catch_up(self._reads, self._counters)
        subscription.task = None
        if subscription.done:
            self._end(subscription)

    def _end(self, subscription: Subscription) -> None:
        request = subscription.request
        held = self._by_connection.get(request.connection, {})
        if held.get(_key(request)) is not subscription:
            return
        del held[_key(request)]
        log = self._by_log[request.name]
        del log[subscription]
        if not log:
            del self._by_log[request.name]
        self._counters.subscriptions -= 1
        if subscription.task is not None and subscription.task is not asyncio.current_task():
            subscription.task.cancel()


def _key(request: Request) -> Key:
    return (request.client, request.name, request.message.rid)
