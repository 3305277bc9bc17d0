"""The asyncio client: requests and subscriptions to any number of logs over one connection."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import NamedTuple, Self

from gdp.client.calls import OneAnswer, RangeAnswer, first_datum
from gdp.client.feed import Feed, FeedItem
from gdp.client.session import Session
from gdp.client.subscription import Subscription
from gdp.codes import Cmd
from gdp.datum import Datum
from gdp.datumcodec import encode_append, encode_datum
from gdp.errors import NotFound, ProtocolError
from gdp.messages import Body, ByHash, ByRecno, ByTs, Create, Message, Open, Success
from gdp.metadata import Metadata
from gdp.names import GdpName
from gdp.settings import ClientSettings
from gdp.tasks import Background
from gdp.timecursor import TimeCursor
from gdp.wire import encode


class OpenLog(NamedTuple):
    """An open log: the number of its last record (0 = none), and its metadata."""

    recno: int
    metadata: Metadata


class Receipt(NamedTuple):
    """What a server says about an append; a C server tells the time only."""

    recno: int | None
    ts: int | None
    hash: bytes | None


class GdpClient:
    """Use as `async with GdpClient.connect(host, port) as client`.

    Requests wait for a connection within their timeout. Those under way when it ends fail with `ConnectionLost`;
    subscriptions and feeds go on by themselves, without a gap or a duplicate.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tasks = Background()
        self._runner: asyncio.Task[None] | None = None

    @classmethod
    def connect(
        cls,
        host: str,
        port: int,
        *,
        settings: ClientSettings | None = None,
        chance: Callable[[], float] = random.random,
    ) -> Self:
        """Return a client that connects when it is entered, and again whenever the connection ends."""
        return cls(Session(host, port, settings or ClientSettings(), chance))

    async def __aenter__(self) -> Self:
        """Start connecting; does not wait for it."""
        await self._tasks.__aenter__()
        self._runner = self._tasks.create_task(self._session.run(), name="gdp client")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection; requests under way fail."""
        assert self._runner is not None
        self._runner.cancel()
        await self._tasks.__aexit__(kind, error, trace)

    async def ping(self, server: GdpName) -> None:
        """Return when the server has answered.

        Raises:
            NoRoute: it is not there.
        """
        await self._ask(server, Cmd.PING)

    async def create(self, metadata: Metadata, *, server: GdpName) -> GdpName:
        """Create a log at a server and return its name.

        Raises:
            Conflict: it exists.
            NoRoute: no such server.
        """
        await self._ask(server, Cmd.CREATE, Create(metadata.blob, metadata.name))
        return metadata.name

    async def open(self, log: GdpName) -> OpenLog:
        """Return a log's last record number and its metadata, checked against its name.

        Raises:
            NoRoute: nobody serves it.
            ProtocolError: the metadata is another log's.
        """
        answer = await self._ask(log, Cmd.OPEN_READ, Open())
        if not isinstance(answer.body, Success) or answer.body.metadata is None:
            raise ProtocolError("the server opened the log without telling its metadata")
        metadata = Metadata.parse(answer.body.metadata)
        if metadata.name != log:
            raise ProtocolError("the server told the metadata of another log")
        return OpenLog(answer.body.recno or 0, metadata)

    async def append(self, log: GdpName, datums: Sequence[Datum]) -> Receipt:
        """Append records, all or none; durable when this returns. To a C server send one at a time (§11).

        Raises:
            OutOfSequence: they do not follow the last record.
            Conflict: another record has the first one's number.
            BadSignature: the log has a key, and the last record is not signed with it.
            Forbidden: the log belongs to a running sink.
            TooLarge: a record could not be read back.
        """
        encoded = [encode_datum(datum) for datum in datums]
        call = OneAnswer()
        rid = await self._session.send(log, call, lambda rid: encode_append(rid, encoded))
        body = (await self._session.answered(log, rid, call.answer)).body
        return Receipt(body.recno, body.ts, body.hash) if isinstance(body, Success) else Receipt(None, None, None)

    async def read(self, log: GdpName, recno: int) -> Datum:
        """Return one record; negative numbers count from the end.

        Raises:
            NotFound: there is none.
        """
        return first_datum(await self._ask(log, Cmd.READ_BY_RECNO, ByRecno(recno, 0)))

    async def read_by_hash(self, log: GdpName, digest: bytes) -> Datum:
        """Return the record with this hash.

        Raises:
            NotFound: there is none.
        """
        return first_datum(await self._ask(log, Cmd.READ_BY_HASH, ByHash(digest)))

    async def read_range(self, log: GdpName, first: int, count: int = -1) -> AsyncGenerator[Datum, None]:
        """Yield records from number `first` on (negative = from the end), `count` of them at most (-1 = all).

        They are asked for in pieces, so that a slow consumer neither piles them up nor holds up the connection.
        """
        left = count
        while left:
            asked = self._asked(left)
            datums = await self._range(log, Cmd.READ_BY_RECNO, ByRecno(first, asked, many=True))
            for datum in datums:
                yield datum
            if len(datums) < asked:
                return
            first = datums[-1].recno + 1
            left = left if left < 0 else left - len(datums)

    async def read_by_ts(self, log: GdpName, ts: int, count: int = -1) -> AsyncGenerator[Datum, None]:
        """Yield records with a time of `ts` (ns) or later, in order of time, `count` of them at most (-1 = all)."""
        cursor, left = TimeCursor(ts), count
        while left:
            asked = self._asked(left)
            found = await self._range(log, Cmd.READ_BY_TS, ByTs(cursor.ts, cursor.fetch(asked), many=True))
            full = len(found) == cursor.fetch(asked)
            for datum in cursor.take(found):
                yield datum
                left -= 1
            if not full:
                return

    async def subscribe(
        self, log: GdpName, start: int | None = None, count: int | None = None
    ) -> AsyncGenerator[Datum, None]:
        """Yield records from number `start` on and then as they come; `count` of them (None = for ever).

        `start` None = only what comes; negative = that many from the end. Goes on over lost connections.

        Raises:
            NoRoute: nobody serves the log (once it worked, that is waited out).
        """
        tip = (await self.open(log)).recno
        first = tip + 1 if start is None else start if start > 0 else max(tip + 1 + start, 1)
        async with aclosing(Subscription(self._session, log, first, count).records()) as records:
            async for datum in records:
                yield datum

    def feed(self, server: GdpName, after: int | None) -> AsyncGenerator[FeedItem, None]:
        """Follow a whole store of ours from a position on (ns; 0 = everything, None = only what comes).

        It has a connection of its own, which is read at the consumer's pace. Resume from the last `Watermark`.

        Raises:
            NoRoute: the server there has another name.
        """
        session = self._session
        feed = Feed(session.host, session.port, server=server, after=after, settings=session.settings)
        return feed.follow(session.backoff())

    def _asked(self, left: int) -> int:
        most = self._session.settings.range_records
        return most if left < 0 else min(left, most)

    async def _ask(self, name: GdpName, cmd: Cmd, body: Body = None) -> Message:
        call = OneAnswer()
        rid = await self._session.send(name, call, lambda rid: encode(Message(cmd, rid, body)))
        return await self._session.answered(name, rid, call.answer)

    async def _range(self, log: GdpName, cmd: Cmd, body: ByRecno | ByTs) -> list[Datum]:
        call = RangeAnswer()
        rid = await self._session.send(log, call, lambda rid: encode(Message(cmd, rid, body)))
        try:
            return await self._session.answered(log, rid, call.answer)
        except NotFound:
            return []
