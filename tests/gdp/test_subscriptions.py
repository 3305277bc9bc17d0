"""Subscriptions on the wire (§5): history and live without gap or duplicate, and nobody waits for a slow reader."""

import asyncio
import random
from contextlib import AsyncExitStack

import pytest

from gdp.client import GdpClient
from gdp.codes import Cmd
from gdp.messages import ByHash, ByRecno, ByTs, Content, End, Message, Success
from tests.gdp.hosting import DEADLINE_S, hosted, peer, slow_peer


@pytest.fixture
async def home(tmp_path):
    async with hosted(tmp_path) as running:
        yield running


async def subscribe(client, log, rid=7, start=None, nrecs=None, *, many=False):
    ack = await client.ask(log, Cmd.SUBSCRIBE_BY_RECNO, rid, ByRecno(start, nrecs, many))
    assert ack == Message(Cmd.ACK_SUCCESS, rid, Success())


async def received(client, count):
    """Return the numbers of the next records that come."""
    found = []
    while len(found) < count:
        message = await client.message()
        assert isinstance(message.body, Content), message
        found += [record.datum.recno for record in message.body.records]
    return found


@pytest.mark.parametrize(
    ("start", "history"), [(None, []), (0, []), (-1, [3]), (-2, [2, 3]), (-99, [1, 2, 3]), (2, [2, 3])]
)
async def test_where_a_subscription_begins(home, start, history):
    await home.write("a", b"1", b"2", b"3")
    async with peer(home.port) as client:
        await subscribe(client, home.log("a"), start=start)
        assert await received(client, len(history)) == history
        await home.write("a", b"4")
        assert await received(client, 1) == [4]


async def test_subscriptions_by_time_and_by_hash_begin_at_that_record(home):
    await home.write("a", b"1", b"2", b"3")
    stored = home.store.read(home.log("a"), 1, -1)
    async with peer(home.port) as client:
        for rid, cmd, body in (
            (1, Cmd.SUBSCRIBE_BY_TS, ByTs(stored[1].ts)),
            (2, Cmd.SUBSCRIBE_BY_HASH, ByHash(stored[2].prevhash)),
        ):
            assert (await client.ask(home.log("a"), cmd, rid, body)).cmd == Cmd.ACK_SUCCESS
            assert await received(client, 2) == [2, 3]
        assert (await client.ask(home.log("a"), Cmd.SUBSCRIBE_BY_HASH, 3, ByHash(b"x" * 32))).cmd == 196


async def test_a_count_counts_history_too_and_ends_the_subscription(home):
    await home.write("a", b"1", b"2", b"3")
    async with peer(home.port) as client:
        await subscribe(client, home.log("a"), start=2, nrecs=4)
        await home.write("a", b"4", b"5", b"6")
        assert await received(client, 4) == [2, 3, 4, 5]
        assert await client.message() == Message(Cmd.ACK_END_OF_RESULTS, 7, End(4))
        await client.nothing_waits(home.store.server)
        assert home.server.counters.subscriptions == 0


async def test_acknowledgement_history_and_live_are_numbered_in_one_count(home):
    await home.write("a", b"1", b"2")
    async with peer(home.port) as client:
        client.send(home.log("a"), Cmd.SUBSCRIBE_BY_RECNO, 7, ByRecno(1, None))
        numbers = [(await client.pdu()).seq for _ in range(3)]
        await home.write("a", b"3", b"4")
        numbers += [(await client.pdu()).seq for _ in range(2)]
        assert numbers == [0, 1, 2, 3, 4]


async def test_unsubscribe_is_honoured_and_close_ends_all_of_a_log(home):
    await home.write("a", b"1")
    async with peer(home.port) as client:
        await subscribe(client, home.log("a"), rid=1)
        await subscribe(client, home.log("a"), rid=2)
        assert await client.ask(home.log("a"), Cmd.UNSUBSCRIBE, 1) == Message(Cmd.ACK_SUCCESS, 1, Success())
        await home.write("a", b"2")
        assert (await client.message()).rid == 2
        assert (await client.ask(home.log("a"), Cmd.CLOSE, 9)).cmd == Cmd.ACK_SUCCESS
        await home.write("a", b"3")
        await client.nothing_waits(home.store.server)
        assert home.server.counters.subscriptions == 0


async def test_asking_again_with_the_same_id_never_makes_a_second_subscription(home):
    await home.write("a", b"1", b"2", b"3")
    async with peer(home.port) as client:
        await subscribe(client, home.log("a"), start=2)
        assert await received(client, 2) == [2, 3]
        await subscribe(client, home.log("a"), start=4)  # a refresh
        await subscribe(client, home.log("a"))
        await home.write("a", b"4")
        assert await received(client, 1) == [4]
        assert home.server.counters.subscriptions == 1
        await subscribe(client, home.log("a"), start=1)  # another beginning replaces it
        assert await received(client, 4) == [1, 2, 3, 4]
        await client.nothing_waits(home.store.server)
        assert home.server.counters.subscriptions == 1


async def test_a_refresh_behind_another_router_begins_where_it_asks(home):
    await home.write("a", b"1", b"2", b"3")
    async with peer(home.port, advertise=False) as router:
        await subscribe(router, home.log("a"), start=1)
        assert await received(router, 3) == [1, 2, 3]
        await subscribe(router, home.log("a"), start=2)
        assert await received(router, 2) == [2, 3]
        assert home.server.counters.subscriptions == 1


async def test_a_subscription_behind_another_router_ends_if_it_is_not_refreshed(tmp_path):
    now = [0.0]
    async with hosted(tmp_path, monotonic=lambda: now[0]) as home:
        await home.write("a", b"1")
        async with peer(home.port, advertise=False) as router, peer(home.port, b"d" * 32) as direct:
            await subscribe(router, home.log("a"), rid=1)
            await subscribe(router, home.log("a"), rid=2)
            await subscribe(direct, home.log("a"), rid=3)
            now[0] = 100.0
            await subscribe(router, home.log("a"), rid=2)
            now[0] = 200.0
            home.server.expire()
            assert (await router.message()).cmd == 239
            await home.write("a", b"2")
            assert (await router.message()).rid == 2
            assert (await direct.message()).rid == 3
            assert home.server.counters.expired == 1


async def test_a_subscription_needs_an_id_and_there_is_a_bound(tmp_path):
    async with hosted(tmp_path, subscriptions_max=1) as home, peer(home.port) as client:
        catalogue = home.store.catalogue
        assert (await client.ask(catalogue, Cmd.SUBSCRIBE_BY_RECNO, 0, ByRecno(None))).cmd == 192
        await subscribe(client, catalogue, rid=1)
        assert (await client.ask(catalogue, Cmd.SUBSCRIBE_BY_RECNO, 2, ByRecno(None))).cmd == 227


async def test_subscribers_are_told_when_the_server_goes(tmp_path):
    async with hosted(tmp_path) as home:
        client_context = peer(home.port)
        client = await client_context.__aenter__()
        await subscribe(client, home.store.catalogue)
    assert (await client.message()).cmd == 239
    with pytest.raises((EOFError, ConnectionError)):
        await client.message()
    await client_context.__aexit__(None, None, None)


async def test_history_meets_live_without_gap_or_duplicate_wherever_a_reader_begins(home):
    chance = random.Random(5)
    await home.write("a", b"1")
    log, total = home.log("a"), 1_500

    async def write():
        written = 1
        while written < total:
            count = min(chance.randint(1, 20), total - written)
            await home.write("a", *[b"%d" % (written + number) for number in range(1, count + 1)])
            written += count

    async def read(rid, pause):
        for _ in range(pause):
            await asyncio.sleep(0)
        start = chance.randint(1, home.store.log(log).tip_recno)
        async with peer(home.port, bytes([rid]) * 32) as client:
            await subscribe(client, log, rid=rid, start=start, many=bool(rid % 2))
            assert await received(client, total - start + 1) == list(range(start, total + 1))
            await client.nothing_waits(home.store.server)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(write())
        for rid in range(1, 13):
            tasks.create_task(read(rid, rid * 50))


async def test_64_readers_that_do_not_read_hold_up_neither_the_writer_nor_a_fast_reader(tmp_path):
    """And what they would not take is not kept for them in memory: they find it in the store when they read on."""
    total, ahead = 320, 8_192
    async with hosted(tmp_path, write_ahead_bytes=ahead, read_batch_bytes=ahead) as home, AsyncExitStack() as stack:
        await home.write("a", b"first")
        log = home.log("a")
        names = [bytes([number]) * 32 for number in range(1, 65)]
        slow = [await stack.enter_async_context(slow_peer(home.port, name)) for name in names]
        for number, reader in enumerate(slow, start=1):
            await subscribe(reader, log, rid=number)
        async with GdpClient.connect("127.0.0.1", home.port) as client:
            fast = client.subscribe(log, 1)
            got = 0
            async with asyncio.timeout(DEADLINE_S):
                for number in range(total // 10):
                    await home.write("a", *[b"%4d" % number * 2_500] * 10)
                    while got < home.store.log(log).tip_recno:
                        got += 1
                        assert (await anext(fast)).recno == got
            await fast.aclose()
        assert home.server.counters.fell_behind >= 64
        assert home.server.waiting_bytes() < 64 * (ahead + 200_000)  # one batch each beyond the bound, not 3 MB each
        for reader in slow[:4]:
            assert await received(reader, total) == list(range(2, total + 2))
