"""Making a backup of a home that runs, or does not: copy, check, seal with a manifest, give it its name."""

import asyncio
import os
import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from broker_config import ADMIN, DATABASE
from compose.addresses import parse_address
from compose.datadir import DataDirectory, inspect_directory, make_directory
from compose.settings import UpSettings
from gdp.names import GdpName
from gdp.store.checking import check_store
from gdp.store.copying import copy_store
from gdp.store.identity import read_identity
from gdp_sink.settings import SinkSettings
from hearthlog.backup import barrier, manifest
from hearthlog.backup.errors import PlaceUnusable, SourceUnusable, translated
from hearthlog.backup.manifest import Manifest
from hearthlog.backup.progress import Progress, step_of
from ingest.filters import FilterSet

TAR_SUFFIX = ".tar"
LEFT_OUT = ("store", "read-model", "run", "lock")
"""The store has a way of its own; the others are derived, or of the processes that run now."""
UNFINISHED = (".new", ".tmp")
SAVE_S_MAX = 10.0
"""Longest wait for the broker to save its database; it does so each second (setting `broker_save_interval_s`)."""
POLL_S = 0.05


class Made(NamedTuple):
    """A finished backup."""

    path: Path
    manifest: Manifest


def back_up(settings: UpSettings, place: Path, progress: Progress, *, drain_s: float) -> Made:
    """Make a backup of the home in `settings.data` at `place`: a file if that ends in `.tar`, else a directory.

    An existing directory takes a new one in it, named by the time. `drain_s` bounds the wait for what the broker has
    acknowledged and the sink not yet stored.

    Raises:
        BackupError: in one sentence, why there is none; nothing is left at `place`.
    """
    made = time.time_ns()
    data = settings.data.absolute()
    final = _place(place.absolute(), made)
    with translated("No backup could be made"), _partial(final) as partial:
        found = _copy(settings, data, partial, progress, made=made, drain_s=drain_s)
        manifest.save(partial, found)
        _sync(partial, progress)
        _name(partial, final, progress)
    return Made(final, found)


def _copy(
    settings: UpSettings, data: Path, partial: Path, progress: Progress, *, made: int, drain_s: float
) -> Manifest:
    """Fill the backup.

    What waits in the broker is either awaited, and then the store is copied first, so that no retained message of the
    copied broker is older than the store's; or it is left where it waits, and then the broker's database comes first,
    so that nothing falls between the two.
    """
    identity = read_identity(data / "store")
    if identity is None:
        raise SourceUnusable(f"{data} holds no store to back up. Name the directory: --data DIR.")
    running = inspect_directory(data).holder is not None
    progress("Waiting for the sink to store what the broker has acknowledged")
    renew = running and asyncio.run(_drained(settings, data, identity.server, made=made, drain_s=drain_s))
    copy_of_store = step_of(progress, "Copying log files")
    if not renew:
        _copy_rest(data, partial, progress, saved_since=None)
    copy_store(data / "store", partial / "store", copy_of_store)
    if renew:
        _copy_rest(data, partial, progress, saved_since=time.time_ns())
    checked = check_store(partial / "store", step_of(progress, "Checking records"))
    files = {}
    paths = manifest.contents(partial)
    for done, (name, path) in enumerate(paths.items()):
        progress("Reading the backup back", done, len(paths))
        files[name] = manifest.content_of(path)
    return Manifest(made, checked.position, checked.records, renew, running, files, checked.tips)


async def _drained(settings: UpSettings, data: Path, server: GdpName, *, made: int, drain_s: float) -> bool:
    if not FilterSet.parse(SinkSettings.load().log_filter).matches(barrier.TOPIC):
        return False
    home = barrier.Home(
        parse_address(settings.mqtt, option="--mqtt"),
        parse_address(settings.gdp, option="--gdp"),
        server,
        DataDirectory(data).token(ADMIN),
    )
    return await barrier.drained(home, made=made, timeout_s=drain_s)


def _copy_rest(data: Path, partial: Path, progress: Progress, *, saved_since: int | None) -> None:
    """Copy everything that is not the store; the broker's database once it has been saved after `saved_since` (ns)."""
    progress("Copying keys, secrets and the broker's database")
    database = data / "broker" / DATABASE
    if saved_since is not None:
        _wait_for_save(database, saved_since)
    for path in _rest(data):
        copy = partial / path.relative_to(data)
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            shutil.copy2(path, copy)
        except FileNotFoundError:  # replaced between listing and copying
            if path.exists():
                shutil.copy2(path, copy)


def _rest(data: Path) -> Iterator[Path]:
    for top in sorted(data.iterdir()):
        if top.name in LEFT_OUT:
            continue
        for path in sorted(top.rglob("*")) if top.is_dir() else (top,):
            if path.is_file() and not path.is_symlink() and path.suffix not in UNFINISHED:
                yield path


def _wait_for_save(database: Path, since: int) -> None:
    """Wait until the broker has saved again; one that does not is backed up as it was saved last."""
    deadline = time.monotonic() + SAVE_S_MAX
    while time.monotonic() < deadline:
        try:
            if database.stat().st_mtime_ns > since:
                return
        except FileNotFoundError:
            pass
        time.sleep(POLL_S)


def _place(place: Path, made: int) -> Path:
    if place.suffix != TAR_SUFFIX and place.is_dir() and not (place / manifest.FILE_NAME).exists():
        moment = datetime.fromtimestamp(made // 1_000_000_000, UTC)
        place /= f"hearthlog-{moment:%Y%m%dT%H%M%SZ}"
    if place.exists():
        raise PlaceUnusable(f"{place} exists already, and a backup is never written over. Choose another name.")
    return place


@contextmanager
def _partial(final: Path) -> Iterator[Path]:
    """A directory beside the final place, of its owner alone, gone afterwards unless it was given its name."""
    partial = final.with_name(f".{final.name}.partial-{os.getpid()}")
    try:
        make_directory(partial)
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _sync(root: Path, progress: Progress) -> None:
    paths = [*root.rglob("*"), root]
    for done, path in enumerate(paths):
        progress("Making the backup durable", done, len(paths))
        _sync_path(path)


def _sync_path(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _name(partial: Path, final: Path, progress: Progress) -> None:
    if final.suffix != TAR_SUFFIX:
        partial.rename(final)
        _sync_path(final.parent)
        return
    progress("Packing")
    packed = partial.with_suffix(f"{partial.suffix}{TAR_SUFFIX}")
    try:
        with os.fdopen(os.open(packed, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                tar.add(partial, arcname=".")
            file.flush()
            os.fsync(file.fileno())
        packed.rename(final)
    finally:
        packed.unlink(missing_ok=True)
    _sync_path(final.parent)
