"""Read models on values, without a feed: rows are made from short descriptions, and asked as the routes ask."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from hypothesis import strategies as st

from api.follow.applier import Applier
from api.follow.primer import Primer
from api.follow.progress import Progress
from api.follow.sink_state import SinkState
from api.live.hub import Hub
from api.readmodel.disk import Source
from api.readmodel.filing import Filing
from api.readmodel.manifest import Stamp
from api.readmodel.model import ReadModel
from api.readmodel.page import PageRequest, key_of, page
from api.readmodel.selection import Wanted
from api.web.table import as_columns, as_objects
from api.web.table_rows import table_of
from gdp.catalogue import Kind, LogEntry, encode_entry
from gdp.datum import Datum
from gdp.messages import Record
from gdp.metadata import XID, Metadata
from gdp.names import GdpName

T = TypeVar("T")
CATALOGUE = GdpName(b"c" * 32)
SOURCE = Source(CATALOGUE, "abcdefgh", Stamp("test", "1"))
BASE = 1_700_000_000_000_000_000
TOPICS = ("a", "a/b", "home/x", "$hearthlog/sink")


class Said(NamedTuple):
    """One message: who, the payload, and how far logged time moves on."""

    topic: int
    payload: bytes
    step: int


PAYLOADS = st.one_of(
    st.sampled_from(
        [b"", b"1", b"2.5", b"ON", b"words", b"\xff\xfe", b'{"a": 1, "b": {"c": "x"}}', b"12345678901234567890"]
    ),
    # Device times of every kind: late, equal, ahead.
    st.integers(-3, 3).map(lambda at: b'{"v": %d, "time": %d}' % (at, BASE // 10**9 + at)),
)
SAID = st.lists(st.builds(Said, st.integers(0, len(TOPICS) - 1), PAYLOADS, st.sampled_from([1, 1, 10**9])), max_size=40)


def records_of(said: list[Said]) -> list[Record]:
    """The feed's records of these messages, with the catalogue's before each topic's first."""
    records: list[Record] = []
    logged = BASE
    names: dict[int, GdpName] = {}
    recnos: dict[int, int] = {}
    for each in said:
        logged += each.step
        if each.topic not in names:
            blob = Metadata.build([(XID, TOPICS[each.topic].encode())])
            names[each.topic] = blob.name
            entry = LogEntry(len(names), blob.name, Kind.TOPIC, TOPICS[each.topic], 1, logged, blob.blob)
            records.append(Record(CATALOGUE, Datum(len(names), logged, 0.0, None, encode_entry(entry), None), logged))
            logged += 1
        recnos[each.topic] = recnos.get(each.topic, 0) + 1
        datum = Datum(recnos[each.topic], logged, 0.0, None, each.payload, None)
        records.append(Record(names[each.topic], datum, logged))
    return records


def open_model(root: Path, *, tail_rows_max: int = 1_000_000) -> ReadModel:
    root.mkdir(parents=True, exist_ok=True)
    return ReadModel.open(root, SOURCE, tail_rows_max=tail_rows_max)


class Reader:
    """A read model with what feeds it."""

    def __init__(self, root: Path, primer: Primer | None = None) -> None:
        self.hub = Hub()
        self.progress = Progress()
        self.primer = primer or self._nothing
        self.use(open_model(root))

    def use(self, model: ReadModel) -> None:
        """Feed this model from now on."""
        self.model = model
        self.applier = Applier(model, self.hub, self.progress, SinkState(), slice_ms=1e9, primer=self.primer)

    async def _nothing(self, after: int) -> None:
        """Learn nothing before the rest."""

    async def take(self, records: list[Record], *, watermark: int | None = None) -> None:
        await self.applier.take(records)
        if watermark is not None:
            self.applier.advance(watermark)
        elif records:
            self.applier.advance(max(record.logged for record in records))

    async def seal(self) -> None:
        """Seal what is in memory; after a failure the same again."""
        if not self.model.sealing:
            if not self.model.tail_rows:
                return
            self.model.freeze(resume=self.applier.resume)
        await self.file(lambda filing: filing.seal())

    async def file(self, work: Callable[[Filing], Awaitable[T]]) -> T:
        """Do something to the files."""
        filing = Filing(self.model)
        try:
            return await work(filing)
        finally:
            filing.close()


def run(work) -> object:
    """Run a coroutine from a synchronous property test."""
    return asyncio.run(work)


def pages(
    model: ReadModel,
    *,
    by: str = "device",
    descending: bool = False,
    limit: int = 10_000,
    at: int | None = None,
    filters: tuple[str, ...] = ("#", "$hearthlog/#"),
    start: int | None = None,
    end: int | None = None,
) -> list[dict[str, object]]:
    """All rows by pages of `limit`, as JSON would have them."""
    view = model.view.pinned(at)
    ids = model.selector.select(Wanted(filters)).ids
    found: list[dict[str, object]] = []
    after = None
    while True:
        request = PageRequest(by, limit, descending=descending, start=start, end=end, after=after)
        rows, more = page(view, ids, request)
        found += as_objects(as_columns(table_of(rows, view.keys, model.catalogue), "ns"))
        assert rows.columns.rows <= limit
        if not more:
            return found
        after = key_of(rows, view.logs, rows.columns.rows - 1, by)
