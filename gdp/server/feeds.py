"""All followers of the feed: what they get at each commit, and watermarks while nothing happens (gdp-protocol §17)."""

import asyncio
from collections.abc import Callable

from gdp.codes import Cmd
from gdp.errors import BadRequest
from gdp.messages import Success
from gdp.server.burst import Burst
from gdp.server.connection import Connection
from gdp.server.counters import Counters
from gdp.server.feed import Feed
from gdp.server.reads import Reads
from gdp.server.recent import Recent
from gdp.server.replies import Request
from gdp.server.subscriptions import SUBSCRIPTION_LOST
from gdp.settings import ServerSettings

Key = tuple[Connection, bytes, int]  # connection, client, rid


class Feeds:
    """The feed's followers at one server."""

    def __init__(
        self, reads: Reads, settings: ServerSettings, counters: Counters, *, monotonic: Callable[[], float]
    ) -> None:
        self._reads = reads
        self._settings = settings
        self._counters = counters
        self._monotonic = monotonic
        self._recent = Recent(reads.store.position, settings.feed_recent_bytes)
        self._feeds: dict[Key, Feed] = {}

    def add(self, request: Request, ts: int | None) -> None:
        """Acknowledge and begin to follow from `ts` (ns) on; None = only what comes, 0 = everything.

        The same client and rid again is a refresh. Over its own connection nothing can have been lost, so that the
        cursor stays; over another router the feed begins again from `ts`.

        Raises:
            BadRequest: no request id.
        """
        if request.message.rid == 0:
            raise BadRequest("the feed needs a request id")
        position = self._reads.store.position
        key = _key(request)
        known = self._feeds.get(key)
        if known is not None and request.direct:
            known.refreshed = self._monotonic()
            known.replies.send(Cmd.ACK_SUCCESS, Success())  # with a time it would be a watermark
            return
        fresh = Feed(request, after=position if ts is None else max(ts - 1, 0))
        if known is not None:
            fresh.replies = known.replies
            self._end(known)
        fresh.refreshed = self._monotonic()
        self._feeds[key] = fresh
        self._counters.feeds += 1
        fresh.replies.send(Cmd.ACK_SUCCESS, Success(ts=position))
        self._start(fresh)

    def remove(self, request: Request) -> None:
        """End the feed with this client and rid, if there is one."""
        known = self._feeds.get(_key(request))
        if known is not None:
            self._end(known)

    def remove_all(self, request: Request) -> None:
        """End all feeds of this client (CLOSE)."""
        for known in tuple(self._feeds.values()):
            if known.request.connection is request.connection and known.request.client == request.client:
                self._end(known)

    def forget(self, connection: Connection) -> None:
        """End all feeds of a connection that ended."""
        for known in tuple(self._feeds.values()):
            if known.request.connection is connection:
                self._end(known)

    def on_commit(self, burst: Burst) -> None:
        """Hand a commit to who is live."""
        self._recent.add(burst)
        for known in self._feeds.values():
            if not known.offer(burst, self._counters):
                self._counters.fell_behind += 1
                self._start(known)

    def tell_watermark(self) -> None:
        """Send followers that have everything the promise that nothing older is still to come."""
        if self._feeds:
            store = self._reads.store
            watermark = store.watermark()
            position = store.position  # after the watermark: a commit between the two is then not passed over
            for known in self._feeds.values():
                known.idle(watermark, position)

    def expire(self) -> None:
        """End what came through another router and was not refreshed."""
        oldest = self._monotonic() - self._settings.subscription_lifetime_s
        for known in tuple(self._feeds.values()):
            if known.refreshed < oldest and not known.request.direct:
                self._counters.expired += 1
                self._lose(known)

    def lose_all(self) -> None:
        """Tell all followers that the server goes."""
        for known in tuple(self._feeds.values()):
            self._lose(known)

    def _lose(self, known: Feed) -> None:
        known.replies.send(SUBSCRIPTION_LOST)
        self._end(known)

    def _start(self, feed: Feed) -> None:
        feed.task = feed.request.connection.start(self._catch_up(feed), name="gdp feed")

    async def _catch_up(self, feed: Feed) -> None:
        await feed.catch_up(self._reads, self._recent, self._counters)
        feed.task = None

    def _end(self, feed: Feed) -> None:
        del self._feeds[_key(feed.request)]
        self._counters.feeds -= 1
        if feed.task is not None and feed.task is not asyncio.current_task():
            feed.task.cancel()


def _key(request: Request) -> Key:
    return (request.connection, request.client, request.message.rid)
