"""Finding datasets: their manifests where they are logged, by the catalogue alone, whatever the read model has."""

from collections.abc import Sequence
from typing import NamedTuple

from api.datasets.manifest import ID_CHARACTERS, PREFIX, Manifest, read_manifest
from api.errors import DatasetError
from api.readmodel.catalogue import Catalogue
from api.store_reader import StoreReader
from gdp.catalogue import LogEntry
from gdp.datum import Datum, LogHash
from gdp.names import GdpName, printable
from ingest.envelope import part_of, unpack

LOOK_RECORDS_MAX = 64
"""Records at the beginning of a manifest's log that are looked at; the first one is it, unless somebody meddled."""


class Logged(NamedTuple):
    """A manifest and the record that it is, the last one if it has several parts. `time` is ns since 1970."""

    manifest: Manifest
    log: str
    recno: int
    hash: str
    time: int


class Finder:
    """Reads manifests, and keeps those that it has read: once they are logged they never change."""

    def __init__(self, *, manifests_max: int = 512) -> None:
        self._known: dict[str, Logged] = {}
        self._manifests_max = manifests_max

    async def find(self, reader: StoreReader, catalogue: Catalogue, id_: str) -> Logged | None:
        """The dataset with this id; None if there is none. The first manifest that was logged counts.

        Raises:
            StoreUnavailable: the log server does not answer.
        """
        known = self._known.get(id_)
        if known is not None:
            return known
        for entry in catalogue.logs_of(PREFIX + id_):
            found = await _read(reader, entry, id_)
            if found is not None:
                if len(self._known) >= self._manifests_max:
                    self._known.pop(next(iter(self._known)))
                self._known[id_] = found
                return found
        return None


def ids_of(catalogue: Catalogue) -> list[str]:
    """The ids that something was published about, newest first."""
    topics = [topic for topic in catalogue.topics() if topic.startswith(PREFIX)]
    return [topic.removeprefix(PREFIX) for topic in reversed(topics) if len(topic) == len(PREFIX) + ID_CHARACTERS]


async def _read(reader: StoreReader, entry: LogEntry, id_: str) -> Logged | None:
    first = 1
    while first <= LOOK_RECORDS_MAX:
        records = await _message(reader, entry.name, first)
        if not records:
            return None
        try:
            manifest = read_manifest(unpack([datum.data for datum in records]).payload, id_)
        except DatasetError:
            first = records[-1].recno + 1
            continue
        return await _logged(reader, entry, manifest, records[-1])
    return None


async def _message(reader: StoreReader, log: GdpName, recno: int) -> Sequence[Datum]:
    """The record with this number, and the parts after it if it is the first of several."""
    records = await reader.range(log, recno, 1)
    piece = part_of(records[0].data) if records else None
    return records if piece is None else await reader.range(log, recno, piece[1] - piece[0] + 1)


async def _logged(reader: StoreReader, entry: LogEntry, manifest: Manifest, last: Datum) -> Logged | None:
    metadata = await reader.metadata(entry)
    if metadata is None:
        return None
    digest = LogHash(metadata.name, metadata.blob).hash(last)
    return Logged(manifest, printable(entry.name), last.recno, digest.hex(), last.ts)
