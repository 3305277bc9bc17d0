"""What a server answers to requests, byte by byte where C depends on it (§5, §12)."""

import asyncio
import gc
import socket

import pytest

from gdp.catalogue import CATALOGUE_TOPIC
from gdp.codes import Cmd
from gdp.messages import Append, ByHash, ByRecno, ByTs, Content, Create, End, Message, Open, Refusal, Success
from gdp.pdu import Pdu, PduType
from tests.gdp.hosting import DEADLINE_S, ForeignLog, hosted, key, peer


@pytest.fixture
async def home(tmp_path):
    async with hosted(tmp_path) as running:
        yield running


def records(messages):
    return [
        record.datum for message in messages if isinstance(message.body, Content) for record in message.body.records
    ]


async def create(client, home, log):
    answer = await client.ask(home.store.server, Cmd.CREATE, 1, Create(log.metadata.blob, log.name))
    assert answer == Message(Cmd.ACK_CREATED, 1, Success())


async def append(client, log, *datums, rid=9):
    return await client.ask(log.name, Cmd.APPEND, rid, Append(datums))


async def test_create_open_append_read_close_as_a_c_client_does(home):
    log = ForeignLog()
    async with peer(home.port) as client:
        await create(client, home, log)
        opened = await client.ask(log.name, Cmd.OPEN_APPEND, 2, Open())
        assert opened == Message(Cmd.ACK_SUCCESS, 2, Success(recno=0, metadata=log.metadata.blob))
        first = log.next(b"hello")
        ack = await append(client, log, first, rid=0)
        assert ack == Message(Cmd.ACK_SUCCESS, 0, Success(recno=1, ts=first.ts, hash=log.hash(first)))
        one = await client.ask(log.name, Cmd.READ_BY_RECNO, 0, ByRecno(1, 0))
        assert records([one]) == [first]
        missing = await client.ask(log.name, Cmd.READ_BY_RECNO, 0, ByRecno(2, 0))
        assert missing == Message(196, 0, Refusal("", 2))
        assert await client.ask(log.name, Cmd.CLOSE) == Message(Cmd.ACK_SUCCESS, 0, Success())


async def test_open_tells_the_last_record_number_and_the_metadata(home):
    await home.write("a", b"1", b"2", b"3")
    name = home.log("a")
    async with peer(home.port) as client:
        for cmd in (Cmd.OPEN_APPEND, Cmd.OPEN_READ, Cmd.OPEN_BOTH):
            answer = await client.ask(name, cmd, 5, Open())
            assert answer == Message(Cmd.ACK_SUCCESS, 5, Success(recno=3, metadata=home.store.log(name).metadata.blob))
        assert (await client.ask(name, Cmd.GETMETADATA, 6)).body.metadata == home.store.log(name).metadata.blob


async def test_getmetadata_can_be_hidden_from_c_readers_that_die_of_it(tmp_path):
    async with hosted(tmp_path, answer_metadata=False) as home, peer(home.port) as client:
        assert (await client.ask(home.store.catalogue, Cmd.GETMETADATA, 6)).cmd == 225


async def test_a_range_is_one_record_a_message_numbered_in_order_then_its_end(home):
    await home.write("a", *[b"%d" % number for number in range(1, 6)])
    async with peer(home.port) as client:
        client.send(home.log("a"), Cmd.READ_BY_RECNO, 3, ByRecno(2, 3))
        pdus = [await client.pdu() for _ in range(4)]
        assert [pdu.seq for pdu in pdus] == [0, 1, 2, 3]
        assert (await client.ask(home.store.server, Cmd.PING, 4)).rid == 4
        found = await client.range(home.log("a"), Cmd.READ_BY_RECNO, 5, ByRecno(2, 3))
        assert [datum.data for datum in records(found)] == [b"2", b"3", b"4"]
        assert all(len(message.body.records) == 1 for message in found[:-1])
        assert found[-1] == Message(Cmd.ACK_END_OF_RESULTS, 5, End(3))


@pytest.mark.parametrize(
    ("recno", "nrecs", "expected"),
    [(1, -1, [1, 2, 3, 4, 5]), (4, None, [4, 5]), (-2, -1, [4, 5]), (-99, 2, [1, 2]), (0, 2, [0, 1]), (5, 9, [5])],
)
async def test_where_a_range_begins_and_ends(home, recno, nrecs, expected):
    await home.write("a", *[b"%d" % number for number in range(1, 6)])
    async with peer(home.port) as client:
        found = await client.range(home.log("a"), Cmd.READ_BY_RECNO, 5, ByRecno(recno, nrecs))
        assert [datum.recno for datum in records(found)] == expected
        if expected[0] == 0:
            assert records(found)[0].data == home.store.log(home.log("a")).metadata.blob


async def test_a_range_of_nothing_is_not_found_and_a_bad_count_is_a_bad_option(home):
    await home.write("a", b"1")
    async with peer(home.port) as client:
        assert (await client.ask(home.log("a"), Cmd.READ_BY_RECNO, 5, ByRecno(7, 3))).cmd == 196
        assert (await client.ask(home.log("a"), Cmd.READ_BY_RECNO, 5, ByRecno(1, -2))).cmd == 194
        assert (await client.ask(home.log("a"), Cmd.SUBSCRIBE_BY_RECNO, 5, ByRecno(1, -1))).cmd == 194


async def test_who_asks_for_many_gets_several_records_in_one_message(home):
    await home.write("a", *[b"%d" % number for number in range(1, 6)])
    async with peer(home.port) as client:
        found = await client.range(home.log("a"), Cmd.READ_BY_RECNO, 5, ByRecno(1, -1, many=True))
        assert [len(message.body.records) for message in found[:-1]] == [5]
        assert found[-1].body == End(5)


async def test_reads_by_time_and_by_hash(home):
    await home.write("a", *[b"%d" % number for number in range(1, 6)])
    stored = home.store.read(home.log("a"), 1, -1)
    async with peer(home.port) as client:
        found = await client.range(home.log("a"), Cmd.READ_BY_TS, 5, ByTs(stored[2].ts, -1))
        assert records(found) == stored[2:]
        one = await client.ask(home.log("a"), Cmd.READ_BY_TS, 5, ByTs(stored[1].ts + 1, 0))
        assert records([one]) == [stored[2]]
        digest = stored[4].prevhash
        one = await client.ask(home.log("a"), Cmd.READ_BY_HASH, 6, ByHash(digest))
        assert records([one]) == [stored[3]]
        assert (await client.ask(home.log("a"), Cmd.READ_BY_HASH, 6, ByHash(b"x" * 32))).cmd == 196


async def test_an_identical_append_is_acknowledged_and_stored_once(home):
    log = ForeignLog()
    async with peer(home.port) as client:
        await create(client, home, log)
        first = log.next(b"one")
        assert await append(client, log, first) == await append(client, log, first)
        assert home.store.read(log.name, 1, -1) == [first]


async def test_a_different_record_with_an_existing_number_is_a_conflict(home):
    log = ForeignLog()
    async with peer(home.port) as client:
        await create(client, home, log)
        first = log.next(b"one")
        await append(client, log, first)
        assert (await append(client, log, first._replace(data=b"other"))).cmd == 201
        assert home.store.read(log.name, 1, -1) == [first]


async def test_a_hole_or_a_wrong_link_is_refused(home):
    log = ForeignLog()
    async with peer(home.port) as client:
        await create(client, home, log)
        first, second, third = (log.next(data) for data in (b"1", b"2", b"3"))
        await append(client, log, first)
        assert (await append(client, log, third)).cmd == 195
        assert (await append(client, log, second._replace(prevhash=bytes(32)))).cmd == 195
        assert (await append(client, log, second._replace(prevhash=None))).cmd == 195
        assert home.store.read(log.name, 1, -1) == [first]


async def test_several_records_in_one_append_are_stored_all_or_none(home):
    log = ForeignLog()
    async with peer(home.port) as client:
        await create(client, home, log)
        first, second, third = (log.next(data) for data in (b"1", b"2", b"3"))
        assert (await append(client, log, first, third)).cmd == 195
        assert home.store.read(log.name, 1, -1) == []
        ack = await append(client, log, first, second, third)
        assert ack.body == Success(recno=3, ts=third.ts, hash=log.hash(third))


async def test_a_log_with_a_key_takes_only_what_is_signed_with_it(home):
    log = ForeignLog(key=key())
    async with peer(home.port) as client:
        await create(client, home, log)
        unsigned = log.next(b"1", sign=False)
        assert (await append(client, log, unsigned)).cmd == 193
        assert (await append(client, log, unsigned._replace(sig=b"0\x06\x02\x01\x01\x02\x01\x01"))).cmd == 193
        assert (await append(client, log, log.signed(unsigned))).cmd == Cmd.ACK_SUCCESS


async def test_an_unchained_log_of_a_c_writer_is_taken(home):
    log = ForeignLog(chained=False)
    async with peer(home.port) as client:
        await create(client, home, log)
        for data in (b"1", b"2", b"3"):
            assert (await append(client, log, log.next(data))).cmd == Cmd.ACK_SUCCESS


async def test_the_logs_of_a_running_sink_are_read_only_over_the_wire(home):
    await home.write("a", b"1")
    async with peer(home.port) as client:
        for name in (home.log("a"), home.log(CATALOGUE_TOPIC)):
            tip = home.store.log(name)
            datum = home.store.read(name, -1, 1)[0]._replace(recno=tip.tip_recno + 1, prevhash=tip.tip_hash)
            assert (await client.ask(name, Cmd.APPEND, 1, Append((datum,)))).cmd == 195
            assert home.store.log(name).tip_recno == tip.tip_recno


async def test_a_log_is_created_only_under_the_hash_of_its_metadata_and_once(home):
    log = ForeignLog()
    async with peer(home.port) as client:
        server = home.store.server
        assert (await client.ask(server, Cmd.CREATE, 1, Create(log.metadata.blob, b"x" * 32))).cmd == 192
        assert (await client.ask(server, Cmd.CREATE, 1, Create(b"\0\0", b"x" * 32))).cmd == 192
        await create(client, home, log)
        assert (await client.ask(server, Cmd.CREATE, 1, Create(log.metadata.blob, log.name))).cmd == 201


async def test_records_that_could_not_be_read_back_are_refused(home):
    log = ForeignLog()
    async with peer(home.port) as client:
        await create(client, home, log)
        good = log.next(b"x")
        big = good._replace(data=bytes(65_001))
        assert (await append(client, log, big)).cmd == 205
        assert (await append(client, log, good._replace(accuracy=float("nan")))).cmd == 192
        assert (await append(client, log, good._replace(accuracy=-1.0))).cmd == 192
        largest = good._replace(data=bytes(65_000))
        assert (await append(client, log, largest)).cmd == Cmd.ACK_SUCCESS
        assert records([await client.ask(log.name, Cmd.READ_BY_RECNO, 0, ByRecno(1, 0))]) == [largest]


async def test_a_malformed_message_is_dropped_and_counted_and_the_connection_kept(home):
    async with peer(home.port) as client:
        client.send_pdu(Pdu(PduType.REGULAR, home.store.catalogue, client.name, 0, b"\xff\xff"))
        client.send_pdu(Pdu(PduType.REGULAR, home.store.catalogue, client.name, 0, b""))
        await client.nothing_waits(home.store.server)
        assert home.server.counters.malformed == 2


async def test_bytes_that_are_no_pdus_end_that_connection_only(home):
    async with peer(home.port) as good, peer(home.port, b"q" * 32) as bad:
        bad.send_raw(b"GET / HTTP/1.1\r\n" * 20)
        with pytest.raises((EOFError, ConnectionError)):
            await bad.pdu()
        await good.nothing_waits(home.store.server)
        assert home.server.counters.garbled == 1


async def test_unknown_commands_are_not_implemented_and_codes_without_reply_get_none(home):
    async with peer(home.port) as client:
        for cmd in (Cmd.HELLO, Cmd.DELETE, 100):
            assert (await client.ask(home.store.catalogue, cmd, 3)).cmd == 225
        client.send(home.store.catalogue, 1, 3)
        client.send(home.store.catalogue, 128, 3)
        await client.nothing_waits(home.store.server)


async def test_names_that_nobody_serves_have_no_route(home):
    async with peer(home.port) as client:
        client.send(b"n" * 32, Cmd.OPEN_READ, 1, Open())
        assert await client.pdu() == Pdu(PduType.NO_ROUTE, client.name, b"n" * 32)


async def test_clients_reach_each_other_by_the_names_they_advertise(home):
    async with peer(home.port, b"a" * 32) as one, peer(home.port, b"b" * 32) as two:
        two.advertise(b"l" * 32)
        await two.nothing_waits(home.store.server)
        one.send(b"l" * 32, Cmd.OPEN_READ, 1, Open())
        asked = await two.pdu()
        assert (asked.src, asked.dst) == (one.name, b"l" * 32)
        two.send_pdu(Pdu(PduType.REGULAR, one.name, b"l" * 32, 7, b"payload"))
        assert await one.pdu() == Pdu(PduType.REGULAR, one.name, b"l" * 32, 7, b"payload")
        two.send_pdu(Pdu(PduType.WITHDRAW, b"l" * 32, two.name))
        await two.nothing_waits(home.store.server)
        one.send(b"l" * 32, Cmd.OPEN_READ, 1, Open())
        assert (await one.pdu()).type == PduType.NO_ROUTE


async def test_names_go_with_the_connection_that_advertised_them(home):
    async with peer(home.port, b"a" * 32) as one:
        async with peer(home.port, b"b" * 32) as two:
            await two.nothing_waits(home.store.server)
        while home.server.counters.connections > 1:
            await one.nothing_waits(home.store.server)
        one.send(b"b" * 32, Cmd.OPEN_READ, 1, Open())
        assert (await one.pdu()).type == PduType.NO_ROUTE


async def test_one_client_too_many_is_turned_away(tmp_path):
    async with hosted(tmp_path, connections_max=1) as home, peer(home.port) as first:
        await first.nothing_waits(home.store.server)
        async with peer(home.port, b"q" * 32) as second:
            with pytest.raises((EOFError, ConnectionError)):
                await second.pdu()
        assert home.server.counters.turned_away == 1
        await first.nothing_waits(home.store.server)


@pytest.mark.parametrize("turns", range(10))
async def test_a_client_that_comes_while_the_server_stops_is_let_go_and_does_not_hold_it_up(tmp_path, turns):
    async with asyncio.timeout(DEADLINE_S), hosted(tmp_path) as home:
        arriving = socket.create_connection(("127.0.0.1", home.port))
        for _ in range(turns):  # so many steps into its reception
            await asyncio.sleep(0)
    arriving.close()
    gc.collect()
