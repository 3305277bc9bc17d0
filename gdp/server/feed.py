"""One follower of the whole store, in order of logged time, with watermarks (gdp-protocol §17).

Like a subscription it is a cursor: live while the follower keeps up, else served from the commits still in memory, else
from commit-log segments; what is older than the oldest segment comes log by log, the catalogue first.
"""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from itertools import islice

from gdp.catalogue import Kind
from gdp.codes import Cmd
from gdp.datum import Datum
from gdp.datumcodec import encode_datum
from gdp.errors import Older
from gdp.messages import Success
from gdp.names import GdpName
from gdp.server.burst import Burst
from gdp.server.counters import Counters
from gdp.server.readers import Reader
from gdp.server.reads import Reads
from gdp.server.recent import Recent
from gdp.server.replies import Request, chunked
from gdp.store import LogInfo

Frame = list[tuple[GdpName, Datum, int]]

FRAMES_AT_A_TIME = 64
"""Frames read in one go at most; `Reads.batch_bytes` ends it earlier."""


class Feed(Reader):
    """A cursor over the store: everything with a logged time ≤ `cursor` was sent."""

    def __init__(self, request: Request, *, after: int) -> None:
        super().__init__(request)
        self.cursor = after
        self.live = False
        self._slow = True  # it has not been live yet, which is not its fault

    def offer(self, burst: Burst, counters: Counters) -> bool:
        """Take a commit; return False if the follower must now catch up, or take it in turn, for it is large."""
        commit, connection = burst.commit, self.replies.connection
        if commit.last <= self.cursor:
            return True
        if not self.live:
            if connection.congested:
                self._note_slow(counters)
            return True
        if not commit.previous <= self.cursor < commit.first or connection.congested:
            self._note_slow(counters)
            self.live = False
        elif burst.feed_bytes > connection.write_ahead_bytes:
            self.live = False
        else:
            counters.sent += len(commit.appended)
            self.cursor = last = commit.last
            connection.send(self.replies.contents(burst.feed_chunks) + self.replies.watermark(last))
        return self.live

    def _note_slow(self, counters: Counters) -> None:
        """Count it as too slow, once until it is live again."""
        counters.fell_behind += not self._slow
        self._slow = True

    def idle(self, watermark: int, position: int) -> None:
        """Send a watermark to a follower that has everything up to the store's position.

        One that is still catching up may have to wait long for its next record: it gets a sign of life.
        """
        if self.replies.connection.congested:
            return
        if not self.live:
            self.replies.send(Cmd.ACK_SUCCESS, Success())
        elif position <= self.cursor < watermark:
            self.replies.connection.send(self._watermark(watermark))

    async def catch_up(self, reads: Reads, recent: Recent, counters: Counters) -> None:
        """Send what was committed until the cursor meets what is committed now; the feed is live then."""
        while (bursts := recent.after(self.cursor)) != []:
            if bursts is None:
                await self._from_store(reads, counters)
                continue
            for burst in bursts:
                await self._in_turn(burst.feed_chunks, burst.commit.last, counters)
        self.live, self._slow = True, False  # decided on the loop: the next commit is offered after this

    async def _from_store(self, reads: Reads, counters: Counters) -> None:
        try:
            await self._from_segments(reads, counters)
        except Older as older:
            await self._log_by_log(reads, counters, older.snapshot)

    async def _from_segments(self, reads: Reads, counters: Counters) -> None:
        frames = reads.store.frames(self.cursor)
        while taken := await reads.call(partial(_take, frames, reads.batch_bytes)):
            records = [record for frame in taken for record in frame]
            encoded = [encode_datum(datum, log, logged) for log, datum, logged in records]
            await self._in_turn(chunked(encoded, many=True), records[-1][2], counters)

    async def _log_by_log(self, reads: Reads, counters: Counters, snapshot: int) -> None:
        logs = await reads.call(reads.store.logs)
        for log in sorted(logs, key=lambda log: log.id):
            async for datums in self._records_of(log, reads, snapshot):
                await self._send(chunked([encode_datum(datum, log.name) for datum in datums], many=True), counters)
        await self.replies.connection.send_in_turn(self._watermark(snapshot))

    async def _records_of(self, log: LogInfo, reads: Reads, snapshot: int) -> AsyncIterator[list[Datum]]:
        """Yield a log's records up to the snapshot; in our own logs a record's time is its logged time."""
        if log.kind is Kind.FOREIGN:
            async for datums in reads.by_recno(log.name, 1, log.tip_recno):
                yield datums
            return
        async for datums in reads.by_ts(log.name, self.cursor + 1, None):
            within = [datum for datum in datums if datum.ts <= snapshot]
            if within:
                yield within
            if len(within) < len(datums):
                return

    async def _in_turn(self, chunks: list[list[bytes]], until: int, counters: Counters) -> None:
        """Send what there is up to a logged time (ns), and then the promise that this was all."""
        await self._send(chunks, counters)
        await self.replies.connection.send_in_turn(self._watermark(until))

    async def _send(self, chunks: list[list[bytes]], counters: Counters) -> None:
        for chunk in chunks:
            counters.sent += len(chunk)
            await self.replies.connection.send_in_turn(self.replies.contents([chunk]))

    def _watermark(self, ts: int) -> bytes:
        self.cursor = ts
        return self.replies.watermark(ts)


def _take(frames: Iterator[Frame], bytes_max: int) -> list[Frame]:
    taken: list[Frame] = []
    size = 0
    for frame in islice(frames, FRAMES_AT_A_TIME):
        taken.append(frame)
        size += sum(len(datum.data) for _, datum, _ in frame)
        if size >= bytes_max:
            break
    return taken
