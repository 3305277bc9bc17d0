"""A sink that is killed at any moment loses nothing that it acknowledged, and stores nothing twice."""

import asyncio
import random

import pytest

from tests.sink.mqtt import publisher
from tests.sink.sink_process import SinkProcess
from tests.support.broker import Broker

TOPICS = 20


async def storm(peer, count, pace_s, sent):
    """Publish `count` messages with payloads that are all different; the broker acknowledges each."""
    for number in range(count):
        sent.append(peer.send(f"storm/{number % TOPICS}", payload_of(number)))
        if number % 20 == 19:
            await asyncio.sleep(pace_s)
    await peer.answered(sent)


@pytest.mark.parametrize(
    ("seed", "kills", "count"),
    [
        (1, 3, 6_000),
        *(pytest.param(seed, 8, 30_000, marks=[pytest.mark.soak, pytest.mark.timeout(1200)]) for seed in range(2, 12)),
    ],
)
async def test_a_sink_killed_in_a_publish_storm_keeps_each_message_once(tmp_path, seed, kills, count):
    random_s = random.Random(seed)
    async with Broker(tmp_path / "broker") as broker, publisher(broker.port) as peer:
        sink = SinkProcess(tmp_path / "data", broker.port)
        await sink.start()
        publishing = asyncio.create_task(storm(peer, count, 0.002, []))
        for _ in range(kills):
            await asyncio.sleep(random_s.uniform(0.05, 0.6))
            await sink.kill()
            await sink.start()
        await publishing
        await peer.publish("storm/end", "")
        await sink.stored("storm/end")
        assert await sink.stop() == 0, await sink.said()
        assert_each_once(sink.messages(), count)


@pytest.mark.parametrize(
    ("count", "kills"), [pytest.param(100_000, 4, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])]
)
async def test_a_backlog_of_more_messages_than_packet_ids_is_kept_once_each(tmp_path, count, kills):
    """Mosquitto 2.0.11 sends a whole queue at once, so packet ids are in use twice."""
    async with Broker(tmp_path / "broker") as broker, publisher(broker.port) as peer:
        sink = SinkProcess(tmp_path / "data", broker.port)
        async with sink:
            pass
        for start in range(0, count, 5_000):
            batch = range(start, min(count, start + 5_000))
            await peer.answered([peer.send(f"storm/{each % TOPICS}", payload_of(each)) for each in batch])
        await peer.publish("storm/end", "")
        random_s = random.Random(count)
        for _ in range(kills):
            await sink.start(subscribed=False)
            await asyncio.sleep(random_s.uniform(0.2, 2.0))
            await sink.kill()
        await sink.start(subscribed=False)
        await sink.stored("storm/end")
        assert await sink.stop() == 0
        assert_each_once(sink.messages(), count)


@pytest.mark.parametrize(
    ("breaks", "count"), [(3, 4_000), pytest.param(20, 40_000, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])]
)
async def test_connections_that_break_in_a_publish_storm_cost_and_double_nothing(tmp_path, breaks, count):
    async with (
        Broker(tmp_path / "broker") as broker,
        publisher(broker.port) as peer,
        SinkProcess(tmp_path / "data", broker.port, reconnect_delay_min_s=0.05) as sink,
    ):
        publishing = asyncio.create_task(storm(peer, count, 0.002, []))
        for _ in range(breaks):
            await asyncio.sleep(0.1)
            await take_over(broker.port, "hearthlog-sink")
        await publishing
        await peer.publish("storm/end", "")
        await sink.stored("storm/end")
        found = await sink.scrape()
        await sink.stop()
        assert found["hearthlog_sink_duplicate_messages_total"] + found["hearthlog_sink_stale_acks_total"] > 0
        assert_each_once(sink.messages(), count)


def assert_each_once(found, count):
    for number in range(TOPICS):
        payloads = [message.payload for message in found[f"storm/{number}"]]
        assert payloads == [payload_of(each) for each in range(number, count, TOPICS)]


def payload_of(number):
    return f"{number}-{'x' * (number % 300)}".encode()


async def take_over(port, client_id, expiry_s=0xFFFFFFFF):
    """Connect with the sink's client id, so that the broker drops the sink's connection, and go without a word."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    name = client_id.encode()
    body = b"\x00\x04MQTT\x05\x00\x00\x3c" + b"\x05\x11" + expiry_s.to_bytes(4) + len(name).to_bytes(2) + name
    writer.write(b"\x10" + bytes([len(body)]) + body)
    assert (await reader.readexactly(1)) == b"\x20"
    writer.transport.abort()
