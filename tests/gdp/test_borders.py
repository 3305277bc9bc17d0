"""The moments at which a record could be lost or told twice, made to last (§5, §17)."""

import asyncio
import threading

import pytest

from gdp.client import GdpClient
from gdp.codes import Cmd
from gdp.messages import ByRecno, ByTs, Content, Message, Open, Record, Success
from gdp.pdu import Pdu, PduType
from gdp.settings import ClientSettings, StoreSettings
from gdp.store import Write
from gdp.wire import encode
from tests.gdp.hosting import DEADLINE_S, ForeignLog, hosted, peer
from tests.support.waiting import poll


@pytest.fixture
async def home(tmp_path):
    # What is held here is the store's thread; the loop goes on.
    async with hosted(tmp_path, store_settings=StoreSettings(commit_inline_bytes_max=0)) as running:
        yield running


async def records(client, count):
    found = []
    while len(found) < count:
        message = await client.message()
        if isinstance(message.body, Content):
            found += [record.datum.data for record in message.body.records]
    return found


async def test_a_record_that_comes_when_the_end_of_history_was_just_read_is_told(home, monkeypatch):
    await home.write("a", b"1", b"2")
    real, come, at_the_end = home.store.read, threading.Event(), threading.Event()

    def read(name, first, count):
        found = real(name, first, count)
        if not found:
            at_the_end.set()
            assert come.wait(DEADLINE_S)
        return found

    monkeypatch.setattr(home.store, "read", read)
    async with peer(home.port) as client:
        await client.ask(home.log("a"), Cmd.SUBSCRIBE_BY_RECNO, 7, ByRecno(1))
        assert await records(client, 2) == [b"1", b"2"]
        await poll(at_the_end.is_set)
        await home.write("a", b"3")
        come.set()
        assert await records(client, 1) == [b"3"]
        await home.write("a", b"4")
        assert await records(client, 1) == [b"4"]
        await client.nothing_waits(home.store.server)


@pytest.fixture
def held(home, monkeypatch):
    """An event: until it is set, what is committed is durable but nobody has been told."""
    real, tell = home.store.commit, threading.Event()

    def commit(batch):
        done = real(batch)
        assert tell.wait(DEADLINE_S)
        return done

    monkeypatch.setattr(home.store, "commit", commit)
    yield tell
    tell.set()


async def test_a_record_read_from_the_store_before_it_was_announced_is_told_once(home, held):
    held.set()
    await home.write("a", b"1")
    held.clear()
    written = home.committer.submit([Write("a", (b"2",))])
    await poll(lambda: home.store.log(home.log("a")).tip_recno == 2)
    async with peer(home.port) as client:
        await client.ask(home.log("a"), Cmd.SUBSCRIBE_BY_RECNO, 7, ByRecno(1))
        assert await records(client, 2) == [b"1", b"2"]
        held.set()
        await written
        await home.write("a", b"3")
        assert await records(client, 1) == [b"3"]
        await client.nothing_waits(home.store.server)


async def test_a_feed_tells_such_a_record_once_too(home, held):
    held.set()
    await home.write("a", b"1")
    held.clear()
    written = home.committer.submit([Write("a", (b"2",))])
    await poll(lambda: home.store.log(home.log("a")).tip_recno == 2)
    async with peer(home.port) as client:
        first = home.store.read(home.log("a"), 1, 1)[0]
        client.send(home.store.server, Cmd.SUBSCRIBE_BY_TS, 7, ByTs(first.ts, 0))
        assert await records(client, 2) == [b"1", b"2"]
        held.set()
        await written
        await home.write("a", b"3")
        assert await records(client, 1) == [b"3"]


async def test_a_feed_promises_nothing_over_a_record_that_was_not_told_yet(home, held):
    held.set()
    await home.write("a", b"1")
    async with peer(home.port) as client:
        answer = await client.ask(home.store.server, Cmd.SUBSCRIBE_BY_TS, 7, ByTs(None, 0))
        await client.nothing_waits(home.store.server)
        held.clear()
        written = home.committer.submit([Write("a", (b"2",))])
        await poll(lambda: home.store.position > answer.body.ts)
        position = home.store.position
        home.server.tell_watermarks()
        held.set()
        await written
        message = await client.message()
        while not isinstance(message.body, Content):
            assert message.body.ts < position
            message = await client.message()


async def test_a_follower_that_waits_for_old_records_gets_signs_of_life(home, monkeypatch):
    await home.write("a", b"1")
    real, go_on = home.store.frames, threading.Event()

    def frames(after):
        assert go_on.wait(DEADLINE_S)
        yield from real(after)

    monkeypatch.setattr(home.store, "frames", frames)
    async with peer(home.port) as client:
        await client.ask(home.store.server, Cmd.SUBSCRIBE_BY_TS, 7, ByTs(0, 0))
        home.server.tell_watermarks()
        assert await client.message() == Message(Cmd.ACK_SUCCESS, 7, Success())
        go_on.set()
        assert (await records(client, 3))[-1] == b"1"


async def test_our_client_renews_in_time_and_drops_what_it_has_seen(home):
    """A log daemon that forgets and repeats, as a C one may, behind our router."""
    log = ForeignLog()
    datums = [log.next(b"%d" % number) for number in range(1, 5)]
    settings = ClientSettings(refresh_interval_s=0.05)
    async with (
        peer(home.port, b"d" * 32) as daemon,
        GdpClient.connect("127.0.0.1", home.port, settings=settings) as client,
    ):
        daemon.advertise(log.name)
        await daemon.nothing_waits(home.store.server)

        def answer(asked, cmd, rid, body):
            payload = encode(Message(cmd, rid, body))
            daemon.send_pdu(Pdu(PduType.REGULAR, asked.src, log.name, 0, payload))

        async def serve():
            asked = await daemon.pdu()
            opened = Success(recno=4, metadata=log.metadata.blob)
            answer(asked, Cmd.ACK_SUCCESS, 1, opened)
            asked = await daemon.pdu()
            first = asked.payload
            answer(asked, Cmd.ACK_SUCCESS, 2, Success())
            for recno in (1, 2):
                answer(asked, Cmd.ACK_CONTENT, 2, Content((Record(b"", datums[recno - 1], 0),)))
            renewal = (await daemon.pdu()).payload
            for recno in (2, 3, 4):
                answer(asked, Cmd.ACK_CONTENT, 2, Content((Record(b"", datums[recno - 1], 0),)))
            return first, renewal

        serving = asyncio.create_task(serve())
        subscription = client.subscribe(log.name, 1)
        async with asyncio.timeout(DEADLINE_S):
            got = [await anext(subscription) for _ in range(4)]
        assert got == datums
        first, renewal = await serving
        assert first == encode(Message(Cmd.SUBSCRIBE_BY_RECNO, 2, ByRecno(1, 0, many=True)))
        assert renewal == encode(Message(Cmd.SUBSCRIBE_BY_RECNO, 2, ByRecno(3, 0, many=True)))
        await subscription.aclose()
        assert (await daemon.message()).cmd == Cmd.UNSUBSCRIBE


async def test_a_log_daemon_of_another_kind_is_used_through_our_router(home):
    """What `gdplogd` does: one connection, its own name and each log's advertised."""
    log = ForeignLog()
    async with peer(home.port, b"d" * 32) as daemon, GdpClient.connect("127.0.0.1", home.port) as client:
        daemon.advertise(log.name)
        await daemon.nothing_waits(home.store.server)
        opening = asyncio.create_task(client.open(log.name))
        asked = await daemon.pdu()
        assert asked.payload == encode(Message(Cmd.OPEN_READ, 1, Open()))
        opened = Message(Cmd.ACK_SUCCESS, 1, Success(recno=7, metadata=log.metadata.blob))
        daemon.send_pdu(Pdu(PduType.REGULAR, asked.src, log.name, 0, encode(opened)))
        async with asyncio.timeout(DEADLINE_S):
            assert await opening == (7, log.metadata)
