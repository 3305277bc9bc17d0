"""A disk that does what it is told and keeps the story, so that power can be cut at any moment of it afterwards.

Operations name files by number, for a file keeps its identity when it is renamed.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gdp.disk import Disk


class Link(NamedTuple):
    """A new, empty file got this name."""

    path: Path
    file: int


class Wrote(NamedTuple):
    file: int
    at: int
    data: bytes


class Cut(NamedTuple):
    file: int
    size: int


class Synced(NamedTuple):
    file: int


class Renamed(NamedTuple):
    old: Path
    new: Path


class Unlinked(NamedTuple):
    path: Path


class MadeDirectory(NamedTuple):
    path: Path


class SyncedDirectory(NamedTuple):
    path: Path


class Said(NamedTuple):
    """Somebody was told something: from here on it must hold."""

    what: object


Operation = Link | Wrote | Cut | Synced | Renamed | Unlinked | MadeDirectory | SyncedDirectory | Said


class KilledHere(BaseException):
    """The process ends here, as by kill -9; what it has written stays in the system's memory."""


class RecordedDisk(Disk):
    """Records below one directory. `die_at` is the number of the operation of ours before which the process dies."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.story: list[Operation] = []
        self.die_at: int | None = None
        self.deaths = 0
        self._files: dict[Path, int] = {}
        self._count = 0
        self.done = 0
        self.at_first = {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
        for path in self.at_first:
            self._files[path] = self.number()

    def number(self) -> int:
        self._count += 1
        return self._count

    def file(self, path: Path) -> int | None:
        return self._files.get(path)

    def say(self, what: object) -> None:
        self.story.append(Said(what))

    def link(self, path: Path) -> int:
        number = self._files[path] = self.number()
        self.story.append(Link(path, number))
        return number

    def unlink(self, path: Path) -> None:
        self._files.pop(path, None)
        self.story.append(Unlinked(path))

    def create(self, path: Path, mode: int = 0o600, *, flags: int = 0) -> int:
        self._step()
        existing = self._files.get(path)
        fd = super().create(path, mode, flags=flags)
        if existing is None:
            self.link(path)
        else:
            self.story.append(Cut(existing, 0))
        return fd

    def write(self, fd: int, parts: Sequence[bytes | memoryview]) -> int:
        self._step()
        at = os.fstat(fd).st_size
        written = super().write(fd, parts)
        self.story.append(Wrote(self._file_of(fd), at, b"".join(parts)[:written]))
        return written

    def cut(self, fd: int, size: int) -> None:
        self._step()
        super().cut(fd, size)
        self.story.append(Cut(self._file_of(fd), size))

    def sync_data(self, fd: int) -> None:
        self._step()
        self.story.append(Synced(self._file_of(fd)))

    def sync(self, fd: int) -> None:
        self.sync_data(fd)

    def rename(self, old: Path, new: Path) -> None:
        self._step()
        super().rename(old, new)
        self._files[new] = self._files.pop(old)
        self.story.append(Renamed(old, new))

    def delete(self, path: Path) -> None:
        self._step()
        super().delete(path)
        self.unlink(path)

    def make_directory(self, path: Path, mode: int) -> None:
        self._step()
        super().make_directory(path, mode)
        self.story.append(MadeDirectory(path))

    def sync_directory(self, path: Path) -> None:
        self._step()
        self.story.append(SyncedDirectory(path))

    def _step(self) -> None:
        if self.die_at is not None and self.done >= self.die_at:
            self.die_at = None
            self.deaths += 1
            raise KilledHere
        self.done += 1

    def _file_of(self, fd: int) -> int:
        return self._files[Path(f"/proc/self/fd/{fd}").readlink()]
