"""store.json: who the store is. The first file of a new store, and the only one that names its catalogue."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gdp.catalogue import CATALOGUE_ID, CATALOGUE_TOPIC, Kind, LogEntry
from gdp.disk import Disk
from gdp.errors import CorruptStore, MetadataError
from gdp.incarnation import FIRST, Ancestor, Incarnation, parse_incarnation
from gdp.metadata import Metadata
from gdp.names import GdpName, printable

FILE_NAME = "store.json"
FORMAT = 1
FORMAT_RESTORED = 2
"""Of a store that was restored from a backup: it also says which incarnation it is, and of which ones it comes."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The catalogue's metadata, whose hash is its name, and its creation time in ns.

    `incarnation` counts how often it was restored; `ancestors` are the earlier ones, oldest first.
    """

    metadata: Metadata
    created: int
    incarnation: Incarnation = FIRST
    ancestors: tuple[Ancestor, ...] = ()

    @property
    def catalogue(self) -> GdpName:
        """The catalogue's name: all that one must know to find, follow and verify the store."""
        return self.metadata.name

    @property
    def server(self) -> GdpName:
        """The name of the store's server (gdp-protocol §17): another one in each incarnation."""
        return self.incarnation.server(self.catalogue)

    @property
    def servers(self) -> tuple[GdpName, ...]:
        """The names of its servers in all incarnations that led to this one, oldest first, its own last."""
        return (*(each.incarnation.server(self.catalogue) for each in self.ancestors), self.server)

    @property
    def since(self) -> int:
        """The first logged time, ns, that belongs to this incarnation alone; 0 in the first."""
        return self.ancestors[-1].until + 1 if self.ancestors else 0

    def restored(self, position: int, mark: bytes) -> "Identity":
        """Return the store's next incarnation, which has in common with this one what lies up to `position` (ns)."""
        ancestors = (*self.ancestors, Ancestor(self.incarnation, position))
        return Identity(self.metadata, self.created, self.incarnation.next(mark), ancestors)

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
        if fields["format"] not in (FORMAT, FORMAT_RESTORED):
            raise CorruptStore(
                f"{path} has format {fields['format']}, this program reads {FORMAT} and {FORMAT_RESTORED}"
            )
        metadata = Metadata.parse(base64.urlsafe_b64decode(fields["metadata"] + "=="))
        if printable(metadata.name) != fields["catalogue"]:
            raise CorruptStore(f"{path}: the metadata is not that of catalogue {fields['catalogue']}")
        return Identity(metadata, int(fields["created"]), *_history(fields))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, MetadataError) as error:
        raise CorruptStore(f"{path} cannot be read: {error!r}. Restore it from a backup") from error


def write_identity(root: Path, identity: Identity, disk: Disk) -> None:
    """Write the file, durably and as a whole."""
    fields: dict[str, object] = {
        "format": FORMAT_RESTORED if identity.ancestors else FORMAT,
        "catalogue": printable(identity.catalogue),
        "server": printable(identity.server),
        "metadata": base64.urlsafe_b64encode(identity.metadata.blob).rstrip(b"=").decode("ascii"),
        "created": str(identity.created),
        **_history_fields(identity),
    }
    new = root / f"{FILE_NAME}.new"
    disk.write_file(new, f"{json.dumps(fields, indent=1)}\n".encode(), 0o644)
    disk.rename(new, root / FILE_NAME)
    disk.sync_directory(root)


def _history(fields: dict[str, Any]) -> tuple[Incarnation, tuple[Ancestor, ...]]:
    if fields["format"] == FORMAT:
        return FIRST, ()
    ancestors = tuple(
        Ancestor(parse_incarnation(each["incarnation"]), int(each["until"])) for each in fields["ancestors"]
    )
    return parse_incarnation(fields["incarnation"]), ancestors


def _history_fields(identity: Identity) -> dict[str, object]:
    if not identity.ancestors:
        return {}
    ancestors = zip(identity.ancestors, identity.servers, strict=False)
    return {
        "incarnation": identity.incarnation.text,
        "ancestors": [
            {"incarnation": each.incarnation.text, "server": printable(server), "until": str(each.until)}
            for each, server in ancestors
        ],
    }
