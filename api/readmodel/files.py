"""Files that appear whole or not at all: written to a temporary name, synced, renamed, directory synced."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def durably(path: Path) -> Iterator[BinaryIO]:
    """A file to write what shall be at `path`; after a crash there is either what was there before or all of it."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def write_durably(path: Path, data: bytes) -> None:
    """Put `data` at `path`, as `durably` does."""
    with durably(path) as file:
        file.write(data)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
