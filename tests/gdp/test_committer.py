"""What is submitted is stored in order, told to listeners in order, and acknowledged only when durable."""

import asyncio
import os
import subprocess
import sys
import threading

import pytest

from gdp.commitlog.frame import RECORD_HEAD_BYTES
from gdp.committer import Committer
from gdp.disk import Disk
from gdp.errors import DiskFull, GdpError, NotFound, StoreFailed, Unavailable
from gdp.settings import StoreSettings
from gdp.store import ForeignAppend, Store, Write
from tests.gdp.stores import Clock, check_chains, die, open_store, topic_data
from tests.gdp.test_store_crash import REPOSITORY


def message(number, topic="t"):
    return [Write(topic, (b"%d" % number,))]


async def test_what_arrives_while_the_disk_is_busy_is_one_frame(tmp_path):
    with open_store(tmp_path) as store:
        commits = []
        async with Committer(store) as committer:
            committer.on_commit(commits.append)
            futures = [committer.submit(message(number)) for number in range(50)]
            results = await asyncio.gather(*futures)
        assert [result.recno for (result,) in results] == list(range(1, 51))
        assert len(commits[0].results) == 50
        assert topic_data(store, "t") == [b"%d" % number for number in range(50)]


async def test_listeners_hear_of_records_in_order_and_before_their_writer(tmp_path):
    with open_store(tmp_path) as store:
        heard = []
        async with Committer(store) as committer:
            committer.on_commit(lambda commit: heard.extend(record.logged for record in commit.records))
            for number in range(5):
                (result,) = await committer.submit(message(number))
                assert heard[-1] == result.ts
        assert heard == sorted(set(heard))
        assert heard[-1] == store.position


async def test_a_refused_item_is_a_value_and_the_others_are_stored(tmp_path):
    with open_store(tmp_path) as store:
        async with Committer(store) as committer:
            good, bad = await committer.submit([*message(1), ForeignAppend(bytes([1] * 32), ())])
        assert good.recno == 1
        assert isinstance(bad, NotFound)


async def test_leaving_waits_for_what_was_submitted_and_seals_it(tmp_path):
    with open_store(tmp_path) as store:
        async with Committer(store) as committer:
            last = [committer.submit(message(number)) for number in range(20)][-1]
        assert last.result()[0].recno == 20
        info = store.current("t")
        assert info.covered_recno == info.tip_recno == 20
        with pytest.raises(Unavailable):
            await committer.submit(message(21))


async def test_a_full_queue_makes_its_producer_wait(tmp_path):
    with open_store(tmp_path, queue_bytes_max=1_000, batch_bytes_max=500, commit_inline_bytes_max=0) as store:
        async with Committer(store) as committer:
            await committer.room()
            last = [committer.submit([Write("t", (b"x" * 2_000,))]) for _ in range(3)][-1]
            waiting = asyncio.create_task(committer.room())
            await asyncio.sleep(0)
            assert not waiting.done()
            await waiting
            await last


async def test_files_are_written_beside_the_commits(tmp_path):
    with open_store(tmp_path, glog_pending_max=8, glog_disk_share_max=1.0) as store:
        async with Committer(store) as committer:
            while store.current("t") is None or store.current("t").pending == store.current("t").tip_recno:
                await committer.submit(message(1))
        check_chains(store)


async def test_who_stores_faster_than_files_are_written_waits_and_neither_disk_nor_memory_fills(memory_path):
    bounds = {"segment_bytes": 4_000, "commit_log_bytes": 4_000, "commit_log_keep_bytes": 0, "batch_bytes_max": 1_000}
    with open_store(memory_path, **bounds) as store:
        most = 4 * 4_000 + 40_000  # and four segments, of which the first has the records of all logs in one frame
        async with Committer(store) as committer:
            for number in range(100):
                await committer.room()
                assert committer.has_room
                await committer.submit([Write(f"t{topic}", (b"%d" % number,)) for topic in range(20)])
                held = sum(len(chunk.places) for state in store._opened.registry.all() for chunk in state.chunks)
                assert store.commit_log_bytes < most
                assert held < most / RECORD_HEAD_BYTES
        check_chains(store)
        assert all(len(topic_data(store, f"t{topic}")) == 100 for topic in range(20))


async def test_who_stores_does_not_wait_for_files_that_cannot_be_written(memory_path):
    bounds = {"segment_bytes": 4_000, "commit_log_bytes": 4_000, "commit_log_keep_bytes": 0, "batch_bytes_max": 1_000}
    with open_store(memory_path, **bounds) as store:
        files = memory_path / "store" / "glogs"
        files.rmdir()
        files.write_bytes(b"no directory")
        async with Committer(store) as committer:
            for number in range(100):
                await committer.room()
                await committer.submit([Write(f"t{topic}", (b"%d" % number,)) for topic in range(10)])
            assert store.is_overfull
        files.unlink()
        files.mkdir()


async def test_the_watermark_advances_while_nothing_is_written(tmp_path):
    settings = StoreSettings(watermark_reserve_ms=200)
    with Store.open(tmp_path / "store", keys=tmp_path / "keys", settings=settings) as store:
        async with Committer(store):
            first = store.watermark()
            await until(lambda: store.watermark() > first + 1_000_000_000)


async def until(happened):
    """Wait until something has happened that nobody announces; the test's own timeout is the deadline."""
    while not happened():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def failing(monkeypatch, error, times):
    """Let the next writes to segments fail."""
    left = iter(range(times))
    real = os.writev

    def writev(fd, parts):
        if next(left, None) is not None:
            raise error
        return real(fd, parts)

    monkeypatch.setattr("gdp.commitlog.segment.os.writev", writev)


async def test_a_full_disk_pauses_storing_and_loses_nothing(tmp_path, monkeypatch):
    with open_store(tmp_path, disk_full_retry_ms=10) as store:
        pauses = []
        async with Committer(store) as committer:
            committer.on_pause(pauses.append)
            failing(monkeypatch, OSError(28, "No space left on device"), 3)
            (first,), (second,) = await asyncio.gather(committer.submit(message(1)), committer.submit(message(2)))
            assert (first.recno, second.recno) == (1, 2)
            assert committer.paused is None
        assert "no room" in pauses[0]
        assert pauses[1:] == [None]
        check_chains(store)


async def test_closing_with_a_full_disk_says_that_the_rest_is_not_stored(tmp_path, monkeypatch):
    with open_store(tmp_path, disk_full_retry_ms=10) as store:
        async with Committer(store) as committer:
            await committer.submit(message(1))
            failing(monkeypatch, OSError(28, "No space left on device"), 1_000_000)
            future = committer.submit(message(2))
            await until(lambda: committer.paused is not None)
        with pytest.raises(DiskFull):
            await future
        monkeypatch.undo()
        assert topic_data(store, "t") == [b"1"]


async def test_a_failing_disk_is_fatal_and_never_tried_again(tmp_path, monkeypatch):
    store = open_store(tmp_path)
    fatal = []
    syncs = []

    def fdatasync(fd):
        syncs.append(fd)
        raise OSError(5, "Input/output error")

    async with Committer(store, fatal=fatal.append) as committer:
        await committer.submit(message(1))
        monkeypatch.setattr("gdp.commitlog.segment.os.fdatasync", fdatasync)
        with pytest.raises(StoreFailed, match="fdatasync"):
            await committer.submit(message(2))
        with pytest.raises(GdpError):
            await committer.submit(message(3))
    assert len(syncs) == 1
    assert [type(error) for error in fatal] == [StoreFailed]
    die(store)


class NamesFail(Disk):
    """A disk that synchronises no directory of log files."""

    def sync_directory(self, path):
        if path.parent.name == "glogs":
            raise OSError(5, "Input/output error")
        super().sync_directory(path)


async def test_a_disk_that_fails_at_filing_is_fatal_too(tmp_path):
    settings = StoreSettings(glog_pending_max=1)
    store = Store.open(tmp_path / "store", keys=tmp_path / "keys", settings=settings, disk=NamesFail())
    fatal = asyncio.get_running_loop().create_future()
    async with Committer(store, fatal=fatal.set_result) as committer:
        await committer.submit(message(1))
        async with asyncio.timeout(60):
            assert isinstance(await fatal, StoreFailed)
    die(store)


def test_a_process_whose_disk_fails_ends_with_a_sentence(tmp_path):
    program = f"""
import asyncio, os
from pathlib import Path
from gdp.commitlog.frame import RECORD_HEAD_BYTES
from gdp.committer import Committer
from gdp.store import Store, Write

async def main():
    store = Store.open(Path({str(tmp_path)!r}) / "store", keys=Path({str(tmp_path)!r}) / "keys")
    async with Committer(store) as committer:
        await committer.submit([Write("t", (b"1",))])
        def fails(fd):
            raise OSError(5, "Input/output error")
        os.fdatasync = fails
        await committer.submit([Write("t", (b"2",))])

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 74
    assert "the store cannot go on" in done.stderr
    assert "fdatasync" in done.stderr
    with open_store(tmp_path) as store:
        assert topic_data(store, "t")[0] == b"1"


class WatchedDisk(Disk):
    """Takes so long for each fdatasync, by the clock, and knows in which threads that was."""

    def __init__(self, clock, took_s):
        self.clock, self.took_s, self.threads = clock, took_s, []

    def sync_data(self, fd):
        super().sync_data(fd)
        self.clock.pass_s(self.took_s)
        self.threads.append(threading.current_thread().name)


async def test_what_comes_alone_need_not_wait_for_a_thread_until_the_disk_is_slow(tmp_path):
    here, clock = threading.current_thread().name, Clock()
    disk = WatchedDisk(clock, 0.001)
    with open_store(tmp_path, clock, disk=disk) as store:
        async with Committer(store, clock=clock.monotonic) as committer:

            async def threads_of(count, data=b"x"):
                disk.threads.clear()
                for _ in range(count):
                    await committer.submit([Write("t", (data,))])
                return disk.threads

            assert set(await threads_of(5)) == {here}
            assert await threads_of(1, bytes(20_000)) == ["store-commit"], "a large one keeps the loop from its work"
            disk.took_s = 0.05
            assert (await threads_of(5))[-3:] == ["store-commit"] * 3
            disk.took_s = 0.001
            assert (await threads_of(30))[-1] == here


async def test_what_comes_alone_is_committed_at_once_unless_it_would_overtake_something_or_the_disk_is_slow(tmp_path):
    clock = Clock()
    disk = WatchedDisk(clock, 0.001)
    with open_store(tmp_path, clock, disk=disk) as store:
        told = []
        async with Committer(store, clock=clock.monotonic) as committer:
            committer.on_commit(lambda commit: told.append(commit.last))
            (result,) = committer.commit_at_once(message(1))
            assert (result.recno, told) == (1, [result.ts])
            waiting = committer.submit(message(2))
            assert committer.commit_at_once(message(3)) is None, "the second would come after the third"
            await waiting
            assert committer.commit_at_once([Write("t", (bytes(20_000),))]) is None
            disk.took_s = 1.0
            assert committer.commit_at_once(message(3)) is not None
            assert committer.commit_at_once(message(4)) is None, "the disk has just been slow"
        assert committer.commit_at_once(message(5)) is None, "it is closed"
        assert topic_data(store, "t") == [b"1", b"2", b"3"]


async def test_what_fails_at_once_fails_when_it_is_submitted(tmp_path, monkeypatch):
    with open_store(tmp_path, disk_full_retry_ms=10) as store:
        async with Committer(store) as committer:
            failing(monkeypatch, OSError(28, "No space left on device"), 2)
            assert committer.commit_at_once(message(1)) is None
            ((result,), pauses) = await committer.submit(message(1)), committer.paused
            assert (result.recno, pauses) == (1, None)
        check_chains(store)


async def test_threads_are_named_and_gone_afterwards(tmp_path):
    before = set(threading.enumerate())  # another test's store may be open all the while
    with open_store(tmp_path) as store:
        async with Committer(store) as committer:
            await committer.submit(message(1))
            names = {thread.name for thread in set(threading.enumerate()) - before}
            assert "store-glog" in names
            assert any(name.startswith("store-commit") for name in names)
        assert not [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("store-")]
