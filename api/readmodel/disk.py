"""The read model's directory: opening what is there, or clearing it so that it is built anew from the feed."""

import fcntl
import os
from pathlib import Path
from typing import NamedTuple

from api.errors import ReadModelDamaged, StartError
from api.readmodel import catalogue, manifest
from api.readmodel.catalogue import Catalogue
from api.readmodel.manifest import Manifest
from api.readmodel.segment import Segment
from api.readmodel.series import SeriesTable

SEGMENT_SUFFIX = ".arrow"
LOCK = "lock"


class Opened(NamedTuple):
    """What was found on disk."""

    catalogue: Catalogue
    table: SeriesTable
    segments: tuple[Segment, ...]
    watermark: int


def lock(root: Path) -> int:
    """Take the directory for this process; the descriptor holds it.

    Raises:
        StartError: another process has it, or it cannot be written.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(root / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise StartError(f"the read model cannot be kept in {root}: {fault.strerror}") from fault
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StartError(
            f"another api uses the read model in {root}; give this one its own directory: HEARTHLOG_READ_MODEL"
        ) from None
    return descriptor


def load(root: Path, empty: Catalogue, *, store: str, decoders: str) -> Opened:
    """Open everything that the manifest names.

    Raises:
        ReadModelDamaged: there is something, but not for this store and decoder set, or not whole.
    """
    found = manifest.load(root)
    if found is None:
        return Opened(empty, SeriesTable(), (), 0)
    if (found.store, found.decoders) != (store, decoders):
        raise ReadModelDamaged(
            "it was made from another store, from before this one was restored, or by another decoder set"
        )
    empty.load(root)
    table = SeriesTable()
    segments = tuple(Segment(root / name, decoders=decoders) for name in found.segments)
    for segment in segments:
        for number, key in segment.series.items():
            table.restore(number, key)
    unknown = {key.log for segment in segments for key in segment.series.values()} - empty.by_id.keys()
    if unknown:
        raise ReadModelDamaged(f"logs {sorted(unknown)[:5]} are not in the catalogue")
    return Opened(empty, table, segments, found.watermark)


def clear(root: Path) -> None:
    """Delete what the read model wrote, the manifest first; files of others stay."""
    for name in (manifest.FILE, catalogue.FILE):
        (root / name).unlink(missing_ok=True)
    drop_strays(root, keep=())


def drop_strays(root: Path, *, keep: tuple[str, ...]) -> None:
    """Delete segments that the manifest does not name, and temporary files."""
    for path in root.iterdir():
        stray = path.suffix == SEGMENT_SUFFIX and path.name not in keep
        if stray or path.suffix == ".tmp":
            path.unlink()


def save(root: Path, catalogue_lines: bytes, entries: Manifest) -> None:
    """Make a new state the one that is opened next time."""
    catalogue.append(root, catalogue_lines)
    manifest.save(root, entries)
    drop_strays(root, keep=entries.segments)
