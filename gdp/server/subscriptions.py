"""All subscriptions to single logs: how they begin, and what happens to them at each commit (gdp-protocol §5)."""

from collections.abc import Callable

from gdp.codes import Cmd
from gdp.errors import Unavailable
from gdp.messages import Success
from gdp.names import printable
from gdp.server.burst import Burst
from gdp.server.counters import Counters
from gdp.server.readers import Readers
from gdp.server.reads import Reads
from gdp.server.replies import Request
from gdp.server.subscription import Subscription, Wanted
from gdp.settings import ServerSettings


class Subscriptions(Readers[Subscription]):
    """The subscriptions of one server."""

    def __init__(
        self, reads: Reads, settings: ServerSettings, counters: Counters, *, monotonic: Callable[[], float]
    ) -> None:
        super().__init__(settings, counters, monotonic=monotonic)
        self._reads = reads
        self._by_log: dict[bytes, dict[Subscription, None]] = {}

    def add(self, request: Request, wanted: Wanted, *, tip: int) -> None:
        """Acknowledge and begin a subscription, or refresh the one with the same client, log and rid.

        A client on this connection has lost nothing of what was sent: asking again from where it stands leaves the
        cursor alone. One behind another router may have, so its cursor goes where it asks.

        Raises:
            BadRequest: no request id.
            Unavailable: the client has `subscriptions_max` already.
        """
        known = self.find(request)
        if known is not None and request.direct and known.covers(wanted):
            self.renew(known)
            known.replies.send(Cmd.ACK_SUCCESS, Success())
            return
        if known is None and self.count(request.connection) >= self._settings.subscriptions_max:
            raise Unavailable(f"one client has at most {self._settings.subscriptions_max} subscriptions")
        fresh = Subscription(request, wanted, tip=tip)
        self.hold(fresh)
        self._by_log.setdefault(request.name, {})[fresh] = None
        self._counters.subscriptions += 1
        fresh.replies.send(Cmd.ACK_SUCCESS, Success())
        if not fresh.live:
            self._catch_up(fresh)

    def on_commit(self, burst: Burst) -> None:
        """Hand a commit's records to who is live."""
        if not self._by_log:
            return
        touched: dict[Subscription, None] = {}
        for index, (entry, recno, *_) in enumerate(burst.commit.appended):
            for subscription in self._by_log.get(entry.name, ()):
                touched[subscription] = None
                if not subscription.offer(recno, burst.encoded(index)):
                    self._counters.fell_behind += 1
                    self._catch_up(subscription)
        for subscription in touched:
            subscription.flush(self._counters)
            if subscription.done and subscription.task is None:
                self.end(subscription)

    def end(self, reader: Subscription) -> bool:
        """Let a subscription go; return whether it was held."""
        if not super().end(reader):
            return False
        log = self._by_log[reader.request.name]
        del log[reader]
        if not log:
            del self._by_log[reader.request.name]
        self._counters.subscriptions -= 1
        return True

    def _catch_up(self, subscription: Subscription) -> None:
        name = f"gdp subscription to {printable(subscription.request.name)}"
        self.start(subscription, self._until_live(subscription), name=name)

    async def _until_live(self, subscription: Subscription) -> None:
        await subscription.catch_up(self._reads, self._counters)
        subscription.task = None
        if subscription.done:
            self.end(subscription)
