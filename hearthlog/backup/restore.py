"""Restoring a backup into an empty directory: checked before, begun as a new incarnation, checked after."""

import os
import shutil
import tarfile
from asyncio import Future
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from broker_config import DATABASE
from compose.datadir import VERSION, make_directory
from gdp.disk import DISK
from gdp.errors import GdpError
from gdp.incarnation import MARK_BYTES
from gdp.store import Item, ReadableStore, Results, Store, Write
from gdp.store.checking import Checked, check_store
from gdp.store.identity import Identity, read_identity, write_identity
from gdp_sink.lookback import last_session
from gdp_sink.own_log import OwnLog
from gdp_sink.settings import SinkSettings
from hearthlog.backup import manifest
from hearthlog.backup.errors import BackupDamaged, PlaceUnusable, translated
from hearthlog.backup.manifest import Manifest
from hearthlog.backup.progress import Progress, step_of
from hearthlog.backup.session import empty_session

WORKING = ".restoring"
"""Where a restore works inside the directory. What is left of a killed one may be deleted."""
VERSION_FILE = "VERSION"


class Restored(NamedTuple):
    """A restored home."""

    path: Path
    manifest: Manifest
    checked: Checked


def restore(backup: Path, data: Path, progress: Progress) -> Restored:
    """Restore a backup, directory or file, into `data`, which must be empty or missing.

    The file VERSION comes last: without it the directory is not taken for a home, whatever interrupts us.

    Raises:
        BackupError: in one sentence, why not; the directory is as it was.
    """
    data = data.absolute()
    with translated("The backup could not be restored"), _working(data) as working:
        found = _bring(backup.absolute(), working, progress)
        version = (working / VERSION_FILE).read_text("utf-8", errors="replace")
        if version != VERSION:
            raise BackupDamaged(
                f"The backup is of another version of Hearthlog: {version.strip()!r}, this reads {VERSION.strip()!r}."
            )
        if found.renew and (working / "broker" / DATABASE).exists():
            progress("Emptying the broker's queue for the sink, for all of it is stored")
            filters = last_session(ReadableStore.open_readonly(working / "store")).filters
            empty_session(working, SinkSettings.load().mqtt_client_id, filters)
        progress("Beginning a new incarnation")
        _begin_incarnation(working, found)
        checked = check_store(working / "store", step_of(progress, "Checking records"), tips=found.tips)
        progress("Making it durable")
        _put(working, data)
    return Restored(data, found, checked)


def _bring(backup: Path, working: Path, progress: Progress) -> Manifest:
    """Copy what the manifest names, each file compared with it before it is used."""
    if backup.is_dir():
        found = manifest.load(backup)
        manifest.check_files(backup, found, step_of(progress, "Checking the backup"))
        for done, name in enumerate(found.files):
            progress("Copying", done, len(found.files))
            copy = working / name
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copy2(backup / name, copy)
        return found
    progress("Unpacking")
    try:
        with tarfile.open(backup) as tar:
            _unpack(tar, working)
    except (tarfile.TarError, FileExistsError) as error:
        raise BackupDamaged(f"{backup} cannot be unpacked: {error}. Take another backup.") from error
    found = manifest.load(working)
    manifest.check_files(working, found, step_of(progress, "Checking the backup"))
    for name, path in manifest.contents(working).items():
        if name not in found.files:  # the manifest itself, and what others added
            path.unlink()
    return found


def _unpack(tar: tarfile.TarFile, working: Path) -> None:
    """Unpack plain files only, and only below `working` (the `filter` that would see to it is not in Python 3.11.2)."""
    for member in tar:
        if member.isdir():
            continue
        path = working / member.name
        content = tar.extractfile(member) if member.isfile() else None
        if content is None or not path.resolve().is_relative_to(working.resolve()):
            raise BackupDamaged(f"{member.name!r} in the archive is not a file of a backup. Take another backup.")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with content, path.open("xb") as file:
            path.chmod(member.mode & 0o700)
            shutil.copyfileobj(content, file)


def _begin_incarnation(working: Path, found: Manifest) -> None:
    """Make the copy a history of its own, from its first record on, which says so, signed."""
    root = working / "store"
    before = ReadableStore.open_readonly(root)
    identity = read_identity(root)
    assert identity is not None  # noqa: S101 - it has just been opened
    renewed = identity.restored(before.position, os.urandom(MARK_BYTES))
    record = _record(before, renewed, found)
    write_identity(root, renewed, DISK)
    for key in (working / "keys").iterdir():  # an archive gives its owner leave to write
        key.chmod(0o400)
    with Store.open(root, keys=working / "keys") as store:
        for result in store.commit([record]).results:
            if isinstance(result, GdpError):
                raise result


def _record(before: ReadableStore, renewed: Identity, found: Manifest) -> Write:
    """The record in the sink's own log: what was restored, and how its session at the broker goes on.

    Where the sink was writing while the broker's database was copied, ids of packets in the one mean nothing in the
    other: then the session's epoch is a new one, and no delivery is taken for one that was stored before. Where nobody
    was, the two go on together as after any stop, and what is delivered again is recognised.
    """
    session = last_session(before)
    deliveries = before.redelivery_window(1)
    epoch = max(session.epoch, deliveries[-1].epoch if deliveries else 0)
    own_log = OwnLog(_nothing_to_submit, epoch=epoch + found.running, filters=session.filters)
    return own_log.record(
        "restored",
        incarnation=renewed.incarnation.text,
        before=renewed.ancestors[-1].incarnation.text,
        position=str(before.position),
        backup_made=str(found.made),
    )


def _nothing_to_submit(_: Sequence[Item]) -> Future[Results]:
    raise AssertionError("a record is made here, and committed by the store")


@contextmanager
def _working(data: Path) -> Iterator[Path]:
    existed = data.exists()
    if existed and (not data.is_dir() or any(data.iterdir())):
        raise PlaceUnusable(
            f"{data} is not empty, and a restore never writes over anything. Choose another: --data DIR"
        )
    if not existed:
        make_directory(data)
    working = data / WORKING
    try:
        working.mkdir(mode=0o700)
        yield working
    except BaseException:
        shutil.rmtree(working, ignore_errors=True)
        if not existed:
            data.rmdir()
        raise


def _put(working: Path, data: Path) -> None:
    for path in working.rglob("*"):
        _sync(path)
    for path in sorted(working.iterdir(), key=lambda path: path.name == VERSION_FILE):
        if path.name == VERSION_FILE:
            _sync(data)
        path.rename(data / path.name)
    working.rmdir()
    _sync(data)


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
