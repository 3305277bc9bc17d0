"""store.json: who the store is. The first file of a new store, and the only one that names its catalogue."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from gdp.catalogue import CATALOGUE_ID, CATALOGUE_TOPIC, Kind, LogEntry
from gdp.disk import Disk
from gdp.errors import CorruptStore, MetadataError
from gdp.metadata import Metadata
from gdp.names import GdpName, printable, server_name

FILE_NAME = "store.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Identity:
    """The catalogue's metadata, whose hash is its name, and its creation time in ns."""

    metadata: Metadata
    created: int

    @property
    def catalogue(self) -> GdpName:
        """The catalogue's name: all that one must know to find, follow and verify the store."""
        return self.metadata.name

    @property
    def server(self) -> GdpName:
        """The name of the store's server (gdp-protocol §17)."""
        return server_name(self.catalogue)

    @property
    def entry(self) -> LogEntry:
        """The catalogue as a log of the store."""
        return LogEntry(
            CATALOGUE_ID, self.catalogue, Kind.CATALOGUE, CATALOGUE_TOPIC, 1, self.created, self.metadata.blob
        )


def read_identity(root: Path) -> Identity | None:
    """Return who the store in this directory is, None if there is no store.

    Raises:
        CorruptStore: the file is damaged, or of another format.
    """
    path = root / FILE_NAME
    try:
        fields = json.loads(path.read_bytes())
        if fields["format"] != FORMAT:
            raise CorruptStore(f"{path} has format {fields['format']}, this program reads {FORMAT}")
        metadata = Metadata.parse(base64.urlsafe_b64decode(fields["metadata"] + "=="))
        if printable(metadata.name) != fields["catalogue"]:
            raise CorruptStore(f"{path}: the metadata is not that of catalogue {fields['catalogue']}")
        return Identity(metadata, int(fields["created"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, MetadataError) as error:
        raise CorruptStore(f"{path} cannot be read: {error!r}. Restore it from a backup") from error


def write_identity(root: Path, identity: Identity, disk: Disk) -> None:
    """Write the file, durably and as a whole."""
    fields = {
        "format": FORMAT,
        "catalogue": printable(identity.catalogue),
        "server": printable(identity.server),
        "metadata": base64.urlsafe_b64encode(identity.metadata.blob).rstrip(b"=").decode("ascii"),
        "created": str(identity.created),
    }
    new = root / f"{FILE_NAME}.new"
    disk.write_file(new, f"{json.dumps(fields, indent=1)}\n".encode(), 0o644)
    disk.rename(new, root / FILE_NAME)
    disk.sync_directory(root)
