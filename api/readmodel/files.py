"""Files that appear whole or not at all: written to a temporary name, synced, renamed, directory synced."""

import os
from pathlib import Path


def write_durably(path: Path, data: bytes | memoryview) -> None:
    """Put `data` at `path`; after a crash there is either what was there before or all of `data`."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
