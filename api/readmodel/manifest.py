"""The manifest: the small file that names the live segments, swapped atomically; what it does not name is no data."""

from dataclasses import dataclass
from pathlib import Path

import orjson

from api.errors import ReadModelDamaged
from api.readmodel.files import write_durably

FORMAT = 1
FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the read model on disk consists of and how far it goes."""

    store: str
    """First 8 characters of the store's name, as in positions."""
    decoders: str
    """Id of the decoder set that made the rows."""
    watermark: int
    """Logged time in ns: all records at or before it are in the segments; the feed continues after it."""
    segments: tuple[str, ...]
    """File names, oldest rows first."""


def load(root: Path) -> Manifest | None:
    """Read the manifest; None if there is none.

    Raises:
        ReadModelDamaged: it cannot be read, or is of another format.
    """
    path = root / FILE
    if not path.exists():
        return None
    try:
        entries = orjson.loads(path.read_bytes())
        if entries.pop("format") != FORMAT:
            raise ReadModelDamaged("the manifest is of another format")
        return Manifest(**{**entries, "segments": tuple(entries["segments"])})
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise ReadModelDamaged(f"the manifest cannot be read: {fault}") from fault


def save(root: Path, manifest: Manifest) -> None:
    """Put the manifest in place of the last one."""
    entries = {
        "format": FORMAT,
        "store": manifest.store,
        "decoders": manifest.decoders,
        "watermark": manifest.watermark,
        "segments": manifest.segments,
    }
    write_durably(root / FILE, orjson.dumps(entries))
