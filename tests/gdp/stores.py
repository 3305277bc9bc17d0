"""Stores for tests: clocks that stand still unless told, and a directory's contents as one value."""

import hashlib
import os
from pathlib import Path

from gdp.chain import verify
from gdp.disk import DISK, Disk
from gdp.settings import StoreSettings
from gdp.store import ReadableStore, Store, Write

NOVEMBER = 1_795_544_000_000_000_000
NS = 1_000_000_000


class Clock:
    """Wall and monotonic clock; `pass_s` moves both, `step_s` the wall clock alone."""

    def __init__(self, wall=NOVEMBER, monotonic=5 * NS):
        self._wall = wall
        self._monotonic = monotonic

    def wall(self):
        return self._wall

    def monotonic(self):
        return self._monotonic

    def pass_s(self, seconds):
        self._wall += int(seconds * NS)
        self._monotonic += int(seconds * NS)

    def step_s(self, seconds):
        self._wall += int(seconds * NS)


def open_store(directory: Path, clock: Clock | None = None, disk: Disk = DISK, **settings) -> Store:
    clock = clock or Clock()
    return Store.open(
        directory / "store",
        keys=directory / "keys",
        settings=StoreSettings(**settings),
        wall=clock.wall,
        monotonic=clock.monotonic,
        disk=disk,
    )


def die(store: Store):
    """Let the directory go as the end of a process does, without closing the store."""
    os.close(store._lock_fd)
    store._lock_fd = None


def write(store, topic, *parts, **more):
    """Commit one message; return where it is."""
    (result,) = store.commit([Write(topic, tuple(parts), **more)]).results
    return result


def topic_data(store: ReadableStore, topic):
    return [datum.data for datum in store.read(store.current(topic).name, 1, -1)]


def check_chains(store: ReadableStore):
    """Assert that every log verifies from its first record to its tip."""
    for info in store.logs():
        report = verify(info.metadata, store.read(info.name, 1, info.tip_recno))
        assert report.ok, report
        assert report.records == info.tip_recno
        assert info.tip_recno == 0 or report.tip == info.tip_hash


def contents(directory: Path):
    """Return what every file below a directory holds."""
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
