"""Where a command reads logs: a store's directory, or a server that must be told the catalogue's name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from gdp.catalogue import CATALOGUE_ID, CATALOGUE_TOPIC, Kind, decode_entry
from gdp.client import GdpClient
from gdp.datum import Datum
from gdp.errors import BadRequest, NotFound
from gdp.metadata import Metadata
from gdp.names import GdpName, parse_name, printable
from gdp.store import ReadableStore

STORE_FILE = "store.json"
_PAGE_RECORDS = 1_000


class Listed(NamedTuple):
    """A log as the catalogue lists it, with the number of its last record."""

    name: GdpName
    metadata: Metadata
    kind: Kind
    topic: str | None
    generation: int
    recno: int

    @property
    def title(self) -> str:
        """What a person calls it: the topic, or the printable name."""
        return self.topic if self.topic is not None else printable(self.name)


class Source(Protocol):
    """Logs to read."""

    def logs(self) -> AsyncIterator[Listed]:
        """Yield all logs, the catalogue first."""

    async def metadata(self, name: GdpName) -> Metadata:
        """Return a log's metadata."""

    def records(self, name: GdpName, first: int, count: int) -> AsyncIterator[Datum]:
        """Yield records from number `first` on (negative: from the end), `count` at most (-1 = all)."""

    def follow(self, name: GdpName) -> AsyncIterator[Datum]:
        """Yield records as they come."""


class DirectorySource:
    """A store's directory, as it is when opened."""

    def __init__(self, root: Path) -> None:
        self._store = ReadableStore.open_readonly(root)

    async def logs(self) -> AsyncIterator[Listed]:
        """Yield all logs, the catalogue first."""
        for log in self._store.logs():
            yield Listed(log.name, log.metadata, log.kind, log.topic, log.generation, log.tip_recno)

    async def metadata(self, name: GdpName) -> Metadata:
        """Return a log's metadata."""
        log = self._store.log(name)
        if log is None:
            raise NotFound(f"the store has no log {printable(name)}")
        return log.metadata

    async def records(self, name: GdpName, first: int, count: int) -> AsyncIterator[Datum]:
        """Yield records of the directory's files and commit log together."""
        while count:
            page = self._store.read(name, first, _PAGE_RECORDS if count < 0 else min(count, _PAGE_RECORDS))
            for datum in page:
                yield datum
            if not page:
                return
            first = page[-1].recno + 1
            count = count if count < 0 else count - len(page)

    async def follow(self, name: GdpName) -> AsyncIterator[Datum]:
        """A directory is read as it is; only a server tells what comes."""
        raise BadRequest(f"to follow {printable(name)}, name a server instead of a directory")
        yield  # makes this an iterator like the other source's


class ServerSource:
    """A server, over the network."""

    def __init__(self, client: GdpClient, catalogue: GdpName | None) -> None:
        self._client = client
        self._catalogue = catalogue

    async def logs(self) -> AsyncIterator[Listed]:
        """Yield the logs that the catalogue lists, itself first."""
        if self._catalogue is None:
            raise BadRequest("to list a server's logs, tell its catalogue: --catalogue NAME")
        catalogue = await self._client.open(self._catalogue)
        yield Listed(self._catalogue, catalogue.metadata, Kind.CATALOGUE, CATALOGUE_TOPIC, 1, catalogue.recno)
        async for datum in self._client.read_range(self._catalogue, CATALOGUE_ID + 1):
            entry = decode_entry(datum.recno, datum.data)
            opened = await self._client.open(entry.name)
            yield Listed(entry.name, opened.metadata, entry.kind, entry.topic, entry.generation, opened.recno)

    async def metadata(self, name: GdpName) -> Metadata:
        """Return a log's metadata."""
        return (await self._client.open(name)).metadata

    def records(self, name: GdpName, first: int, count: int) -> AsyncIterator[Datum]:
        """Yield records as the server sends them."""
        return self._client.read_range(name, first, count)

    def follow(self, name: GdpName) -> AsyncIterator[Datum]:
        """Yield records as they come."""
        return self._client.subscribe(name)


@asynccontextmanager
async def open_source(where: str, catalogue: str | None) -> AsyncIterator[Source]:
    """Open what the command line names: a directory if there is one of that name, else HOST:PORT.

    Raises:
        NotFound: neither.
    """
    if await asyncio.to_thread(Path(where).is_dir):
        yield await asyncio.to_thread(DirectorySource, store_root(Path(where)))
        return
    host, _, port = where.rpartition(":")
    if not host or not port.isdecimal():
        raise NotFound(f"{where} is neither a directory nor HOST:PORT")
    async with GdpClient.connect(host, int(port)) as client:
        yield ServerSource(client, None if catalogue is None else parse_name(catalogue))


def store_root(directory: Path) -> Path:
    """Return the store's own directory: the one given, or `store` in it (a data directory)."""
    inner = directory / "store"
    return inner if (inner / STORE_FILE).exists() or not (directory / STORE_FILE).exists() else directory


async def find_log(source: Source, text: str, *, by_topic: bool) -> GdpName:
    """Return the log that a text means: a topic of the catalogue (its latest log) if asked, else a name."""
    if by_topic:
        found = [log async for log in source.logs() if log.topic == text]
        if found:
            return max(found, key=lambda log: log.generation).name
        raise NotFound(f"the catalogue lists no topic {text}")
    return parse_name(text)
