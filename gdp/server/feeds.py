"""All followers of the feed: what they get at each commit, and watermarks while nothing happens (gdp-protocol §17)."""

from collections.abc import Callable

from gdp.codes import Cmd
from gdp.messages import Success
from gdp.server.burst import Burst
from gdp.server.counters import Counters
from gdp.server.feed import Feed
from gdp.server.readers import Readers
from gdp.server.reads import Reads
from gdp.server.recent import Recent
from gdp.server.replies import Request
from gdp.settings import ServerSettings


class Feeds(Readers[Feed]):
    """The feed's followers at one server."""

    def __init__(
        self, reads: Reads, settings: ServerSettings, counters: Counters, *, monotonic: Callable[[], float]
    ) -> None:
        super().__init__(settings, counters, monotonic=monotonic)
        self._reads = reads
        self._recent = Recent(reads.store.position, settings.feed_recent_bytes)

    def add(self, request: Request, ts: int | None) -> None:
        """Acknowledge and begin to follow from `ts` (ns) on; None = only what comes, 0 = everything.

        The same client and rid again is a refresh. Over its own connection nothing can have been lost, so that the
        cursor stays; over another router the feed begins again from `ts`.

        Raises:
            BadRequest: no request id.
        """
        position = self._reads.store.position
        known = self.find(request)
        if known is not None and request.direct:
            self.renew(known)
            known.replies.send(Cmd.ACK_SUCCESS, Success())  # with a time it would be a watermark
            return
        fresh = Feed(request, after=position if ts is None else max(ts - 1, 0))
        self.hold(fresh)
        self._counters.feeds += 1
        fresh.replies.send(Cmd.ACK_SUCCESS, Success(ts=position) if known is None else Success())
        self._catch_up(fresh)

    def on_commit(self, burst: Burst) -> None:
        """Hand a commit to who is live."""
        self._recent.add(burst)
        for known in self:
            if not known.offer(burst, self._counters):
                self._catch_up(known)

    def tell_watermarks(self) -> None:
        """Send followers that have everything the promise that nothing older is still to come."""
        if not self._counters.feeds:
            return
        store = self._reads.store
        watermark = store.watermark()
        position = store.position  # after the watermark: a commit between the two is then not passed over
        for known in self:
            known.idle(watermark, position)

    def end(self, reader: Feed) -> bool:
        """Let a follower go; return whether it was held."""
        if not super().end(reader):
            return False
        self._counters.feeds -= 1
        return True

    def _catch_up(self, feed: Feed) -> None:
        self.start(feed, self._until_live(feed), name="gdp feed")

    async def _until_live(self, feed: Feed) -> None:
        await feed.catch_up(self._reads, self._recent, self._counters)
        feed.task = None
