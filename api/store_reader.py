"""Reading from the log server what the read model does not hold: payloads, datums, metadata.

Bounded, and on a connection that has nothing to do with the feed's.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import aclosing

from api.errors import StoreUnavailable, StoreUnreadable
from gdp.catalogue import LogEntry
from gdp.client import GdpClient, OpenLog
from gdp.datum import Datum
from gdp.errors import ConnectionLost, GdpError, NoRoute, NotFound, TimedOut
from gdp.metadata import Metadata
from gdp.names import GdpName
from ingest.envelope import Message, part_of, unpack

BATCH_FIRST = 16
BATCH_MAX = 256
"""Payloads that are fetched before the bound on their bytes is looked at: few, until it is seen that they are small."""
SPAN_FACTOR = 2
"""Records of one log are read as one range if that fetches at most this many times what is wanted."""

Wanted = tuple[GdpName, int]


class StoreReader:
    """Reads by (log, recno). At most `reads_max` requests are under way."""

    def __init__(self, client: GdpClient, *, reads_max: int) -> None:
        self._client = client
        self._slots = asyncio.Semaphore(reads_max)

    async def open(self, log: GdpName) -> OpenLog | None:
        """The log's metadata and last record number; None if nobody serves it."""
        try:
            async with self._slots:
                return await self._client.open(log)
        except (NoRoute, NotFound):
            return None
        except GdpError as fault:
            raise _unavailable(fault) from fault

    async def metadata(self, entry: LogEntry) -> Metadata | None:
        """The metadata of a log that is listed; None if nobody has it. The catalogue does not list its own.

        Raises:
            StoreUnavailable: the log server does not answer.
        """
        if entry.metadata:
            return Metadata.parse(entry.metadata)
        opened = await self.open(entry.name)
        return None if opened is None else opened.metadata

    async def range(self, log: GdpName, first: int, count: int, *, bytes_max: int | None = None) -> list[Datum]:
        """Records from number `first` on, at most `count`, and as many as stay within `bytes_max`, but at least one.

        Raises:
            StoreUnavailable: the log server does not answer.
        """
        found: list[Datum] = []
        size = 0
        try:
            async with self._slots, aclosing(self._client.read_range(log, first, count)) as datums:
                async for datum in datums:
                    size += len(datum.data)
                    if bytes_max is not None and size > bytes_max and found:
                        break
                    found.append(datum)
        except NotFound:
            return []
        except GdpError as fault:
            raise _unavailable(fault) from fault
        return found

    async def first_since(self, log: GdpName, ts: int) -> Datum | None:
        """The first record with a time of `ts` (ns) or later; None if there is none.

        Raises:
            StoreUnavailable: the log server does not answer.
        """
        try:
            async with self._slots, aclosing(self._client.read_by_ts(log, ts, 1)) as datums:
                return await anext(datums, None)
        except NotFound:
            return None
        except GdpError as fault:
            raise _unavailable(fault) from fault

    async def payloads(self, wanted: Sequence[Wanted], *, bytes_max: int) -> list[bytes]:
        """The payloads of the first of `wanted`: as many as stay within `bytes_max`, but at least one.

        Raises:
            StoreUnavailable: the log server does not answer, or does not have one of them.
        """
        return [message.payload for message in await self.messages(wanted, bytes_max=bytes_max)]

    async def messages(self, wanted: Sequence[Wanted], *, bytes_max: int) -> list[Message]:
        """The same, with what MQTT said beside the payload.

        Raises:
            StoreUnavailable: the log server does not answer, or does not have one of them.
        """
        messages: list[Message] = []
        size, count = 0, BATCH_FIRST
        while len(messages) < len(wanted):
            batch = wanted[len(messages) : len(messages) + count]
            found = await self._batch(batch)
            for each in batch:
                size += len(found[each].payload)
                if size > bytes_max and messages:
                    return messages
                messages.append(found[each])
            count = next_count(count, (bytes_max - size) * len(messages) // max(size, 1))
        return messages

    async def _batch(self, wanted: Sequence[Wanted]) -> dict[Wanted, Message]:
        recnos: dict[GdpName, set[int]] = defaultdict(set)
        for log, recno in wanted:
            recnos[log].add(recno)
        failed: Sequence[Exception] = ()
        try:
            async with asyncio.TaskGroup() as group:
                reading = {
                    log: group.create_task(self._messages(log, sorted(numbers)), name="read payloads")
                    for log, numbers in recnos.items()
                }
        except* StoreUnavailable as faults:
            failed = faults.exceptions
        if failed:
            raise failed[0]
        return {(log, recno): task.result()[recno] for log, task in reading.items() for recno in recnos[log]}

    async def _messages(self, log: GdpName, recnos: Sequence[int]) -> dict[int, Message]:
        datums: dict[int, Datum] = {}
        for run in _runs(recnos):
            datums |= {datum.recno: datum for datum in await self.range(log, run[0], run[-1] - run[0] + 1)}
        missing = [recno for recno in recnos if recno not in datums]
        if missing:
            raise StoreUnavailable(f"the log server does not have record {missing[0]} of a log that is listed")
        return {recno: await self._join(log, datums[recno]) for recno in recnos}

    async def _join(self, log: GdpName, last: Datum) -> Message:
        piece = part_of(last.data)
        if piece is None or piece[0] == 1:
            return unpack([last.data])
        before = await self.range(log, last.recno - piece[0] + 1, piece[0] - 1)
        return unpack([*(datum.data for datum in before), last.data])


def next_count(count: int, fitting: int) -> int:
    """How many payloads to fetch after `count`, where about `fitting` more of their size are within the bound."""
    return max(1, min(2 * count, fitting, BATCH_MAX))


def _runs(recnos: Sequence[int]) -> list[list[int]]:
    """Ascending numbers, cut where reading on would fetch much that nobody wants."""
    runs: list[list[int]] = []
    for recno in recnos:
        if runs and recno - runs[-1][0] < SPAN_FACTOR * (len(runs[-1]) + 1):
            runs[-1].append(recno)
        else:
            runs.append([recno])
    return runs


def _unavailable(fault: GdpError) -> StoreUnavailable:
    if isinstance(fault, ConnectionLost | TimedOut | NoRoute):
        return StoreUnavailable("the log server does not answer now; values are served, payloads and records are not")
    return StoreUnreadable(f"the log server cannot answer: {fault}")
