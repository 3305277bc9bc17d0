"""The primer: reads the messages about messages first, where older history comes log by log.

In order of logged time a config comes before what it describes. Log by log it may come long after it: so all logs that
teach are read to their ends before any other record is decoded. Each fact counts from its own logged time on, so that
what is learned too early does no harm, and the rows are those that following gave.
"""

from collections.abc import Awaitable, Callable
from contextlib import aclosing

from api.follow.parts import Parts
from api.readmodel.model import ReadModel
from gdp.catalogue import LogEntry
from gdp.client import GdpClient
from gdp.errors import NotFound
from ingest.decode import teaches
from ingest.envelope import unpack

Primer = Callable[[int], Awaitable[None]]
"""Learns everything logged after a time in ns."""


async def prime(client: GdpClient, model: ReadModel, after: int) -> None:
    """Learn from all logs of the catalogue that teach; their records come again by the feed, which changes nothing.

    Raises:
        GdpError: the log server does not answer.
    """
    for topic in filter(teaches, model.catalogue.topics()):
        for entry in model.catalogue.logs_of(topic):
            await _learn_log(client, model, entry, topic, after)


async def _learn_log(client: GdpClient, model: ReadModel, entry: LogEntry, topic: str, after: int) -> None:
    parts = Parts()
    try:
        async with aclosing(client.read_by_ts(entry.name, after + 1)) as datums:
            async for datum in datums:
                records = parts.join(entry.id, datum.data, datum.ts)
                if records is not None:
                    model.known.take(topic, unpack(records), datum.ts)
    except NotFound:
        return  # no record after that time, or the log was taken away meanwhile
