"""One reader's subscription to one log: from history into live records without a gap or a duplicate (§5).

A subscription is a cursor. While it is *live*, records are handed to it as they are committed. A reader that does not
take them falls back to reading from the store, at its own pace; nothing queues for it and nobody waits for it.
"""

from typing import NamedTuple

from gdp.datum import Datum
from gdp.datumcodec import encode_datum
from gdp.server.counters import Counters
from gdp.server.readers import Reader
from gdp.server.reads import Reads
from gdp.server.replies import Request, chunked


class Wanted(NamedTuple):
    """What a SUBSCRIBE asks for: records from number `start` on, `limit` of them (None = for ever).

    `relative` says that the start was not given as a number but counted from the end, `many` that several records in
    one PDU are welcome.
    """

    start: int
    limit: int | None
    many: bool
    relative: bool


class Subscription(Reader):
    """A cursor over one log.

    `next` is the number of the next record to send, `left` how many more (None = no limit).
    """

    def __init__(self, request: Request, wanted: Wanted, *, tip: int) -> None:
        super().__init__(request)
        self.next = wanted.start
        self.left = wanted.limit
        self.live = wanted.start > tip
        self._wanted = wanted
        self._sent = 0
        self._seen = tip  # the highest record number that is known to be durable
        self._batch: list[bytes] = []

    def covers(self, wanted: Wanted) -> bool:
        """Tell whether everything that is wanted was sent by this subscription, or will be."""
        return wanted.relative or self._wanted.start <= wanted.start <= self.next

    @property
    def done(self) -> bool:
        """True when as many records were sent as were asked for."""
        return self.left == 0

    def offer(self, recno: int, encoded: bytes) -> bool:
        """Take a record just committed; return False if the reader must now catch up from the store."""
        self._seen = max(self._seen, recno)
        if not self.live or recno < self.next or self.done:
            return True
        if recno > self.next or self.replies.connection.congested:
            self.live = False
            return False
        self._batch.append(encoded)
        self._advance(recno, 1)
        return True

    def flush(self, counters: Counters) -> None:
        """Send what `offer` took."""
        if self._batch:
            counters.sent += len(self._batch)
            data = self.replies.contents(chunked(self._batch, many=self._wanted.many))
            self.replies.connection.send(data + self._end() if self.done else data)
            self._batch = []

    async def catch_up(self, reads: Reads, counters: Counters) -> None:
        """Send from the store until the cursor meets what is committed now; the subscription is live then."""
        pace = reads.pace()
        while not self.done:
            datums = await reads.page(self.request.name, self.next, pace, self.left)
            if datums:
                await self._send(datums, counters)
            elif self._seen < self.next:
                self.live = True  # decided on the loop: the next commit is offered after this
                return

    async def _send(self, datums: list[Datum], counters: Counters) -> None:
        self._advance(datums[-1].recno, len(datums))
        data = self.replies.contents(chunked(map(encode_datum, datums), many=self._wanted.many))
        counters.sent += len(datums)
        await self.replies.connection.send_in_turn(data + self._end() if self.done else data)

    def _advance(self, recno: int, count: int) -> None:
        self.next = recno + 1
        self._sent += count
        if self.left is not None:
            self.left -= count

    def _end(self) -> bytes:
        return self.replies.end(self._sent)
