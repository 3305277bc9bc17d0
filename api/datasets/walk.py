"""Reading the logs of a dataset again, record by record, each checked against the chain that the pin's hash ends."""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

from api.datasets.pin import Pin, Tip
from api.datasets.rebuild import Rebuilt
from api.errors import StoreUnreadable
from api.readmodel.catalogue import Catalogue
from api.services import Services
from gdp.catalogue import LogEntry
from gdp.chain import Fault, Walk
from gdp.datum import Datum
from gdp.metadata import Metadata
from gdp.names import parse_name
from ingest.decode import teaches

PIECE_RECORDS = 1_000
PIECE_BYTES = 8 << 20


class LogFault(NamedTuple):
    """What is wrong with a record of a log."""

    log: str
    topic: str | None
    fault: Fault

    @property
    def sentence(self) -> str:
        """The same in words."""
        topic = f" ({self.topic})" if self.topic else ""
        return f"log {self.log}{topic}, record {self.fault.recno}, {self.fault.field}: {self.fault.reason}"


class Walked(NamedTuple):
    """What a walk over all logs found. Rows are good for nothing where a record is missing."""

    rebuilt: Rebuilt
    records: int
    faults: tuple[LogFault, ...]

    @property
    def whole(self) -> bool:
        """Whether every record could be read."""
        return not any(each.fault.field == "missing" for each in self.faults)


async def walk(services: Services, catalogue: Catalogue, pin: Pin) -> Walked:
    """Read every record that the pin covers: logs that teach first.

    Raises:
        StoreUnavailable: the log server does not answer.
    """
    rebuilt = Rebuilt(catalogue)
    faults: list[LogFault] = []
    for tip in (*pin.context, *(tip for tip in pin.logs if tip.topic is not None and teaches(tip.topic))):
        faults += await _walk_one(services, catalogue, tip, rebuilt.learn)
    taught = {each.log for each in faults}
    for tip in pin.logs:
        found = await _walk_one(services, catalogue, tip, rebuilt.read)
        faults += [] if tip.log in taught else found
    return Walked(rebuilt, sum(tip.recno for tip in (*pin.context, *pin.logs)), tuple(faults))


Take = Callable[[LogEntry, str, Sequence[Datum]], None]


async def _walk_one(services: Services, catalogue: Catalogue, tip: Tip, take: Take) -> list[LogFault]:
    entry = catalogue.log(parse_name(tip.log))
    metadata = None if entry is None else await services.reader.metadata(entry)
    if entry is None or metadata is None or entry.topic is None:
        return [LogFault(tip.log, tip.topic, Fault(tip.recno, "missing", "the store has no such log any more"))]
    if tip.topic not in (None, entry.topic):
        return [LogFault(tip.log, tip.topic, Fault(0, "metadata", "the log is that of another topic"))]
    found = await _check(services, metadata, tip, functools.partial(take, entry, entry.topic))
    # Not the entry's: of logs that only teach, whoever asks need not know the topic.
    return [LogFault(tip.log, tip.topic, each) for each in found]


async def _check(
    services: Services, metadata: Metadata, tip: Tip, take: Callable[[Sequence[Datum]], None]
) -> list[Fault]:
    # The pin vouches for its last record, and so for all before it, as a seal does.
    checked = Walk(metadata, seals={tip.recno: bytes.fromhex(tip.hash)})
    last = 0

    def work(datums: Sequence[Datum]) -> None:
        for datum in datums:
            checked.add(datum)
        take(datums)

    while last < tip.recno:
        count = min(PIECE_RECORDS, tip.recno - last)
        try:
            piece = await services.reader.range(metadata.name, last + 1, count, bytes_max=PIECE_BYTES)
        except StoreUnreadable as fault:
            return [*checked.finish().faults[:1], Fault(last + 1, "missing", str(fault))]
        if not piece:
            return [Fault(last + 1, "missing", f"the log ends there; it went to record {tip.recno}")]
        await services.pools.run(functools.partial(work, piece), heavy=True)
        last = piece[-1].recno
    return [_as_pinned(fault) for fault in checked.finish().faults]


def _as_pinned(fault: Fault) -> Fault:
    return fault._replace(field="hash", reason="is not the record that was pinned") if fault.field == "seal" else fault
