"""One directory of a read model: opening what is there, or clearing it so that it is built anew from the feed."""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from api.errors import ReadModelDamaged
from api.readmodel import catalogue, known, manifest
from api.readmodel.catalogue import Catalogue
from api.readmodel.manifest import Manifest, Stamp
from api.readmodel.segment import Segment
from api.readmodel.series import SeriesTable
from gdp.names import GdpName

SEGMENT_SUFFIX = ".arrow"


class Source(NamedTuple):
    """What a read model is made from, and by what."""

    catalogue: GdpName
    store: str
    """First 8 characters of the store's name, as in positions."""
    stamp: Stamp


class Opened(NamedTuple):
    """What was found on disk."""

    catalogue: Catalogue
    table: SeriesTable
    segments: tuple[Segment, ...]
    manifest: Manifest | None
    """None if there is none yet."""


def load(directory: Path, source: Source) -> Opened:
    """Open everything that the manifest names.

    Raises:
        FileNotFoundError: a segment is gone; another process may have swapped the manifest just now.
        ReadModelDamaged: there is something, but not for this store, or not whole.
    """
    found, logs = manifest.load(directory), Catalogue(source.catalogue)
    if found is None:
        return Opened(logs, SeriesTable(), (), None)
    if found.store != source.store:
        raise ReadModelDamaged("it was made from another store, or from before this one was restored")
    logs.load(directory)
    table = SeriesTable()
    segments = tuple(open_segment(directory / name, found.stamp) for name in found.segments)
    for each in segments:
        each.bind(table)
    unknown = {key.log for each in segments for key in each.series.values()} - logs.by_id.keys()
    if unknown:
        raise ReadModelDamaged(f"logs {sorted(unknown)[:5]} are not in the catalogue")
    return Opened(logs, table, segments, found)


def open_segment(path: Path, stamp: Stamp) -> Segment:
    """Open a segment that a manifest with this stamp names.

    Raises:
        FileNotFoundError: it is gone.
        ReadModelDamaged: it is not what the manifest says.
    """
    found = Segment(path)
    if found.decoders != stamp.decoders:
        raise ReadModelDamaged(f"{path.name} was made by another decoder set than the manifest says")
    return found


def clear(directory: Path) -> None:
    """Delete what the read model wrote, the manifest first; files of others stay."""
    for name in (manifest.FILE, catalogue.FILE, known.FILE):
        (directory / name).unlink(missing_ok=True)
    drop_strays(directory, keep=())


def drop_strays(directory: Path, *, keep: Collection[str]) -> None:
    """Delete segments that the manifest does not name, and temporary files, but for those named in `keep`.

    Who has mapped a deleted file keeps it until it lets go.
    """
    for path in directory.iterdir():
        if path.suffix in (SEGMENT_SUFFIX, ".tmp") and path.name.removesuffix(".tmp") not in keep:
            path.unlink(missing_ok=True)


def save(directory: Path, catalogue_lines: bytes, entries: Manifest) -> None:
    """Make a new state the one that is opened next time."""
    catalogue.append(directory, catalogue_lines)
    manifest.save(directory, entries)
