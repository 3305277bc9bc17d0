"""BACKUP.json: what a backup holds, byte for byte, and of which moment it is (docs/formats.md, "Backup")."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from gdp.errors import GdpNameError
from gdp.names import GdpName, parse_name, printable
from gdp.store.checking import Tips
from hearthlog.backup.errors import BackupDamaged

FILE_NAME = "BACKUP.json"
FORMAT = 1


class Content(NamedTuple):
    """A file's size in bytes and its SHA-256 in hex."""

    bytes: int
    sha256: str


class Manifest(NamedTuple):
    """A backup in one value.

    Attributes:
        made: when it was begun, ns.
        position: logged time, ns, up to which it holds everything.
        renew: whether everything that waited in the broker for the sink is in the store, so that a restored sink must
            begin a new session there: what the copied broker would deliver has been stored already.
        running: whether a sink was writing meanwhile.
        files: by path relative to the backup.
        tips: the last record of each log.
    """

    made: int
    position: int
    records: int
    renew: bool
    running: bool
    files: Mapping[str, Content]
    tips: Tips

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(content.bytes for content in self.files.values())


def save(root: Path, manifest: Manifest) -> None:
    """Write the manifest; what it names is there already."""
    fields = {
        "format": FORMAT,
        "made": str(manifest.made),
        "position": str(manifest.position),
        "records": manifest.records,
        "renew": manifest.renew,
        "running": manifest.running,
        "files": {path: list(content) for path, content in sorted(manifest.files.items())},
        "tips": {printable(name): [recno, tip.hex()] for name, (recno, tip) in manifest.tips.items()},
    }
    (root / FILE_NAME).write_text(json.dumps(fields, indent=1) + "\n", "utf-8")


def load(root: Path) -> Manifest:
    """Read a backup's manifest.

    Raises:
        BackupDamaged: there is none, or none that can be read.
    """
    path = root / FILE_NAME
    try:
        fields = json.loads(path.read_bytes())
        if fields["format"] != FORMAT:
            raise BackupDamaged(f"{path} has format {fields['format']}, this program reads {FORMAT}.")
        return Manifest(
            int(fields["made"]),
            int(fields["position"]),
            int(fields["records"]),
            bool(fields["renew"]),
            bool(fields["running"]),
            {name: Content(int(size), str(digest)) for name, (size, digest) in fields["files"].items()},
            {_name(name): (int(recno), bytes.fromhex(tip)) for name, (recno, tip) in fields["tips"].items()},
        )
    except FileNotFoundError:
        raise BackupDamaged(f"{root} is no backup: it holds no {FILE_NAME}.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupDamaged(f"{path} cannot be read: {error}.") from error


def _name(text: str) -> GdpName:
    try:
        return parse_name(text)
    except GdpNameError as error:
        raise ValueError(str(error)) from error


def contents(root: Path) -> dict[str, Path]:
    """Return all files below a directory, by their relative path."""
    return {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()}


def content_of(path: Path) -> Content:
    """Read a file through."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Content(path.stat().st_size, digest)


def check_files(root: Path, manifest: Manifest, tell: Callable[[int, int], None]) -> None:
    """Compare every file of a backup with what was written.

    Raises:
        BackupDamaged: names the first that is missing or another.
    """
    for done, (name, expected) in enumerate(manifest.files.items()):
        tell(done, len(manifest.files))
        path = root / name
        if not path.resolve().is_relative_to(root.resolve()):
            raise BackupDamaged(f"{root / FILE_NAME} names a file outside the backup: {name}.")
        try:
            found = content_of(path)
        except OSError as error:
            raise BackupDamaged(f"{path} cannot be read: {error.strerror}. Take another backup.") from error
        if found.bytes != expected.bytes:
            raise BackupDamaged(f"{path} has {found.bytes} bytes, {expected.bytes} were written. Take another backup.")
        if found != expected:
            raise BackupDamaged(f"{path} is damaged: its bytes are not those written. Take another backup.")
