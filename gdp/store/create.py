"""Making a new store in an empty directory: its key, its identity, and a commit log that begins with the seal log."""

from collections.abc import Callable
from pathlib import Path

from gdp.catalogue import CATALOGUE_TOPIC, Kind
from gdp.commitlog.segment import SUFFIX
from gdp.disk import Disk
from gdp.errors import CorruptStore
from gdp.keys import WriterKey
from gdp.names import GdpName, printable
from gdp.store.identity import FILE_NAME, Identity, write_identity
from gdp.store.logstate import LogState
from gdp.store.opened import COMMIT_DIRECTORY, GLOG_DIRECTORY, Opened
from gdp.store.own_metadata import own_metadata
from gdp.store.tips import FILE_NAME as TIPS_FILE


def key_path(keys: Path, catalogue: GdpName) -> Path:
    """Return where the store's writer key is, named as the C programs look keys up."""
    return keys / f"{printable(catalogue)}-writer.pem"


def create_identity(root: Path, keys: Path, *, created: int, entropy: Callable[[int], bytes], disk: Disk) -> Identity:
    """Make key and store.json, in this order: a crash in between leaves a key that nothing uses.

    Raises:
        CorruptStore: the directory has been a store, and store.json is missing.
    """
    if is_used(root):
        raise CorruptStore(
            f"{root} holds logs, but {FILE_NAME} is missing. Restore it from a backup: it says whose logs they are"
        )
    disk.make_directories(keys, 0o700)
    key = WriterKey.generate()
    metadata = own_metadata(
        catalogue=None,
        kind=Kind.CATALOGUE,
        generation=1,
        topic=CATALOGUE_TOPIC,
        created=created,
        nonce=entropy(16),
        key=key.entry,
    )
    identity = Identity(metadata, created)
    key.save(key_path(keys, identity.catalogue), disk=disk)
    write_identity(root, identity, disk)
    return identity


def is_used(root: Path) -> bool:
    """Tell whether anything was ever committed here."""
    return (
        any((root / COMMIT_DIRECTORY).glob(f"*{SUFFIX}"))
        or any((root / GLOG_DIRECTORY).glob("_*/*.glog"))
        or (root / TIPS_FILE).exists()
    )


def start(opened: Opened) -> None:
    """Begin the commit log of a new store."""
    opened.registry.add(LogState(opened.identity.entry))
    opened.log.start()


def sync_names(opened: Opened, keys: Path) -> None:
    """Make the store's directories and files durable by name: an earlier run may have been killed before it did."""
    root, glogs = opened.root, opened.root / GLOG_DIRECTORY
    opened.disk.make_directories(glogs, 0o775)
    for directory in dict.fromkeys((root.parent, root, glogs, keys.parent, keys)):
        opened.disk.sync_directory(directory)
