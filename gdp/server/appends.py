"""CREATE and APPEND over the wire; the store decides what may be stored (gdp-protocol §12)."""

import asyncio
import math

from gdp.codes import Cmd
from gdp.committer import Committer
from gdp.errors import BadRequest, GdpError
from gdp.messages import NO_TIME, Append, Success
from gdp.messages import Create as CreateBody
from gdp.metadata import Metadata
from gdp.server.counters import Counters
from gdp.server.replies import Request
from gdp.store import Create, ForeignAppend, Item, LogInfo, Results


class Appends:
    """Hands what clients write to the committer; acknowledges when it is durable."""

    def __init__(self, committer: Committer, counters: Counters) -> None:
        self._committer = committer
        self._counters = counters

    async def create(self, request: Request) -> None:
        """Create a log whose name is its metadata's hash.

        Raises:
            BadRequest: it is not, or there is no metadata.
        """
        body = request.message.body
        if not isinstance(body, CreateBody):
            raise BadRequest("CREATE carries metadata and a log name")
        metadata = Metadata.parse(body.metadata)
        if body.name and metadata.name != body.name:
            raise BadRequest("the log's name is not the SHA-256 of its metadata")
        await self._submit(request, Create(metadata), Cmd.ACK_CREATED, 0)

    async def append(self, request: Request, log: LogInfo) -> None:
        """Extend a log, all records or none.

        Raises:
            BadRequest: no records, or one without a time or with an accuracy that would not read back the same.
        """
        body = request.message.body
        if not isinstance(body, Append) or not body.datums:
            raise BadRequest("APPEND carries records")
        for datum in body.datums:
            if datum.ts == NO_TIME:
                raise BadRequest(f"record {datum.recno} carries no time that would read back the same")
            if not 0 <= datum.accuracy < math.inf or math.copysign(1, datum.accuracy) < 0:
                raise BadRequest(f"record {datum.recno} has an accuracy that is no number of seconds")
        item = ForeignAppend(log.name, body.datums)
        await self._submit(request, item, Cmd.ACK_SUCCESS, len(body.datums))

    async def _submit(self, request: Request, item: Item, ack: Cmd, records: int) -> None:
        await self._committer.room()
        stored = self._committer.submit([item])  # in the order in which the client sent them
        await request.connection.in_background(self._answer(request, stored, ack, records), name="gdp append")

    async def _answer(self, request: Request, stored: "asyncio.Future[Results]", ack: Cmd, records: int) -> None:
        (result,) = await asyncio.shield(stored)
        if isinstance(result, GdpError):
            self._counters.refused += 1
            request.refuse(result)
            return
        self._counters.appended += records
        body = Success(recno=result.recno, ts=result.ts, hash=result.hash) if records else Success()
        request.reply(ack, body)
