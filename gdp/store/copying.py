"""Copying a store's directory while another process writes it: a consistent state, without its lock.

Order makes it consistent. The commit log's segments are held open first, so that none can go; then the files that are
written behind it are copied, each as one SQLite transaction; the commit log last, up to its last whole frame. So every
copied file is at or behind the copied commit log, and what it lacks is in there: opening the copy heals it, as after a
crash. The table of tips comes before the log files, for it must never be ahead of them.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path
from typing import Self

from gdp.commitlog.segment import SUFFIX, BadFrameAt, Segment, corrupt
from gdp.errors import CorruptStore, NotFound, StoreError
from gdp.store.identity import FILE_NAME, read_identity
from gdp.store.opened import COMMIT_DIRECTORY, GLOG_DIRECTORY
from gdp.store.tips import FILE_NAME as TIPS_FILE

Tell = Callable[[int, int], None]
"""Told of progress: files copied, files in all."""

_TRIES = 3
_CHUNK_BYTES = 1 << 20
_BUSY_TIMEOUT_S = 30.0


def copy_store(source: Path, target: Path, tell: Tell) -> None:
    """Copy the store in directory `source` to `target`, which must not exist.

    Raises:
        NotFound: there is no store.
        CorruptStore: a file is not what was written.
        StoreError: a file cannot be read or written, or the writer was faster than the copy three times.
    """
    if read_identity(source) is None:
        raise NotFound(f"{source} holds no store")
    for left in reversed(range(_TRIES)):
        try:
            _copy(source, target, tell)
        except _OvertakenError as error:
            shutil.rmtree(target)
            if not left:
                raise StoreError(f"{error}: the store is written faster than its copy. Try again later") from error
        except sqlite3.Error as error:
            raise StoreError(f"a file of {source} cannot be copied: {error}") from error
        else:
            return


class _OvertakenError(Exception):
    """A segment was made and deleted while nobody looked; the text says which."""


def _copy(source: Path, target: Path, tell: Tell) -> None:
    target.mkdir(mode=0o700)
    with _HeldSegments(source / COMMIT_DIRECTORY) as segments:
        shutil.copyfile(source / FILE_NAME, target / FILE_NAME)
        if (source / TIPS_FILE).exists():
            copy_database(source / TIPS_FILE, target / TIPS_FILE)
        paths = sorted((source / GLOG_DIRECTORY).glob("_*/*.glog"))
        (target / GLOG_DIRECTORY).mkdir()
        for done, path in enumerate(paths):
            tell(done, len(paths))
            copy = target / path.relative_to(source)
            copy.parent.mkdir(exist_ok=True)
            copy_database(path, copy)
            segments.hold()
        segments.copy_to(target / COMMIT_DIRECTORY)


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite file as one transaction of its writer left it, whoever is at work on it.

    Raises:
        sqlite3.Error: it cannot be read or written.
    """
    uri = source.absolute().as_uri() + "?mode=rw"  # what a crash left behind may have to be rolled back
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_TIMEOUT_S)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")  # the whole backup is made durable at its end
        original.backup(copy)


class _HeldSegments:
    """The commit log's segments, open, so that what is in them stays readable when they are deleted."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._held: dict[str, int] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self.hold()
        if not self._held:
            raise CorruptStore(f"{self._directory} holds no segment of the commit log. Restore a backup")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def hold(self) -> None:
        """Open what is new."""
        for path in sorted(self._directory.glob(f"*{SUFFIX}")):
            if path.name not in self._held:
                try:
                    fd = os.open(path, os.O_RDONLY)
                except FileNotFoundError:  # then its number is missing at the end, unless it was older than all others
                    continue
                self._stack.callback(os.close, fd)
                self._held[path.name] = fd

    def copy_to(self, target: Path) -> None:
        """Copy all of them; the last up to its last whole frame."""
        self.hold()
        target.mkdir(mode=0o700)
        names = sorted(self._held)
        for name, following in pairwise(names):
            if int(Path(following).stem) != int(Path(name).stem) + 1:
                raise _OvertakenError(f"segment {int(Path(name).stem) + 1} of the commit log is gone")
        for name in names:
            _copy_bytes(self._held[name], target / name)
        _cut_torn(target / names[-1])


def _copy_bytes(fd: int, target: Path) -> None:
    place, size = 0, os.fstat(fd).st_size
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
        while place < size and (chunk := os.pread(fd, min(_CHUNK_BYTES, size - place), place)):
            copy.write(chunk)
            place += len(chunk)


def _cut_torn(path: Path) -> None:
    """End the last segment with its last whole frame: the writer may have been in the middle of another."""
    segment = Segment.open(path, writable=True)
    if segment.footer is not None:
        return
    try:
        for _ in segment.frames(end=segment.size):
            pass
    except BadFrameAt as error:
        if segment.has_frame_after(error.place):
            raise corrupt(path, error.place, error) from error
        segment.cut(error.place)
