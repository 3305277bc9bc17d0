"""The manifest: the small file that names the live segments, swapped atomically; what it does not name is no data."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import orjson

from api.errors import ReadModelDamaged
from api.readmodel import segment
from api.readmodel.files import write_durably

FORMAT = segment.FORMAT
FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What rows depend on beside the records: a read model with another stamp is built anew."""

    decoders: str
    """Id of the decoder set."""
    kernels: str
    """Version of what reads the rows."""
    format: int = FORMAT
    """Version of manifest and segments; 1 did not know kernels."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the read model on disk consists of and how far it goes."""

    store: str
    """First 8 characters of the store's name, as in positions."""
    stamp: Stamp
    watermark: int
    """Logged time in ns: all records at or before it are in the segments; the feed continues after it."""
    segments: tuple[str, ...]
    """File names, oldest rows first."""
    lineage: str = ""
    """Random; the same as long as each manifest has all rows of the one before it. Format 1 did not know it."""

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """From the file's content.

        Raises:
            ReadModelDamaged: it is none, or of a format that is not known.
        """
        try:
            entries = orjson.loads(text)
            number = entries["format"]
            if number not in segment.READABLE:
                raise ReadModelDamaged(f"the manifest is of format {number}, known are {segment.READABLE}")
            stamp = Stamp(entries["decoders"], entries.get("kernels", ""), number)
            segments, lineage = tuple(entries["segments"]), entries.get("lineage", "")
            return cls(entries["store"], stamp, entries["watermark"], segments, lineage)
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise ReadModelDamaged(f"the manifest cannot be read: {fault}") from fault


def load(directory: Path) -> Manifest | None:
    """Read the manifest; None if there is none.

    Raises:
        ReadModelDamaged: it cannot be read, or is of another format.
    """
    try:
        return Manifest.parse((directory / FILE).read_bytes())
    except FileNotFoundError:
        return None


def save(directory: Path, manifest: Manifest) -> None:
    """Put the manifest in place of the last one."""
    entries = {
        **asdict(manifest.stamp),
        "store": manifest.store,
        "watermark": manifest.watermark,
        "segments": manifest.segments,
        "lineage": manifest.lineage,
    }
    write_durably(directory / FILE, orjson.dumps(entries))
