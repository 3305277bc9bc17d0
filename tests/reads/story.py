"""Read models told from a list of messages, sealed where a test says; and the homes that were recorded."""

import asyncio
import gzip
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from gdp.catalogue import Kind, LogEntry, encode_entry
from gdp.datum import Datum
from gdp.messages import Record
from gdp.metadata import XID, Metadata
from gdp.names import GdpName
from tests.api.models import BASE, CATALOGUE, Reader
from tests.support.shared_data import shared_data

S = 10**9


class Told(NamedTuple):
    """One message: topic, value (None: an empty payload), device time in seconds, and logged time in ns."""

    topic: str
    value: float | bool | str | None
    at: int
    logged: int

    @property
    def payload(self) -> bytes:
        """A watch's JSON, so that each message has a device time."""
        return b"" if self.value is None else json.dumps({"v": self.value, "time": self.at}).encode()


def told(observations: Iterable[tuple[str, float | bool | str | None, int]]) -> list[Told]:
    """Messages logged one after another, from now on."""
    return [Told(topic, value, at, BASE + number * S) for number, (topic, value, at) in enumerate(observations)]


def records(messages: Sequence[Told]) -> list[Record]:
    """The feed's records."""
    found: list[Record] = []
    names: dict[str, GdpName] = {}
    recnos: dict[str, int] = {}
    for each in messages:
        if each.topic not in names:
            metadata = Metadata.build([(XID, each.topic.encode())])
            names[each.topic] = metadata.name
            entry = LogEntry(len(names), metadata.name, Kind.TOPIC, each.topic, 1, each.logged - 1, metadata.blob)
            datum = Datum(len(names), each.logged - 1, 0.0, None, encode_entry(entry), None)
            found.append(Record(CATALOGUE, datum, each.logged - 1))
        recnos[each.topic] = recnos.get(each.topic, 0) + 1
        datum = Datum(recnos[each.topic], each.logged, 0.0, None, each.payload, None)
        found.append(Record(names[each.topic], datum, each.logged))
    return found


def reader_of(directory: Path, messages: Sequence[Told], cuts: Sequence[int] = ()) -> Reader:
    """A read model of these messages, sealed after each of `cuts` messages; the rest is in memory."""
    feed = records(messages)
    reader = Reader(directory / str(len(list(directory.iterdir()))))

    async def follow() -> None:
        begin = 0
        for cut in sorted(cuts):
            end = len(records(messages[:cut]))
            await reader.take(feed[begin:end])
            await reader.seal()
            begin = end
        await reader.take(feed[begin:])

    asyncio.run(follow())
    return reader


def sample_home() -> list[tuple[str, float, int]]:
    """The home that is shipped: topic, value, seconds."""
    folder = files("ingest") / "samples" / "open_smart_home"
    topics = [each["topic"] for each in json.loads((folder / "series.json").read_text())]
    lines = gzip.decompress((folder / "observations.tsv.gz").read_bytes()).decode().split("\n")
    return [
        (topics[int(number)], float(value), int(at))
        for at, number, value in (line.split("\t") for line in lines if line)
    ]


def occupied_room() -> list[tuple[str, float, int]]:
    """The office room, the test block uploaded late: topic, value, seconds (wall time as if it were UTC)."""
    found = []
    for name in ("datatraining", "datatest", "datatest2"):
        text = gzip.decompress(shared_data(f"occupancy-room/{name}.txt.gz").read_bytes()).decode()
        for line in text.split("\n")[1:]:
            if line:
                _, date, *cells = line.replace('"', "").split(",")
                at = int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp())
                found += [("room/co2", float(cells[3]), at), ("room/occupancy", float(cells[5]), at)]
    return found
