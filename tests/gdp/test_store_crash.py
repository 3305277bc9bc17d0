"""A killed process loses nothing that it had acknowledged, and keeps it once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gdp.disk import Disk
from gdp.errors import StoreFailed
from gdp.store import Store
from tests.gdp.stores import check_chains, open_store, topic_data, write

REPOSITORY = Path(__file__).parents[2]


def start(directory):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.gdp.committing", str(directory)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )


def kill_after(process, lines):
    """Kill -9 once it has acknowledged this many records; return the last acknowledged number per topic."""
    acknowledged = {}
    for count, line in enumerate(process.stdout):
        if line.endswith("\n"):
            topic, recno = line.split()
            acknowledged[topic] = int(recno)
        if count == lines:
            process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return acknowledged


def check(directory, acknowledged):
    with open_store(directory) as store:
        check_chains(store)
        for topic, recno in acknowledged.items():
            data = topic_data(store, topic)
            assert len(data) >= recno
            assert data == [f"{topic} {number}".encode() for number in range(1, len(data) + 1)]
        assert all(info.covered_recno == info.tip_recno for info in store.logs() if info.kind != "foreign")


def test_all_that_was_acknowledged_before_kill_9_is_there_once(tmp_path):
    for lines in (300, 2_000):
        acknowledged = kill_after(start(tmp_path), lines)
        assert sum(acknowledged.values()) > lines
        check(tmp_path, acknowledged)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_a_hundred_kills_lose_nothing(tmp_path):
    for round_ in range(100):
        check(tmp_path, kill_after(start(tmp_path), 211 * (round_ % 40)))


def test_a_reader_of_the_directory_is_not_confused_by_a_busy_writer(tmp_path):
    process = start(tmp_path)
    for _ in range(1_000):
        process.stdout.readline()
    for _ in range(3):
        check_chains(Store.open_readonly(tmp_path / "store"))
        for _ in range(300):
            process.stdout.readline()
    kill_after(process, 0)


class Interrupted(Disk):
    """A disk at which a signal's exception arrives: `at` a write that was half done or whole, or at its durability."""

    at = ""

    def write(self, fd, parts):
        if self.at == "half a write":
            super().write(fd, (b"".join(parts)[:50],))
            raise KeyboardInterrupt
        written = super().write(fd, parts)
        if self.at == "a write":
            raise KeyboardInterrupt
        return written

    def sync_data(self, fd):
        if self.at == "a sync":
            raise KeyboardInterrupt
        super().sync_data(fd)


@pytest.mark.parametrize("at", ["half a write", "a write", "a sync"])
def test_a_commit_that_a_signal_interrupts_harms_nothing_that_follows(tmp_path, at):
    disk = Interrupted()
    store = Store.open(tmp_path / "store", keys=tmp_path / "keys", disk=disk)
    write(store, "t", b"1")
    whole = store.commit_log_bytes
    disk.at = at
    with pytest.raises(KeyboardInterrupt):
        write(store, "t", b"2")
    disk.at = ""
    with pytest.raises(StoreFailed, match="KeyboardInterrupt"):
        write(store, "t", b"3")
    assert at == "a sync" or store._opened.log.current.path.stat().st_size == whole
    assert topic_data(store, "t") == [b"1"]
    store.close()
    with open_store(tmp_path) as store:
        write(store, "t", b"4")
        assert topic_data(store, "t") == ([b"1", b"2", b"4"] if at == "a sync" else [b"1", b"4"])
        check_chains(store)
