"""One event stream: catches up out of the read model, follows the feed, and falls back when it is too slow."""

import asyncio
import functools
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple

from api.accounts.caller import Within
from api.errors import StoreUnavailable
from api.live.catch_up import Caught, messages_after
from api.live.coalesce import Coalescer
from api.live.hub import Queue
from api.live.record import LiveRecord, Payload, event, event_data
from api.readmodel.selection import Wanted
from api.services import Home, Services
from api.web.positions import position_text
from api.web.problem import Problem
from ingest.filters import FilterSet

RETRY_MS = 1_000
CHUNK_BYTES = 32_768
COMMENT = b": still here\n\n"


class StreamRequest(NamedTuple):
    """What a reader asked for. `since`: the last position it has, in ns."""

    filters: tuple[str, ...]
    fields: tuple[str, ...]
    since: int
    restored: bool
    """Whether that was a position of a history that a restore ended."""
    payload: Payload
    style: str
    latest_every_ms: int | None
    account: str
    within: Within
    permitted: Callable[[], bool]
    """Whether the reader may still have it."""


class Stream:
    """Gives the bytes of the stream. A reader that reconnects gets a new one, with the last id it saw as `since`."""

    def __init__(self, services: Services, home: Home, request: StreamRequest) -> None:
        self._services = services
        self._home = home
        self._request = request
        self._position = request.since
        self._coalescer = (
            Coalescer(request.latest_every_ms / 1000, style=request.style, fields=request.fields)
            if request.latest_every_ms is not None
            else None
        )

    async def chunks(self) -> AsyncIterator[bytes]:
        """Everything, until the process stops or the reader goes."""
        hub = self._services.hub
        hub.readers[self._request.account] += 1
        try:
            yield b"retry: %d\n\n" % RETRY_MS
            if self._request.restored:
                position = self._position_text()
                yield event({"position": position, "present": self._present_text()}, position=position, name="restored")
            while not self._over:
                async for chunk in self._catch_up():
                    yield chunk
                async for chunk in self._attached():
                    yield chunk
        except (StoreUnavailable, Problem) as fault:
            # The reader comes back with the id that it has, and nothing is lost.
            yield f": {fault}\n\n".encode()
        finally:
            hub.leave(self._request.account)

    @property
    def _over(self) -> bool:
        return self._services.hub.closed or not self._request.permitted()

    async def _attached(self) -> AsyncIterator[bytes]:
        # Since the last look at the model nothing was awaited, so the queue begins where the model ended.
        hub, queue = self._services.hub, self._queue()
        hub.attach(queue)
        try:
            async for chunk in self._follow(queue):
                yield chunk
        finally:
            hub.detach(queue)
        if queue.overflowed:
            self._services.metrics.behind.inc()
            behind = {"position": self._position_text(), "present": self._present_text()}
            yield event(behind, name="behind")

    async def _catch_up(self) -> AsyncIterator[bytes]:
        while not self._over and self._position < self._home.model.view.position:
            caught = await self._read()
            async for chunk in self._encode(caught.records):
                yield chunk
            self._position = caught.position
            for chunk in self._tick():
                yield chunk

    async def _follow(self, queue: Queue) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        comment_s = self._services.settings.live_comment_s
        quiet_since = loop.time()
        while not (self._over or queue.overflowed or queue.broken):
            async for chunk in self._encode([each for each in queue.take() if each.logged > self._position]):
                yield chunk
                quiet_since = loop.time()
            quiet = [COMMENT] if loop.time() - quiet_since >= comment_s else []
            for chunk in self._tick() or quiet:
                yield chunk
                quiet_since = loop.time()
            due_s = self._coalescer.wait_s(loop.time()) if self._coalescer else None
            quiet_s = max(quiet_since + comment_s - loop.time(), 0.0)
            await queue.wait(quiet_s if due_s is None else min(due_s, quiet_s))

    async def _read(self) -> Caught:
        model = self._home.model
        wanted = Wanted(self._request.filters, within=self._request.within)
        ids = model.selector.select(wanted).all_ids
        query = functools.partial(messages_after, model.view, ids, model.catalogue, self._position)
        return await self._services.pools.run(query, heavy=False)

    async def _encode(self, records: Sequence[LiveRecord]) -> AsyncIterator[bytes]:
        """Take in messages in order; gives what is to be sent now, in chunks."""
        chunk = bytearray()
        while records:
            batch = await self._with_payloads(records)
            records = records[len(batch) :]
            for record in batch:
                chunk += self._take(record)
                if len(chunk) >= CHUNK_BYTES:
                    yield bytes(chunk)
                    chunk.clear()
        if chunk:
            yield bytes(chunk)

    def _take(self, record: LiveRecord) -> bytes:
        self._position = record.logged
        if self._coalescer is not None:
            self._coalescer.add(record)
            return b""
        data = event_data(record, self._request.payload, self._request.style, self._request.fields)
        return b"" if data is None else event(data, position=self._position_text())

    async def _with_payloads(self, records: Sequence[LiveRecord]) -> Sequence[LiveRecord]:
        """The first of `records`, with their payloads if those are asked for; at least one."""
        if self._request.payload == "decoded" or self._coalescer is not None:
            return records
        lacking = list(itertools.takewhile(lambda record: record.payload is None, records))
        if not lacking:
            return list(itertools.takewhile(lambda record: record.payload is not None, records))
        payloads = await self._services.reader.payloads(
            [(record.log, record.recno) for record in lacking],
            bytes_max=self._services.settings.live_queue_bytes_max,
        )
        # As many as the bound allows; the rest has its turn after these.
        return [record._replace(payload=payload) for record, payload in zip(lacking, payloads, strict=False)]

    def _tick(self) -> list[bytes]:
        taken = self._coalescer.take(asyncio.get_running_loop().time()) if self._coalescer else []
        return [event({"observations": taken}, position=self._position_text(), name="latest")] if taken else []

    def _queue(self) -> Queue:
        settings = self._services.settings
        chosen = (self._request.filters or ("#",), *self._request.within)
        return Queue(
            [FilterSet.parse(texts) for texts in chosen],
            messages_max=settings.live_queue_messages_max,
            bytes_max=settings.live_queue_bytes_max,
        )

    def _position_text(self) -> str:
        return position_text(self._home, self._position)

    def _present_text(self) -> str:
        return position_text(self._home, self._home.model.position)
