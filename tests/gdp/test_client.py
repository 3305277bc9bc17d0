"""Our client with our server: requests, subscriptions and the feed, over lost connections too."""

import asyncio

import pytest

from gdp import errors
from gdp.catalogue import decode_entry
from gdp.client import FeedRecords, GdpClient, Interruption, Watermark
from gdp.settings import ClientSettings
from tests.gdp.hosting import DEADLINE_S, ForeignLog, hosted, key

QUICK = ClientSettings(reconnect_first_s=0.01, reconnect_max_s=0.05)


@pytest.fixture
async def home(tmp_path):
    async with hosted(tmp_path) as running:
        yield running


@pytest.fixture
async def client(home):
    async with GdpClient.connect("127.0.0.1", home.port, settings=QUICK) as connected:
        yield connected


async def take(iterator, count):
    async with asyncio.timeout(DEADLINE_S):
        return [await anext(iterator) for _ in range(count)]


async def test_create_append_open_and_read_a_log_of_ones_own(home, client):
    log = ForeignLog(key=key())
    assert await client.create(log.metadata, server=home.store.server) == log.name
    first, second = log.next(b"1"), log.next(b"2")
    receipt = await client.append(log.name, [first, second])
    assert receipt == (2, second.ts, log.hash(second))
    opened = await client.open(log.name)
    assert opened == (2, log.metadata)
    assert await client.read(log.name, 1) == first
    assert await client.read(log.name, -1) == second
    assert await client.read_by_hash(log.name, log.hash(first)) == first
    await client.ping(home.store.server)


async def test_refusals_come_back_as_the_errors_they_are(home, client):
    log = ForeignLog(key=key())
    await client.create(log.metadata, server=home.store.server)
    with pytest.raises(errors.Conflict):
        await client.create(log.metadata, server=home.store.server)
    first, second, third = log.next(b"1"), log.next(b"2"), log.next(b"3")
    await client.append(log.name, [first])
    with pytest.raises(errors.OutOfSequence):
        await client.append(log.name, [third])
    with pytest.raises(errors.BadSignature):
        await client.append(log.name, [second._replace(sig=None)])
    with pytest.raises(errors.NotFound):
        await client.read(log.name, 2)
    with pytest.raises(errors.NoRoute):
        await client.open(b"n" * 32)
    with pytest.raises(errors.Forbidden):
        await client.append(home.store.catalogue, [first])


async def test_a_long_range_comes_whole_and_in_order(home, client):
    await home.write("a", *[b"%d" % number for number in range(2_500)])
    log = home.log("a")
    assert [datum.data async for datum in client.read_range(log, 1)] == [b"%d" % number for number in range(2_500)]
    assert [datum.recno async for datum in client.read_range(log, -3)] == [2498, 2499, 2500]
    assert [datum.recno async for datum in client.read_range(log, 1_200, 1_100)] == list(range(1_200, 2_300))
    stored = home.store.read(log, 1, -1)
    assert [datum async for datum in client.read_by_ts(log, stored[1_100].ts)] == stored[1_100:]
    assert [datum async for datum in client.read_by_ts(log, stored[7].ts, 3)] == stored[7:10]


async def test_records_that_share_a_time_are_all_read_by_time_once(home):
    log = ForeignLog()
    settings = ClientSettings(range_records=4)
    async with GdpClient.connect("127.0.0.1", home.port, settings=settings) as client:
        await client.create(log.metadata, server=home.store.server)
        datums = [log.next(b"%d" % number, ts=1_000 + number // 10) for number in range(30)]
        await client.append(log.name, datums)
        assert [datum async for datum in client.read_by_ts(log.name, 1_001)] == datums[10:]


async def test_a_subscription_goes_from_history_into_what_comes(home, client):
    await home.write("a", b"1", b"2", b"3")
    records = client.subscribe(home.log("a"), 2)
    assert [datum.data for datum in await take(records, 2)] == [b"2", b"3"]
    await home.write("a", b"4")
    assert [datum.data for datum in await take(records, 1)] == [b"4"]
    await records.aclose()


async def test_a_subscription_to_what_comes_skips_history_and_ends_after_its_count(home, client):
    await home.write("a", b"1", b"2")
    records = client.subscribe(home.log("a"), None, 2)
    waiting = asyncio.create_task(anext(records))
    while not home.server.counters.subscriptions:
        await client.ping(home.store.server)
    await home.write("a", b"3", b"4", b"5")
    async with asyncio.timeout(DEADLINE_S):
        assert (await waiting).data == b"3"
        assert [datum.data async for datum in records] == [b"4"]


async def test_subscribing_to_log_a_while_reading_log_b_on_one_connection(home, client):
    """What hung the old binding for ever (§13): 200 of each."""
    await home.write("a", b"first")
    await home.write("b", *[b"b%d" % number for number in range(200)])
    a, b = home.log("a"), home.log("b")
    subscription = client.subscribe(a, 1)
    await take(subscription, 1)
    for number in range(200):
        await home.write("a", b"a%d" % number)
        async with asyncio.timeout(DEADLINE_S):
            assert (await client.read(b, number + 1)).data == b"b%d" % number
    assert [datum.data for datum in await take(subscription, 200)] == [b"a%d" % number for number in range(200)]
    assert home.server.counters.connections == 1
    await subscription.aclose()


async def test_a_consumer_that_stalls_loses_nothing_and_holds_up_nobody(home):
    settings = ClientSettings(stream_buffer_bytes_max=10_000)
    async with GdpClient.connect("127.0.0.1", home.port, settings=settings) as client:
        await home.write("a", b"first")
        subscription = client.subscribe(home.log("a"), 1)
        await take(subscription, 1)
        for number in range(100):
            await home.write("a", b"%4d" % number * 250)
            await client.ping(home.store.server)
        while home.server.counters.subscriptions:  # the client has let go
            await client.ping(home.store.server)
        got = await take(subscription, 100)
        assert [datum.recno for datum in got] == list(range(2, 102))
        await subscription.aclose()


@pytest.mark.parametrize("restarts", [4, pytest.param(200, marks=pytest.mark.soak)])
async def test_a_subscription_sees_every_record_once_over_restarts_of_the_server(tmp_path, restarts):
    async with hosted(tmp_path) as home:
        port = home.port
        await home.write("a", b"0")
        log = home.log("a")
    async with GdpClient.connect("127.0.0.1", port, settings=QUICK) as client:
        records = client.subscribe(log, 1)
        for number in range(restarts):
            async with hosted(tmp_path, port=port) as home:
                assert [datum.data for datum in await take(records, 1)] == [b"%d" % number]
                await home.write("a", b"%d" % (number + 1))
        await records.aclose()


async def test_requests_under_way_when_the_server_goes_fail_and_later_ones_work(tmp_path):
    async with hosted(tmp_path) as home:
        port, server = home.port, home.store.server
        client = GdpClient.connect("127.0.0.1", port, settings=QUICK)
        async with client:
            await client.ping(server)
            async with hosted(tmp_path / "other") as other:
                assert other.port != port
            await client.ping(server)
    settings = ClientSettings(request_timeout_s=0.05, reconnect_first_s=0.01, reconnect_max_s=0.02)
    async with GdpClient.connect("127.0.0.1", port, settings=settings) as client:
        with pytest.raises(errors.ConnectionLost, match=str(port)):
            await client.ping(server)


async def test_a_subscription_to_a_log_that_is_not_there_says_so(client):
    with pytest.raises(errors.NoRoute):
        await take(client.subscribe(b"n" * 32, 1), 1)


async def until_watermark(feed, ns):
    """Return what the feed tells until it promises that nothing up to `ns` is to come."""
    records = []
    async with asyncio.timeout(DEADLINE_S):
        async for item in feed:
            if isinstance(item, FeedRecords):
                records += item.records
            elif isinstance(item, Watermark) and item.ns >= ns:
                return records
    raise AssertionError


async def test_the_feed_tells_everything_in_order_the_catalogue_first(home, client):
    for number in range(20):
        await home.write(f"t{number % 3}", b"%d" % number)
    feed = client.feed(home.store.server, 0)
    records = await until_watermark(feed, home.store.position)
    assert [record.logged for record in records] == sorted({record.logged for record in records})
    seen = {home.store.catalogue}
    for log, datum, _ in records:
        assert log in seen
        if log == home.store.catalogue:
            seen.add(decode_entry(datum.recno, datum.data).name)
    assert [d.data for log, d, _ in records if log == home.log("t1")] == [b"%d" % n for n in range(1, 20, 3)]
    await home.write("t1", b"live")
    assert [d.data for log, d, _ in await until_watermark(feed, home.store.position) if log == home.log("t1")] == [
        b"live"
    ]
    await feed.aclose()


async def test_an_idle_feed_still_promises(tmp_path):
    async with (
        hosted(tmp_path, watermark_interval_s=0.02) as home,
        GdpClient.connect("127.0.0.1", home.port) as client,
    ):
        feed = client.feed(home.store.server, home.store.position)
        marks = [item.ns for item in await take(feed, 5) if isinstance(item, Watermark)]
        assert len(marks) == 5
        assert marks == sorted(set(marks))
        await home.write("a", b"x")
        (record,) = [r for r in await until_watermark(feed, home.store.position) if r.log == home.log("a")]
        assert record.logged > marks[-1]
        await feed.aclose()


async def test_a_feed_resumes_at_its_watermark_over_restarts_without_gap_or_duplicate(tmp_path):
    async with hosted(tmp_path) as home:
        port, server = home.port, home.store.server
        await home.write("a", b"0")
    seen = []
    async with GdpClient.connect("127.0.0.1", port, settings=QUICK) as client:
        feed = client.feed(server, 0)
        for number in range(1, 4):
            async with hosted(tmp_path, port=port) as home:
                seen += await until_watermark(feed, home.store.position)
                await home.write("a", b"%d" % number)
        await feed.aclose()
    async with hosted(tmp_path, port=port) as home:
        async with GdpClient.connect("127.0.0.1", port, settings=QUICK) as client:
            feed = client.feed(server, seen[-1].logged)
            seen += await until_watermark(feed, home.store.position)
            await feed.aclose()
        assert [r.datum.data for r in seen if r.log == home.log("a")] == [b"%d" % number for number in range(4)]
        assert len({(record.log, record.datum.recno) for record in seen}) == len(seen)


async def test_a_feed_says_at_once_that_its_connection_ended_and_then_goes_on(tmp_path):
    async with hosted(tmp_path) as home:
        port, server = home.port, home.store.server
        async with GdpClient.connect("127.0.0.1", port, settings=QUICK) as client:
            feed = client.feed(server, 0)
            await until_watermark(feed, home.store.position)
            home.server.hang_up_all()
            async with asyncio.timeout(DEADLINE_S):
                while not isinstance(item := await anext(feed), Interruption):
                    pass
            assert item.reason
            await home.write("a", b"1")
            records = await until_watermark(feed, home.store.position)
            assert [record.datum.data for record in records if record.log == home.log("a")] == [b"1"]
            await feed.aclose()


async def test_a_feed_of_another_store_is_refused(client):
    with pytest.raises(errors.NoRoute):
        await take(client.feed(b"s" * 32, 0), 1)


async def test_errors_leave_the_client_and_the_server_as_they_are(tmp_path):
    with pytest.raises(errors.NoRoute):
        async with hosted(tmp_path) as home, GdpClient.connect("127.0.0.1", home.port) as client:
            await client.open(b"n" * 32)
