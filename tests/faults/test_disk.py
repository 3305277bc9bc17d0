"""A disk that is full, slow, or fails: nothing acknowledged is lost, and the sink says what it waits for or why it ended."""

import asyncio
import os
import subprocess
from contextlib import contextmanager

import pytest

from tests.faults.faulty_sink import FaultySink, all_stored, ended, fields, names, numbers_in, rises, send_numbers
from tests.faults.told import api_of, ears, needs, retained, stands, was
from tests.sink.mqtt import publisher
from tests.support.broker import Broker
from tests.support.waiting import poll

SMALL_DISK_MIB = 8


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
async def test_a_full_disk_pauses_the_sink_and_with_room_again_everything_is_kept(tmp_path, rounds):
    async with Broker(tmp_path / "broker") as broker, publisher(broker.port) as peer:
        with small_disk(tmp_path / "disk") as disk:
            async with (
                FaultySink(disk, broker.port, commit_log_mib=1, commit_log_keep_mib=0) as sink,
                api_of(sink, ready_lag_max_s=0.5) as api,
            ):
                for number in range(rounds):
                    ballast = disk / "ballast"
                    fill(ballast)
                    await send_numbers(peer, "t", range(number * 100, number * 100 + 100))
                    await sink.metric("hearthlog_sink_paused", 1.0)
                    assert sink.process.returncode is None
                    await stands(api, "sink.paused")
                    async with ears(broker.port) as listener:
                        await retained(listener, "sink.paused")
                    ballast.unlink()
                    await sink.metric("hearthlog_sink_paused", 0.0)
                    await all_stored(peer, sink, f"end/{number}")
                    await poll(lambda: needs(api), until=lambda found: not found)
                    await was(api, "sink.paused")
                await sink.stop()
                assert "no room on the disk" in fields(sink, "paused")[0]["reason"]
                assert names(sink).count("resumed") == rounds
                assert "no room on the disk" in await sink.said(), "said at once, where a full disk does not matter"
                assert numbers_in(sink.messages(), "t") == list(range(100 * rounds))


async def test_a_sink_with_nothing_in_hand_stops_though_the_disk_is_full_and_starts_on_a_full_disk(tmp_path):
    async with Broker(tmp_path / "broker") as broker, publisher(broker.port) as peer:
        with small_disk(tmp_path / "disk") as disk:
            async with FaultySink(disk, broker.port, stop_s_max=1) as sink:
                await send_numbers(peer, "t", range(100))
                await all_stored(peer, sink)
                fill(disk / "ballast")
                await sink.metric("hearthlog_sink_paused", 1.0)
                await sink.stop()
                await sink.start(subscribed=False)
                await sink.metric("hearthlog_sink_paused", 1.0)
                await sink.stop()
            (disk / "ballast").unlink()
            async with sink:
                await all_stored(peer, sink, "later")
            assert numbers_in(sink.messages(), "t") == list(range(100))
            assert names(sink)[-1] == "stopped"


@pytest.mark.parametrize("count", [500, pytest.param(50_000, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
async def test_a_slow_disk_is_measured_and_costs_time_only(tmp_path, count):
    async with (
        Broker(tmp_path / "broker") as broker,
        publisher(broker.port) as peer,
        FaultySink(tmp_path, broker.port) as sink,
        api_of(sink) as api,
    ):
        before = await sink.scrape()
        sink.set("sync_delay_ms", 50)
        await send_numbers(peer, "t", range(count))
        await all_stored(peer, sink)
        after = await poll(
            sink.scrape, until=lambda found: found["hearthlog_sink_acknowledged_messages_total"] >= count + 1
        )
        syncs, seconds = (
            after[f"hearthlog_sink_commit_seconds_{part}"] - before[f"hearthlog_sink_commit_seconds_{part}"]
            for part in ("count", "sum")
        )
        assert seconds / syncs >= 0.05
        assert syncs < count / 2, "what arrives while the disk is busy shares the next save"
        assert (await stands(api, "disk.slow"))["severity"] == "info"
        sink.clear("sync_delay_ms")
        await poll(lambda: needs(api), until=lambda found: not found)
        await sink.stop()
        assert numbers_in(sink.messages(), "t") == list(range(count))


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
async def test_a_disk_that_fails_stops_the_sink_and_is_never_tried_again(tmp_path, rounds):
    async with Broker(tmp_path / "broker") as broker, publisher(broker.port) as peer:
        async with FaultySink(tmp_path, broker.port) as sink, api_of(sink) as api:
            for number in range(rounds):
                first = number * 200
                await send_numbers(peer, "t", range(first, first + 100))
                sink.set("sync_fails")
                await send_numbers(peer, "t", range(first + 100, first + 200))
                last_words = await ended(sink, 74)
                assert "the store cannot go on" in last_words
                assert "Input/output error" in last_words
                assert (sink.faults / "sync_failed").read_text() == "failed\n", "a second try could lie"
                await stands(api, "sink.unreachable")
                assert "hearthlog_api_feed_connected 0.0" in (await api.get("/metrics")).text
                async with ears(broker.port) as listener:
                    await retained(listener, "sink.unreachable")
                sink.clear("sync_fails")
                sink.clear("sync_failed")
                await sink.start()
                await all_stored(peer, sink, f"end/{number}")
                await was(api, "sink.died")
            assert await sink.stop() == 0
        assert numbers_in(sink.messages(), "t") == list(range(200 * rounds))
        assert names(sink).count("started") == rounds + 1
        assert names(sink).count("stopped") == 1, "the other ends were none that it could say"


@pytest.mark.parametrize(
    ("count", "seconds"), [(3_000, 0), pytest.param(200_000, 60, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])]
)
async def test_publishers_faster_than_the_disk_wait_in_the_brokers_queue(tmp_path, count, seconds):
    """`max_queued_messages` is out of reach here, so that nothing is dropped; the sink's own memory is bounded."""
    bounds = {"backlog_messages_max": 200, "receive_maximum": 100}
    async with (
        Broker(tmp_path / "broker", config=["sys_interval 1"]) as broker,
        publisher(broker.port) as peer,
        FaultySink(tmp_path, broker.port, **bounds) as sink,
        api_of(sink, told_waiting_s=0.2) as api,
        ears(broker.port) as listener,
    ):
        sink.set("sync_delay_ms", 1_000)
        began, sent = asyncio.get_running_loop().time(), 0
        while sent < count or asyncio.get_running_loop().time() - began < seconds:
            await send_numbers(peer, "t", range(sent, sent + 500))
            sent += 500
        found = await rises(sink, "hearthlog_sink_backlog_messages")
        assert found["hearthlog_sink_oldest_unacknowledged_seconds"] > 0
        assert found["hearthlog_sink_acknowledged_messages_total"] < sent, "the broker has the rest"
        await stands(api, "sink.waits")
        await retained(listener, "sink.waits")
        sink.clear("sync_delay_ms")
        await all_stored(peer, sink)
        await sink.stop()
        assert numbers_in(sink.messages(), "t") == list(range(sent))


QUEUE = 200


def kept_and_dropped(found):
    """The broker tells what it dropped once a second, so that the first number may be of a moment in between."""
    return found["hearthlog_sink_stored_messages_total"] + found["hearthlog_sink_broker_dropped_messages_total"]


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
async def test_what_does_not_fit_into_the_brokers_queue_is_counted_and_said_as_the_broker_tells_it(tmp_path, rounds):
    """Which messages they were nobody can tell: the broker gives a number for all its clients together."""
    config = [f"max_queued_messages {QUEUE}", "max_inflight_messages 100", "sys_interval 1"]
    async with Broker(tmp_path / "broker", config=config) as broker, publisher(broker.port) as peer:
        sink = FaultySink(tmp_path, broker.port, refused_interval_s=0)
        async with sink:
            await send_numbers(peer, "t", range(100))
            await all_stored(peer, sink)
        for number in range(rounds):
            first = 1_000 * (number + 1)
            await send_numbers(peer, "t", range(first, first + 1_000))
            async with sink:
                await rises(sink, "hearthlog_sink_broker_dropped_messages_total")
                await all_stored(peer, sink, f"end/{number}")
                await poll(sink.scrape, until=lambda found: kept_and_dropped(found) == 1_000 + 1)
                async with api_of(sink) as api:
                    await stands(api, "broker.dropped")
                    async with ears(broker.port) as listener:
                        await retained(listener, "broker.dropped")
        kept = numbers_in(sink.messages(), "t")
        lost = 100 + 1_000 * rounds - len(kept)
        assert kept == sorted(set(kept))
        assert 0 < lost <= 1_000 * rounds - QUEUE
        told = fields(sink, "broker_dropped")
        assert sum(each["count"] for each in told) == lost
        assert "no room" in told[0]["advice"]
        assert "broker_queued_messages_max" in told[0]["advice"]


def fill(ballast):
    """Write until there is no room left, to the last byte."""
    with ballast.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


@contextmanager
def small_disk(path):
    """A file system of a few MiB in memory."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_MIB}m", "tmpfs", str(path)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
