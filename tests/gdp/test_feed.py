"""The feed (§17): the whole store in order of logged time, wherever a follower begins and however slow it is."""

import asyncio

import pytest

from gdp.client import GdpClient, Interruption, Watermark
from gdp.codes import Cmd
from gdp.datum import Datum
from gdp.errors import Older
from gdp.messages import ByTs, Content, Message, Success
from gdp.pdu import PAYLOAD_BYTES_MAX
from gdp.settings import StoreSettings
from tests.gdp.hosting import DEADLINE_S, ForeignLog, hosted, key, peer, slow_peer
from tests.support.waiting import poll

SMALL_SEGMENTS = StoreSettings(
    segment_bytes=20_000, commit_log_bytes=60_000, commit_log_keep_bytes=0, glog_disk_share_max=1.0, glog_pending_max=8
)


@pytest.fixture
async def home(tmp_path):
    async with hosted(tmp_path) as running:
        yield running


async def follow(client, home, ts, rid=7):
    ack = await client.ask(home.store.server, Cmd.SUBSCRIBE_BY_TS, rid, ByTs(ts, 0))
    assert (ack.cmd, ack.rid) == (Cmd.ACK_SUCCESS, rid)
    return ack


async def told(client, until):
    """Return the records told until a watermark at or after `until`, and the watermarks."""
    records, marks = [], []
    while not marks or marks[-1] < until:
        message = await client.message()
        if isinstance(message.body, Content):
            records += message.body.records
        elif message.body.ts is not None:  # else it answers a renewal, or is a sign of life
            marks.append(message.body.ts)
    return records, marks


def in_store(home):
    """Return what the store holds, as (log, datum), in order of time."""
    every = [(log.name, datum) for log in home.store.logs() for datum in home.store.read(log.name, 1, -1)]
    return sorted(every, key=lambda pair: pair[1].ts)


async def test_the_answer_says_the_position_and_each_batch_ends_with_a_watermark(home):
    await home.write("a", b"1")
    async with peer(home.port) as client:
        ack = await follow(client, home, None)
        assert ack == Message(Cmd.ACK_SUCCESS, 7, Success(ts=home.store.position))
        await home.write("a", b"2", b"3")
        records, marks = await told(client, home.store.position)
        assert [record.datum.data for record in records] == [b"2", b"3"]
        assert marks[-1] >= home.store.position


async def test_everything_from_a_position_on_and_nothing_before(home):
    for number in range(30):
        await home.write(f"t{number % 4}", b"%d" % number)
    every = in_store(home)
    async with peer(home.port) as client:
        for rid, begin in enumerate((0, 1, 5, len(every) - 1), start=1):
            await follow(client, home, every[begin][1].ts if begin else 0, rid)
            records, _ = await told(client, home.store.position)
            assert [(record.log, record.datum) for record in records] == every[begin:]
            await client.ask(home.store.server, Cmd.UNSUBSCRIBE, rid)


async def test_a_new_logs_catalogue_record_comes_before_its_first_record(home):
    async with peer(home.port) as client:
        await follow(client, home, None)
        await home.write("new", b"1")
        records, _ = await told(client, home.store.position)
        assert [record.log for record in records] == [home.store.catalogue, home.log("new")]


async def test_several_records_share_a_message_and_every_message_fits(home):
    async with peer(home.port) as client:
        await follow(client, home, None)
        await home.write("a", *[bytes(20_000)] * 10, bytes(65_000), bytes(65_000), b"x", b"y")
        sizes, count = [], 0
        while count < 15:  # with the catalogue's record
            pdu = await client.pdu()
            assert len(pdu.payload) <= PAYLOAD_BYTES_MAX
            sizes.append(len(pdu.payload))
            count += pdu.payload.count(b"\x7a\x20" + home.log("a")) + pdu.payload.count(
                b"\x7a\x20" + home.store.catalogue
            )
        assert len(sizes) < 12


async def test_an_appended_record_of_another_writer_is_told_at_its_logged_time(home):
    log = ForeignLog(key=key())
    async with GdpClient.connect("127.0.0.1", home.port) as writer, peer(home.port) as client:
        await follow(client, home, 0)
        await writer.create(log.metadata, server=home.store.server)
        await writer.append(log.name, [log.next(b"old", ts=1_000)])
        records, _ = await told(client, home.store.position)
        (foreign,) = [record for record in records if record.log == log.name]
        assert foreign.datum.ts == 1_000
        assert foreign.logged == home.store.position


async def test_unsubscribe_ends_the_feed(home):
    async with peer(home.port) as client:
        await follow(client, home, None)
        client.send(home.store.server, Cmd.UNSUBSCRIBE, 7)
        await poll(lambda: home.server.counters.feeds == 0)
        await home.write("a", b"1")
        home.server.tell_watermarks()
        while (await client.message()).body != Success():  # a watermark may have been on its way
            pass
        await client.nothing_waits(home.store.server)


async def test_the_feed_takes_no_count_and_needs_an_id(home):
    async with peer(home.port) as client:
        assert (await client.ask(home.store.server, Cmd.SUBSCRIBE_BY_TS, 1, ByTs(0, 5))).cmd == 192
        assert (await client.ask(home.store.server, Cmd.SUBSCRIBE_BY_TS, 0, ByTs(0, 0))).cmd == 192


async def test_a_refresh_does_not_begin_again(home):
    await home.write("a", b"1", b"2")
    async with peer(home.port) as client:
        await follow(client, home, 0)
        await told(client, home.store.position)
        client.send(home.store.server, Cmd.SUBSCRIBE_BY_TS, 7, ByTs(1, 0))
        await home.write("a", b"3")
        records, _ = await told(client, home.store.position)
        assert [record.datum.data for record in records] == [b"3"]
        assert home.server.counters.feeds == 1


async def test_history_older_than_the_segments_comes_log_by_log_and_then_in_order(tmp_path):
    async with hosted(tmp_path, store_settings=SMALL_SEGMENTS) as home:
        for number in range(60):
            await home.write(f"t{number % 5}", *[b"%d " % number * 30] * 10)
        home.store.flush_all()
        await poll(lambda: older(home))
        async with peer(home.port) as client:
            await follow(client, home, 0)
            records, _ = await told(client, home.store.position)
            assert records[0].log == home.store.catalogue
            assert sorted((r.log, r.datum) for r in records) == sorted(in_store(home))
            assert len({(r.log, r.datum.recno) for r in records}) == len(records)
            await home.write("t1", b"after")
            records, _ = await told(client, home.store.position)
            assert [r.datum.data for r in records if r.log == home.log("t1")] == [b"after"]


def older(home):
    try:
        next(home.store.frames(0), None)
    except Older:
        return True
    return False


async def test_our_client_tells_old_history_once_over_lost_connections(tmp_path):
    async with hosted(tmp_path, store_settings=SMALL_SEGMENTS) as home:
        for number in range(60):
            await home.write(f"t{number % 5}", *[b"%d " % number * 30] * 10)
        home.store.flush_all()
        await poll(lambda: older(home))
        seen, cut = [], 0
        async with GdpClient.connect("127.0.0.1", home.port) as client, asyncio.timeout(DEADLINE_S):
            async for item in client.feed(home.store.server, 0):
                if isinstance(item, Watermark):
                    if item.ns >= home.store.position:
                        break
                    continue
                if isinstance(item, Interruption):
                    continue
                seen += item.records
                if cut < 3:
                    cut += 1
                    home.server.hang_up_all()
        assert cut == 3
        assert len({(r.log, r.datum.recno) for r in seen}) == len(seen)
        assert {(r.log, r.datum.recno) for r in seen} == {(log, datum.recno) for log, datum in in_store(home)}


async def test_a_follower_that_does_not_read_misses_nothing_and_holds_up_nobody(tmp_path):
    bounds = {"write_ahead_bytes": 8_192, "feed_recent_bytes": 200_000, "read_batch_bytes": 8_192}
    async with hosted(tmp_path, **bounds) as home, slow_peer(home.port, b"s" * 32) as slow:
        await follow(slow, home, 0)
        async with peer(home.port) as fast:
            await follow(fast, home, 0)
            for number in range(100):
                await home.write("a", *[b"%3d" % number * 1_000] * 10)
                records, _ = await told(fast, home.store.position)
        assert home.server.counters.fell_behind >= 1
        assert home.server.waiting_bytes() < 2 * 8_192 + PAYLOAD_BYTES_MAX
        records, _ = await told(slow, home.store.position)
        assert [(r.log, r.datum) for r in records] == in_store(home)


async def test_promises_are_kept_while_the_store_is_busy(tmp_path):
    """No record is told at or before a watermark that was told already."""
    async with hosted(tmp_path, watermark_interval_s=0.001) as home, peer(home.port) as client:
        await follow(client, home, 0)

        async def write():
            for number in range(200):
                await home.write(f"t{number % 7}", b"%d" % number)
                await asyncio.sleep(0.001)

        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(write())
            mark, count = 0, 0
            while not writing.done() or mark < home.store.position:
                message = await client.message()
                if isinstance(message.body, Content):
                    assert all(record.logged > mark for record in message.body.records)
                    assert all(isinstance(record.datum, Datum) for record in message.body.records)
                    count += len(message.body.records)
                elif message.body.ts is not None:
                    assert message.body.ts >= mark
                    mark = message.body.ts
        assert count == len(in_store(home))
