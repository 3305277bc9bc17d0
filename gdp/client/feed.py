"""Following the whole store on a connection of its own (gdp-protocol §17).

The connection is read only as fast as the consumer goes on: TCP holds the server back, and the server then reads from
its segments at the consumer's pace. Nothing is lost or told twice over reconnections.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import NamedTuple

from gdp.backoff import Backoff
from gdp.client.calls import refusal
from gdp.client.link import Link
from gdp.codes import NAK_FIRST, NAK_SERVER_FIRST, Cmd
from gdp.errors import ConnectionLost, NoRoute, ProtocolError
from gdp.messages import ByTs, Content, Message, Record, Success
from gdp.names import GdpName, printable
from gdp.pdu import Pdu, PduType
from gdp.settings import ClientSettings
from gdp.wire import decode

_RID = 1  # the connection carries nothing else


class FeedRecords(NamedTuple):
    """Records as (log name, datum, logged time in ns), in order of logged time; log by log in older history."""

    records: list[Record]


class Watermark(NamedTuple):
    """Nothing with a logged time at or before `ns` is still to come: the position to resume from."""

    ns: int


class Interruption(NamedTuple):
    """The connection ended, for this reason; the feed goes on by itself, without a gap, once there is one again."""

    reason: str


FeedItem = FeedRecords | Watermark | Interruption


class Feed:
    """A follower's state, which outlives its connections.

    `_told` says for each log the last record told since the last watermark: after a reconnection the server begins at
    that watermark again.
    """

    def __init__(self, host: str, port: int, *, server: GdpName, after: int | None, settings: ClientSettings) -> None:
        self._host = host
        self._port = port
        self._server = server
        self._after = after
        self._settings = settings
        self._told: dict[bytes, int] = {}
        self._acknowledged = False

    async def follow(self, backoff: Backoff) -> AsyncGenerator[FeedItem, None]:
        """Yield records, watermarks and interruptions for ever.

        Raises:
            NoRoute: the server there has another name.
            GdpError: it refuses the feed.
        """
        while True:
            try:
                async with aclosing(self._one_connection()) as items:
                    async for item in items:
                        backoff.reset()
                        yield item
            except (ConnectionLost, ProtocolError) as error:
                yield Interruption(str(error))
                await asyncio.sleep(backoff.next_s())

    async def _one_connection(self) -> AsyncGenerator[FeedRecords | Watermark, None]:
        name = secrets.token_bytes(32)
        link = await Link.open(self._host, self._port, name=name, timeout_s=self._settings.request_timeout_s)
        try:
            self._acknowledged = False
            self._ask(link)
            renewed = asyncio.get_running_loop().time()
            while True:
                for pdu in await self._receive(link):
                    item = self._understand(pdu)
                    if item is not None:
                        yield item
                now = asyncio.get_running_loop().time()
                if now - renewed >= self._settings.refresh_interval_s:
                    self._ask(link)
                    renewed = now
        finally:
            link.close()

    def _ask(self, link: Link) -> None:
        ts = None if self._after is None else self._after + 1 if self._after else 0
        link.send(self._server, Message(Cmd.SUBSCRIBE_BY_TS, _RID, ByTs(ts, 0)))

    async def _receive(self, link: Link) -> list[Pdu]:
        """Wait for PDUs; a feed is never silent for long, so silence means a dead connection.

        Raises:
            ConnectionLost: nothing came in time.
        """
        try:
            async with asyncio.timeout(self._settings.request_timeout_s):
                return await link.receive()
        except TimeoutError as error:
            raise ConnectionLost("the feed fell silent") from error

    def _understand(self, pdu: Pdu) -> FeedRecords | Watermark | None:
        if pdu.type == PduType.NO_ROUTE:
            raise NoRoute(f"no server {printable(self._server)} at {self._host}:{self._port}")
        message = decode(pdu.payload)
        if isinstance(message.body, Content):
            fresh = [record for record in message.body.records if self._is_new(record)]
            return FeedRecords(fresh) if fresh else None
        if message.cmd >= NAK_SERVER_FIRST:
            raise ConnectionLost(f"the server ended the feed: {refusal(message)}")
        if message.cmd >= NAK_FIRST:
            raise refusal(message)
        return self._acknowledgement(pdu.seq, message.body)

    def _acknowledgement(self, seq: int, body: object) -> Watermark | None:
        """Tell watermarks from the answer to SUBSCRIBE, which says the position of now and is the request's first."""
        first, self._acknowledged = not self._acknowledged or seq == 0, True
        if not isinstance(body, Success) or body.ts is None:
            return None
        if first:
            if self._after is None:
                self._after = body.ts
            return None
        self._after = body.ts
        self._told.clear()
        return Watermark(body.ts)

    def _is_new(self, record: Record) -> bool:
        if record.datum.recno <= self._told.get(record.log, 0):
            return False
        self._told[record.log] = record.datum.recno
        return True
