"""How far logs went at a position: their last records there, with the hashes that prove all before them."""

import asyncio
import functools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from api.datasets.pin import Tip
from api.errors import StoreUnavailable
from api.readmodel.newest import newest
from api.readmodel.selection import Selector
from api.services import Services
from api.store_reader import StoreReader
from api.web.ground import Ground
from gdp.catalogue import LogEntry
from gdp.datum import LogHash
from gdp.names import printable

ASKED_MAX = 256
"""Tips that are asked for at one time."""


class Reached(NamedTuple):
    """The last record of each log at a position, by the log's short id; and what read the logs."""

    recnos: dict[int, int]
    decoders: tuple[str, ...]


async def reached(services: Services, ground: Ground, topics: Sequence[str]) -> Reached:
    """How far the logs of these topics went at the ground's position. Logs without a record there are left out."""
    look = functools.partial(_look, ground, _numbers(ground.selector, topics))
    return await services.pools.run(look, heavy=True)


def _numbers(selector: Selector, topics: Iterable[str]) -> list[int]:
    return sorted(number for topic in topics for number in selector.series_of(topic).all_numbers())


def _look(ground: Ground, numbers: list[int]) -> Reached:
    view = ground.view
    recnos: dict[int, int] = {}
    decoders = set()
    for row in newest(view, np.array(numbers, np.int32), "logged").unpack():
        key = view.keys[row.series]
        recnos[key.log] = max(recnos.get(key.log, 0), row.recno)
        decoders.add(key.decoder)
    return Reached(recnos, tuple(sorted(decoders)))


async def tips_of(
    reader: StoreReader, entries: Sequence[LogEntry], recnos: dict[int, int], *, named: bool
) -> tuple[Tip, ...]:
    """The tips of these logs, in the order of their names; with their topics if `named`.

    Raises:
        StoreUnavailable: the log server does not answer, or does not have one of the records.
    """
    found: list[Tip] = []
    for first in range(0, len(entries), ASKED_MAX):
        asked = entries[first : first + ASKED_MAX]
        found += await asyncio.gather(*(_tip(reader, entry, recnos[entry.id], named=named) for entry in asked))
    return tuple(sorted(found))


async def _tip(reader: StoreReader, entry: LogEntry, recno: int, *, named: bool) -> Tip:
    records, metadata = await reader.range(entry.name, recno, 1), await reader.metadata(entry)
    if not records or metadata is None:
        raise StoreUnavailable(f"the log server does not have record {recno} of log {printable(entry.name)}")
    digest = LogHash(metadata.name, metadata.blob).hash(records[0])
    return Tip(printable(entry.name), entry.topic if named else None, recno, digest.hex())
