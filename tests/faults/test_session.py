"""The sink's session at the broker: taken over, lost, expired; acknowledgements that come too late."""

import asyncio

import pytest

from ingest.envelope import Message
from tests.faults.faulty_sink import FaultySink, all_stored, fields, names, numbers_in, rises, send_numbers
from tests.faults.told import api_of, ears, retained, stands, was
from tests.sink.mqtt import publisher
from tests.sink.sink_process import SinkProcess
from tests.sink.test_killed import take_over
from tests.support.broker import Broker
from tests.support.waiting import poll

SINK = "hearthlog-sink"
RETAINED = 200
KILLS = 2


@pytest.mark.parametrize("rounds", [3, pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
async def test_a_client_that_takes_the_sinks_id_is_named_and_not_fought_in_a_tight_loop(tmp_path, rounds):
    async with (
        Broker(tmp_path / "broker") as broker,
        publisher(broker.port) as peer,
        SinkProcess(tmp_path / "data", broker.port, reconnect_delay_max_s=2) as sink,
        api_of(sink) as api,
    ):
        began = asyncio.get_running_loop().time()
        for number in range(rounds):
            await take_over(broker.port, SINK)
            # Mosquitto 2.0.11 closes without a word: the first time may be a broken connection.
            await poll(lambda: len(sink.events("disconnected")) > number)  # noqa: B023
            await rises(sink, "hearthlog_sink_takeovers_total", number)
            await sink.metric("hearthlog_sink_subscribed", 1.0)
        fought_s = asyncio.get_running_loop().time() - began
        await send_numbers(peer, "t", range(100))
        await all_stored(peer, sink)
        await was(api, "broker.taken_over")
        assert (await stands(api, "broker.taken_over"))["until"] is None, "somebody is to look, for an hour"
        async with ears(broker.port) as listener:
            await retained(listener, "broker.taken_over")
        await sink.stop()
        told = fields(sink, "taken_over")
        assert len(told) == rounds - 1
        assert "another client connects with the sink's client id" in told[0]["advice"]
        assert len(fields(sink, "disconnected")) == rounds
        # Each delay is at least half of a bound that doubles from 0.25 s to 2 s.
        assert fought_s >= sum(min(2.0, 0.25 * 2**number) / 2 for number in range(rounds))
        assert numbers_in(sink.messages(), "t") == list(range(100))


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
async def test_acknowledgements_of_an_earlier_connection_are_dropped_and_counted(tmp_path, rounds):
    async with (
        Broker(tmp_path / "broker") as broker,
        publisher(broker.port) as peer,
        FaultySink(tmp_path, broker.port, reconnect_delay_min_s=0.01, reconnect_delay_max_s=0.05) as sink,
    ):
        for number in range(rounds):
            before = (await sink.scrape())["hearthlog_sink_stale_acks_total"]
            sink.set("sync_delay_ms", 1_000)
            await send_numbers(peer, "t", range(number * 50, number * 50 + 50))
            await rises(sink, "hearthlog_sink_backlog_messages")
            await take_over(broker.port, SINK)
            await rises(sink, "hearthlog_sink_stale_acks_total", before + 1)
            sink.clear("sync_delay_ms")
            await all_stored(peer, sink, f"end/{number}")
        found = await sink.scrape()
        await sink.stop()
        # What was stored and could not be acknowledged came again, and was known.
        assert found["hearthlog_sink_duplicate_messages_total"] >= found["hearthlog_sink_stale_acks_total"]
        assert fields(sink, "stopped")[-1]["counters"]["stale_acks"] == found["hearthlog_sink_stale_acks_total"]
        assert numbers_in(sink.messages(), "t") == list(range(50 * rounds))


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
async def test_what_was_stored_before_a_kill_and_not_acknowledged_is_known_when_it_comes_again(tmp_path, rounds):
    async with Broker(tmp_path / "broker") as broker, publisher(broker.port) as peer:
        # It must die of the messages, not of a heartbeat or seal before them.
        async with FaultySink(tmp_path, broker.port, heartbeat_s=3_600, signature_interval_s=3_600) as sink:
            for number in range(rounds):
                await all_stored(peer, sink, f"begin/{number}")  # and so is what the sink says of its own start
                sink.set("die_after_sync")
                await send_numbers(peer, "t", range(number * 50, number * 50 + 50))
                await sink.exited()
                sink.clear("die_after_sync")
                await sink.start()
                await rises(sink, "hearthlog_sink_duplicate_messages_total")
                await all_stored(peer, sink, f"end/{number}")
            assert await sink.stop() == 0
        assert numbers_in(sink.messages(), "t") == list(range(50 * rounds))
        assert fields(sink, "stopped")[-1]["counters"]["duplicates"] > 0
        assert names(sink).count("started") == rounds + 1, "an end that was not said: it was killed"
        assert names(sink).count("stopped") == 1


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
async def test_a_session_that_expired_while_the_sink_was_away_is_said_and_what_was_retained_is_not_stored_twice(
    tmp_path, rounds
):
    async with Broker(tmp_path / "broker") as broker, publisher(broker.port) as peer:
        sink = SinkProcess(tmp_path / "data", broker.port)
        async with sink:
            await peer.publish("kept/value", "same", retain=True)
            await send_numbers(peer, "t", range(100))
            await all_stored(peer, sink)
        for number in range(rounds):
            await expire(broker)
            await peer.publish("t", "1000000")  # nobody's any more
            async with sink, api_of(sink) as api:
                await rises(sink, "hearthlog_sink_lost_sessions_total")
                await rises(sink, "hearthlog_sink_repeated_retained_messages_total")
                await all_stored(peer, sink, f"end/{number}")
                await stands(api, "broker.session_lost")
        found = sink.messages()
        assert found["kept/value"] == [Message(b"same", retain=True)]
        assert numbers_in(found, "t") == list(range(100))
        assert names(sink).count("session_lost") == rounds
        assert [event["session_present"] for event in fields(sink, "connected")] == [False] * (rounds + 1)


@pytest.mark.parametrize("rounds", [1, pytest.param(25, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
async def test_a_sink_killed_while_retained_messages_come_again_stores_none_of_them_twice(tmp_path, rounds):
    """And what a device retains meanwhile is stored, also if it says the same as before."""
    async with Broker(tmp_path / "broker") as broker, publisher(broker.port) as peer:
        sink = FaultySink(tmp_path, broker.port, receive_maximum=20)
        async with sink:
            await peer.answered([peer.send(f"kept/{number}", "same", retain=True) for number in range(RETAINED)])
            await all_stored(peer, sink)
        for number in range(rounds):
            await expire(broker)
            sink.set("sync_delay_ms", 100)
            async with sink:
                for again in range(KILLS):
                    await rises(sink, "hearthlog_sink_received_messages_total")
                    await peer.publish(f"kept/{number * KILLS + again}", "same", retain=True)
                    await sink.kill()
                    await sink.start()
                sink.clear("sync_delay_ms")
                await all_stored(peer, sink, f"end/{number}")
        found = sink.messages()
        counts = [len(found[f"kept/{number}"]) for number in range(RETAINED)]
        assert counts == [2] * (rounds * KILLS) + [1] * (RETAINED - rounds * KILLS)
        assert names(sink).count("session_lost") == rounds
        assert fields(sink, "replayed")


async def expire(broker):
    """Give the sink's session a second to live, and wait until the broker has ended it."""
    before = broker.log.count(f"Expiring client {SINK}") + broker.log.count(f"Client {SINK} has expired")
    await take_over(broker.port, SINK, expiry_s=1)
    await poll(
        lambda: broker.log.count(f"Expiring client {SINK}") + broker.log.count(f"Client {SINK} has expired") > before
    )
