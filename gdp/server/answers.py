"""Reads of one log and where its subscriptions begin: by number, by time, by hash (gdp-protocol §5)."""

from collections.abc import AsyncIterator

from gdp.datum import Datum
from gdp.datumcodec import encode_datum
from gdp.errors import BadOption, BadRequest, GdpError, NotFound
from gdp.messages import ByHash, ByRecno, ByTs
from gdp.server.counters import Counters
from gdp.server.reads import Reads
from gdp.server.replies import Replies, Request, chunked
from gdp.server.subscription import Wanted
from gdp.server.subscriptions import Subscriptions
from gdp.store import LogInfo

ALL = -1


class Answers:
    """Answers READ commands, and finds where a SUBSCRIBE begins."""

    def __init__(self, reads: Reads, counters: Counters) -> None:
        self._reads = reads
        self._counters = counters

    async def read(self, request: Request, log: LogInfo) -> None:
        """Send one record, or a range and its end; a refusal if there is nothing."""
        try:
            match request.message.body:
                case ByRecno(int(recno), count, many):
                    first = recno if recno >= 0 else self._from_end(log, recno)
                    datums = self._reads.by_recno(log.name, first, _limit(_checked(count)))
                    await self._range(request, datums, count, many=many)
                case ByTs(int(ts), count, many):
                    datums = self._reads.by_ts(log.name, ts, _limit(_checked(count)))
                    await self._range(request, datums, count, many=many)
                case ByHash(digest):
                    await self._range(request, _listed(await self._by_hash(log, digest)), 0, many=False)
                case _:
                    raise BadRequest("the command and its body do not fit")
        except GdpError as error:
            self._counters.refused += 1
            body = request.message.body
            request.refuse(error, body.recno if isinstance(body, ByRecno) and (body.recno or 0) >= 0 else None)

    async def subscribe(self, request: Request, log: LogInfo, subscriptions: Subscriptions) -> None:
        """Begin a subscription.

        Raises:
            BadOption: a negative count.
            NotFound: no record with this hash.
        """
        body = request.message.body
        if not isinstance(body, (ByRecno, ByTs, ByHash)):
            raise BadRequest("the command and its body do not fit")
        if (body.nrecs or 0) < 0:
            raise BadOption(f"a subscription cannot end after {body.nrecs} records")
        start, relative = await self._start(body, log)
        tip = self._tip(log)
        first = tip + 1 if start is None else start
        wanted = Wanted(start=max(first, 1), limit=body.nrecs or None, many=body.many, relative=relative)
        subscriptions.add(request, wanted, tip=tip)

    async def _start(self, body: ByRecno | ByTs | ByHash, log: LogInfo) -> tuple[int | None, bool]:
        """Return the number to begin at (None = the next one) and whether it depends on the tip of now."""
        match body:
            case ByRecno(recno):
                if not recno:
                    return None, True
                return (recno, False) if recno > 0 else (self._from_end(log, recno), True)
            case ByTs(ts):
                if ts is None:
                    return None, True
                found = await self._reads.call(lambda: self._reads.store.read_by_ts(log.name, ts, 1))
                return (found[0].recno, False) if found else (None, True)
            case ByHash(digest):
                return (await self._by_hash(log, digest)).recno, False

    def _from_end(self, log: LogInfo, recno: int) -> int:
        return max(self._tip(log) + 1 + recno, 1)

    def _tip(self, log: LogInfo) -> int:
        now = self._reads.store.log(log.name)
        return log.tip_recno if now is None else now.tip_recno

    async def _by_hash(self, log: LogInfo, digest: bytes) -> Datum:
        found = await self._reads.call(lambda: self._reads.store.read_by_hash(log.name, digest))
        if found is None:
            raise NotFound("no record with this hash")
        return found

    async def _range(
        self, request: Request, datums: AsyncIterator[list[Datum]], count: int | None, *, many: bool
    ) -> None:
        replies = Replies(request)
        sent = 0
        async for page in datums:
            sent += len(page)
            self._counters.sent += len(page)
            encoded = [encode_datum(datum) for datum in page]
            await request.connection.send_in_turn(replies.contents(chunked(encoded, many=many)))
        if sent == 0:
            raise NotFound("")
        if count != 0:
            await request.connection.send_in_turn(replies.end(sent))


def _checked(count: int | None) -> int:
    """Return the count of a READ: 0 = one record without an end, -1 = all.

    Raises:
        BadOption: below -1.
    """
    wanted = ALL if count is None else count
    if wanted < ALL:
        raise BadOption(f"cannot read {wanted} records")
    return wanted


def _limit(count: int) -> int | None:
    return None if count == ALL else max(count, 1)


async def _listed(datum: Datum) -> AsyncIterator[list[Datum]]:
    yield [datum]
