"""GDP's own log files: one SQLite database a log, as the C programs write and read them (gdp-protocol §10).

Every function opens the file, does one thing and closes it: keeping files open gained nothing, and a C daemon can then
use them at any time. A new file is built in memory and written whole; later writes are one transaction each, journal
mode TRUNCATE, synchronous FULL.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple, TypeAlias

from gdp.datum import Datum
from gdp.disk import DISK, Disk
from gdp.errors import CorruptStore, StoreError
from gdp.names import printable

APPLICATION_ID = 1195592752
USER_VERSION = 20180428
_BUSY_TIMEOUT_S = 30.0  # a reader of the same file, a C daemon perhaps, holds it for as long as one range read takes
_NEW_SUFFIX = ".new"

_SCHEMA = f"""
PRAGMA page_size = 4096;
PRAGMA encoding = 'UTF-8';
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {USER_VERSION};
CREATE TABLE log_entry (
    hash BLOB(32) PRIMARY KEY ON CONFLICT IGNORE,
    recno INTEGER,
    timestamp INTEGER,
    accuracy FLOAT,
    prevhash BLOB(32),
    value BLOB,
    sig BLOB
);
CREATE INDEX recno_index ON log_entry(recno);
CREATE INDEX timestamp_index ON log_entry(timestamp);
"""
_INSERT = "INSERT INTO log_entry (recno, timestamp, accuracy, prevhash, value, sig, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"
_ROWS_AT_ONCE = 16
_INSERT_ROWS = _INSERT + ", (?, ?, ?, ?, ?, ?, ?)" * (_ROWS_AT_ONCE - 1)
_COLUMNS = "SELECT recno, timestamp, accuracy, prevhash, value, sig FROM log_entry "


Row: TypeAlias = tuple[int, int, float, bytes | None, bytes, bytes | None, bytes]
"""A record as it lies in a file: the fields of its `Datum`, then its hash."""


class Tip(NamedTuple):
    """What a file says of its end: last record (0, None: none), its hash, and the last signed one (0: none)."""

    recno: int
    hash: bytes | None
    signed_recno: int


def path_of(root: Path, name: bytes) -> Path:
    """Return where a log's file is below the directory of log files."""
    return root / f"_{name[0]:02x}" / f"{printable(name)}.glog"


def write(path: Path, records: Sequence[Row]) -> None:
    """Store consecutive records, in one durable transaction; those that are there already stay.

    Raises:
        CorruptStore: the file holds other records with these numbers, or is no log file.
        StoreError: it cannot be written now (disk full, locked for long).
    """
    before, last = records[0][0] - 1, records[-1][0]
    with _opened(path) as file:
        file.execute("PRAGMA journal_mode = TRUNCATE")
        file.execute("PRAGMA synchronous = FULL")
        file.execute("BEGIN IMMEDIATE")
        _insert(file, records)
        query = "SELECT count(*), max(recno) FROM log_entry WHERE recno >= ?"
        count, last_there = file.execute(query, (before,)).fetchone()
        if count != last_there - before + 1 or last_there < last:
            file.execute("ROLLBACK")
            raise CorruptStore(
                f"{path} holds other records than the commit log from number {before + 1} on: another program has "
                "written it, or the directory is a copy made while in use. Restore both from one backup or a mirror"
            )
        file.execute("COMMIT")


def create(
    path: Path,
    name: bytes,
    metadata: bytes,
    created: int,
    records: Sequence[Row] = (),
    *,
    disk: Disk = DISK,
) -> None:
    """Make a log's file with its metadata as record 0 and these records, as a whole or not at all.

    Its contents are durable when this returns; its name is when the caller has synchronised the directory.

    Raises:
        StoreError: the directory cannot be written.
    """
    rows = [(0, created, 0.0, None, metadata, None, name), *records]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as file:
        file.deserialize(_template())
        file.execute("BEGIN")
        _insert(file, rows)
        file.execute("COMMIT")
        contents = file.serialize()
    try:
        if not path.parent.exists():
            disk.make_directory(path.parent, 0o775)
            disk.sync_directory(path.parent.parent)
        new = path.with_suffix(_NEW_SUFFIX)
        disk.write_file(new, contents)
        disk.rename(new, path)
    except OSError as error:
        raise StoreError(f"cannot create {path}: {error}") from error


def _insert(file: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Insert rows, many by one statement.

    Each statement lets go of the interpreter and waits until it is its turn again: 5 ms if the threads that take and
    commit messages are busy. Row by row that could be a second for one file.
    """
    at = 0
    while at + _ROWS_AT_ONCE <= len(rows):
        file.execute(_INSERT_ROWS, tuple(chain.from_iterable(rows[at : at + _ROWS_AT_ONCE])))
        at += _ROWS_AT_ONCE
    file.executemany(_INSERT, rows[at:])


def read(path: Path, first: int, last: int) -> list[Datum]:
    """Return records `first` to `last` in order; 0 is the metadata.

    Raises:
        CorruptStore: the file is damaged.
    """
    with _opened(path) as file:
        query = _COLUMNS + "WHERE recno BETWEEN ? AND ? ORDER BY recno"
        return _datums(file.execute(query, (first, last)))


def read_by_ts(path: Path, ts: int, last: int, limit: int) -> list[Datum]:
    """Return at most `limit` records up to number `last` of time `ts` (ns) or later, in order of time (-1: all).

    Raises:
        CorruptStore: the file is damaged.
    """
    with _opened(path) as file:
        query = _COLUMNS + "WHERE timestamp >= ? AND recno BETWEEN 1 AND ? ORDER BY timestamp, recno LIMIT ?"
        return _datums(file.execute(query, (ts, last, limit)))


def read_by_hash(path: Path, record_hash: bytes) -> Datum | None:
    """Return the record with this hash.

    Raises:
        CorruptStore: the file is damaged.
    """
    with _opened(path) as file:
        found = _datums(file.execute(_COLUMNS + "WHERE hash = ? AND recno > 0", (record_hash,)))
        return found[0] if found else None


def hash_of(path: Path, recno: int) -> bytes | None:
    """Return the hash of a record.

    Raises:
        CorruptStore: the file is damaged.
    """
    with _opened(path) as file:
        row = file.execute("SELECT hash FROM log_entry WHERE recno = ?", (recno,)).fetchone()
        return None if row is None else bytes(row[0])


def tip(path: Path) -> Tip:
    """Return the end of the log as its file has it.

    Raises:
        CorruptStore: the file is damaged.
    """
    with _opened(path) as file:
        row = file.execute("SELECT recno, hash FROM log_entry WHERE recno > 0 ORDER BY recno DESC LIMIT 1").fetchone()
        if row is None:
            return Tip(0, None, 0)
        query = "SELECT recno FROM log_entry WHERE recno > 0 AND sig IS NOT NULL ORDER BY recno DESC LIMIT 1"
        signed = file.execute(query).fetchone()
        return Tip(row[0], row[1], signed[0] if signed else 0)


def _datums(rows: Iterable[tuple[int, int, float, bytes | None, bytes, bytes | None]]) -> list[Datum]:
    # An empty BLOB means "none" to C, and a file that C wrote may hold an empty value as NULL.
    return [
        Datum(recno, ts, accuracy or 0.0, prevhash or None, value or b"", sig or None)
        for recno, ts, accuracy, prevhash, value, sig in rows
    ]


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        uri = path.absolute().as_uri() + "?mode=rw"  # a reader too may have to roll back what a crash left behind
        with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None)) as file:
            for pragma, expected in (("application_id", APPLICATION_ID), ("user_version", USER_VERSION)):
                if file.execute(f"PRAGMA {pragma}").fetchone()[0] != expected:
                    raise CorruptStore(f"{path} is not a GDP log file: its {pragma} is another")
            yield file
    except sqlite3.OperationalError as error:
        if not path.exists():
            raise CorruptStore(f"{path} is missing. Restore it from a backup or a mirror") from error
        raise StoreError(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise CorruptStore(f"{path} is damaged: {error}. Restore it from a backup or a mirror") from error


@cache
def _template() -> bytes:
    """Return an empty log file: copying it costs a tenth of creating the tables anew."""
    with closing(sqlite3.connect(":memory:")) as file:
        file.executescript(_SCHEMA)
        return file.serialize()
