"""The system calls that change what is on the disk: all of ours that must outlive a power cut go through here.

SQLite makes its own. A test puts another disk in this one's place: recorded, slow, full, or failing.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from gdp.errors import StoreFailed


class Disk:
    """The operating system's disk. Every method raises OSError as the call does that it is named for."""

    def create(self, path: Path, mode: int = 0o600, *, flags: int = 0) -> int:
        """Open a file for appending, empty; `flags` are further ones of `os.open`. Returns its descriptor."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | flags, mode)

    def write(self, fd: int, parts: Sequence[bytes | memoryview]) -> int:
        """Append parts; returns how many bytes were written, which may be fewer."""
        return os.writev(fd, parts)

    def cut(self, fd: int, size: int) -> None:
        """Set a file's size."""
        os.ftruncate(fd, size)

    def sync_data(self, fd: int) -> None:
        """Make a file's bytes and size durable."""
        os.fdatasync(fd)

    def sync(self, fd: int) -> None:
        """Make a file's bytes and all that is known of it durable."""
        os.fsync(fd)

    def rename(self, old: Path, new: Path) -> None:
        """Give a file another name in its directory, in place of what has that name."""
        old.rename(new)

    def delete(self, path: Path) -> None:
        """Delete a file's name."""
        path.unlink()

    def make_directory(self, path: Path, mode: int) -> None:
        """Make a directory in an existing one."""
        path.mkdir(mode)

    def sync_directory(self, path: Path) -> None:
        """Make the names in a directory durable."""
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def write_all(self, fd: int, *parts: bytes) -> None:
        """Append parts, all bytes of them or an error."""
        written, total = self.write(fd, parts), sum(map(len, parts))
        if written < total:
            rest = memoryview(b"".join(parts))
            while written < total:
                written += self.write(fd, (rest[written:],))

    def write_file(self, path: Path, contents: bytes, mode: int = 0o600, *, flags: int = 0) -> None:
        """Write a file whose contents are durable then; its name is when the caller has synchronised the directory."""
        fd = self.create(path, mode, flags=flags)
        try:
            self.write_all(fd, contents)
            self.sync(fd)
        finally:
            os.close(fd)

    def make_directories(self, path: Path, mode: int = 0o777) -> None:
        """Make a directory and those above it that are missing, with durable names; `mode` is for the last."""
        if path.is_dir():
            return
        self.make_directories(path.parent)
        try:
            self.make_directory(path, mode)
        except FileExistsError:  # another process was faster
            if not path.is_dir():
                raise
        self.sync_directory(path.parent)


DISK = Disk()


def sync_names(disk: Disk, directory: Path) -> None:
    """Make the names in a directory durable.

    Raises:
        StoreFailed: they may be durable or not, and a second attempt would not tell.
    """
    try:
        disk.sync_directory(directory)
    except OSError as error:
        raise StoreFailed(f"fsync of {directory} failed ({error}): the disk or its connection is faulty") from error
