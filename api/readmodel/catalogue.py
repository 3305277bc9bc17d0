"""Which log holds which topic, as the store's catalogue log says; kept on disk beside the segments.

It is saved before the manifest, so every log that a segment mentions is known; more than that does no harm.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import orjson

from api.errors import ReadModelDamaged
from gdp.catalogue import CATALOGUE_ID, CATALOGUE_TOPIC, Kind, LogEntry, decode_entry
from gdp.errors import CorruptStore
from gdp.names import GdpName

FILE = "catalogue.jsonl"


class Catalogue:
    """All logs of the store, growing only. One thread adds; any thread may look up."""

    def __init__(self, name: GdpName) -> None:
        self.name = name
        own = LogEntry(CATALOGUE_ID, name, Kind.CATALOGUE, CATALOGUE_TOPIC, 1, 0, b"")
        self.by_id: dict[int, LogEntry] = {CATALOGUE_ID: own}
        self._by_name: dict[bytes, LogEntry] = {name: own}
        self._by_topic: dict[str, list[LogEntry]] = {CATALOGUE_TOPIC: [own]}
        self._unsaved: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self.by_id)

    def learn(self, recno: int, data: bytes) -> None:
        """Take in a record of the catalogue log; one that is known already changes nothing.

        Raises:
            CorruptStore: the record is not a catalogue record.
        """
        if recno not in self.by_id:
            self._enter(decode_entry(recno, data))
            self._unsaved.append((recno, data.decode()))

    def log(self, name: bytes) -> LogEntry | None:
        """The log of this name."""
        return self._by_name.get(name)

    def topics(self) -> list[str]:
        """All topics that have a log, in the order of their first log."""
        return list(self._by_topic)

    def logs_of(self, topic: str) -> list[LogEntry]:
        """The logs of a topic, oldest generation first."""
        return self._by_topic.get(topic, [])

    def unsaved(self) -> list[bytes]:
        """What was learned and is not on disk, as lines for `append`."""
        return [orjson.dumps(line) + b"\n" for line in self._unsaved]

    def forget_unsaved(self, count: int) -> None:
        """The first `count` lines are on disk now."""
        del self._unsaved[:count]

    def load(self, root: Path) -> None:
        """Read what was saved. A torn last line is being written, or what a crash left: it comes again by the feed.

        Raises:
            ReadModelDamaged: a line that is no catalogue record.
        """
        for recno, data in _lines(root / FILE):
            try:
                entry = decode_entry(recno, data.encode())
            except CorruptStore as fault:
                raise ReadModelDamaged(f"{FILE}: {fault}") from fault
            if recno not in self.by_id:
                self._enter(entry)

    def _enter(self, entry: LogEntry) -> None:
        self.by_id[entry.id] = entry
        self._by_name[entry.name] = entry
        if entry.topic is not None:
            self._by_topic.setdefault(entry.topic, []).append(entry)


def append(root: Path, lines: bytes) -> None:
    """Keep lines of `Catalogue.unsaved`, durably."""
    if lines:
        with (root / FILE).open("ab", buffering=0) as file:
            file.write(lines)
            os.fsync(file.fileno())


def mend(root: Path) -> None:
    """Cut off what a crash left of a line, for the next one must not be glued to it. Only for who appends."""
    path = root / FILE
    if path.exists():
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(path, whole)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    if not path.exists():
        return
    content = path.read_bytes()
    for line in content[: content.rfind(b"\n") + 1].splitlines():
        try:
            recno, data = orjson.loads(line)
        except ValueError as fault:
            raise ReadModelDamaged(f"{path.name} cannot be read: {fault}") from fault
        yield recno, data
