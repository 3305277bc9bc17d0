"""The bytes of datasets on disk, each file named by its SHA-256; and how often a dataset was fetched."""

import contextlib
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from api.datasets.manifest import Made
from api.readmodel.files import sync_directory

SUFFIX = ".arrow"
UNNAMED = ".tmp"
COUNT_SUFFIX = ".fetched"
CHUNK_BYTES = 1 << 20
Stamp = tuple[int, int, int]


class DatasetFiles:
    """One directory, which several processes may share: files appear whole, and never change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._good: dict[str, Stamp] = {}

    def path(self, sha256: str) -> Path:
        """Where the bytes with this SHA-256 lie, if they do."""
        return self.root / (sha256 + SUFFIX)

    def has(self, sha256: str) -> bool:
        """Whether there is such a file; `check` looks into it."""
        return self.path(sha256).exists()

    def check(self, sha256: str, *, anew: bool = False) -> bool | None:
        """Whether the file holds the bytes that it is named by; None if there is none.

        One that was good is read again only if it is another file since, or with `anew`.
        """
        path = self.path(sha256)
        try:
            stamp = _stamp(path)
            if not anew and self._good.get(sha256) == stamp:
                return True
            with path.open("rb") as file:
                good = hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return None
        if good:
            self._good[sha256] = stamp
        return good

    @contextmanager
    def writing(self) -> Iterator[BinaryIO]:
        """A new file without a name of its own yet; it goes when it was not kept."""
        self.root.mkdir(parents=True, exist_ok=True)
        path = self.root / (secrets.token_hex(8) + UNNAMED)
        try:
            with self._begun(path) as file:
                yield file
        finally:
            path.unlink(missing_ok=True)

    def _begun(self, path: Path) -> BinaryIO:
        """Begin a file, locked as long as it is open; those that a killed process left are not, and are deleted."""
        directory = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.flock(directory, fcntl.LOCK_EX)
            for left in self.root.glob(f"*{UNNAMED}"):
                _delete_unlocked(left)
            file = path.open("xb")
            fcntl.flock(file, fcntl.LOCK_EX)
        finally:
            os.close(directory)
        return file

    def keep(self, file: BinaryIO, made: Made) -> None:
        """Give what was written its name, durably."""
        file.flush()
        os.fsync(file.fileno())
        Path(file.name).rename(self.path(made.sha256))
        sync_directory(self.root)

    def drop(self, sha256: str) -> None:
        """Delete bytes that belong to no dataset after all."""
        self.path(sha256).unlink(missing_ok=True)

    def fetched(self, id_: str) -> int:
        """How often the dataset was fetched."""
        try:
            return self._counter(id_).stat().st_size
        except FileNotFoundError:
            return 0

    def count(self, id_: str) -> None:
        """Note that it was fetched: a byte each, so that several processes may count at once."""
        self.root.mkdir(parents=True, exist_ok=True)
        with self._counter(id_).open("ab", buffering=0) as file:
            file.write(b".")

    def _counter(self, id_: str) -> Path:
        return self.root / (id_ + COUNT_SUFFIX)


def _delete_unlocked(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino
