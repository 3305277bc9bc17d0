"""tips.db: the end of each log as its `.glog` file has it, so that 50,000 logs are known at once when a store opens.

Derived: if it is missing it is made again from catalogue and files, which takes 8 to 20 s for 50,000 logs.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gdp.catalogue import Kind, LogEntry
from gdp.disk import Disk, sync_names
from gdp.errors import CorruptStore, StoreError
from gdp.names import GdpName
from gdp.store.logstate import LogState

FILE_NAME = "tips.db"
APPLICATION_ID = int.from_bytes(b"HLTP", "big")
FORMAT_VERSION = 1
_BUSY_TIMEOUT_S = 30.0

_SCHEMA = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {FORMAT_VERSION}",
    """CREATE TABLE log (
        id INTEGER PRIMARY KEY,
        name BLOB NOT NULL,
        kind TEXT NOT NULL,
        topic TEXT,
        generation INTEGER NOT NULL,
        started INTEGER NOT NULL,
        metadata BLOB NOT NULL,
        recno INTEGER NOT NULL,
        hash BLOB,
        signed INTEGER NOT NULL,
        covered INTEGER NOT NULL
    )""",
)
_UPSERT = "INSERT OR REPLACE INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SELECT = (
    "SELECT id, name, kind, topic, generation, started, metadata, recno, hash, signed, covered FROM log ORDER BY id"
)


class Tips:
    """The table in one file, which may not exist yet."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path = path
        self._disk = disk

    def load(self) -> list[LogState] | None:
        """Return all logs with their tips as filed; None if there is no table.

        Raises:
            CorruptStore: not a readable table.
        """
        if not self._path.exists():
            return None
        with self._opened("rw") as file:
            version = file.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:  # a crash came before the first transaction ended
                return None
            if version != FORMAT_VERSION:
                raise CorruptStore(f"{self._path} has format version {version}, this program reads {FORMAT_VERSION}")
            return [_state(row) for row in file.execute(_SELECT)]

    def save(self, states: Iterable[LogState]) -> None:
        """Write these logs' filed tips, in one durable transaction.

        Raises:
            StoreError: it cannot be written now.
            StoreFailed: nothing is known of what is on the disk.
        """
        created = not self._path.exists()
        with self._opened("rwc") as file:
            file.execute("PRAGMA journal_mode = TRUNCATE")
            file.execute("PRAGMA synchronous = FULL")
            file.execute("BEGIN IMMEDIATE")
            if file.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in _SCHEMA:
                    file.execute(statement)
            file.executemany(_UPSERT, map(_row, states))
            file.execute("COMMIT")
        if created:
            sync_names(self._disk, self._path.parent)

    @contextmanager
    def _opened(self, mode: str) -> Iterator[sqlite3.Connection]:
        uri = self._path.absolute().as_uri() + f"?mode={mode}"
        try:
            with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None)) as file:
                yield file
        except sqlite3.OperationalError as error:
            raise StoreError(f"{self._path}: {error}") from error
        except sqlite3.DatabaseError as error:
            raise CorruptStore(
                f"{self._path} is damaged: {error}. Delete it: it is made again from the logs"
            ) from error


def _state(row: tuple[int, bytes, str, str | None, int, int, bytes, int, bytes | None, int, int]) -> LogState:
    number, name, kind, topic, generation, started, metadata, recno, tip_hash, signed, covered = row
    state = LogState(LogEntry(number, GdpName(name), Kind(kind), topic, generation, started, metadata))
    state.set_filed(recno, tip_hash, signed_recno=signed)
    state.covered_recno = max(covered, signed)
    return state


def _row(state: LogState) -> tuple[object, ...]:
    entry = state.entry
    return (
        entry.id,
        entry.name,
        entry.kind.value,
        entry.topic,
        entry.generation,
        entry.started,
        entry.metadata,
        state.filed_recno,
        state.filed_hash,
        min(state.signed_recno, state.filed_recno),
        min(state.covered_recno, state.filed_recno),
    )
