"""The way past paho keeps what paho was for: faults are found and said, a live broker is not taken for a dead one."""

import asyncio
from contextlib import asynccontextmanager

from gdp_sink.mqtt_source import MqttSource
from gdp_sink.source import Acks, Connected, Disconnected, Reason
from tests.sink.mqtt import publisher
from tests.sink.test_mqtt_source import Tap, options, payloads
from tests.sink.test_publish_splitter import publish
from tests.support.broker import Broker
from tests.support.waiting import poll

CONNACK = b"\x20\x03\x00\x00\x00"


@asynccontextmanager
async def scripted_broker(says):
    """Accepts each connection, says these bytes, and keeps what it is told; gives its port and that list."""
    heard = []

    async def serve(reader, writer):
        heard.append(b"")
        at = len(heard) - 1
        try:
            await reader.read(1)  # of CONNECT
            writer.write(CONNACK + says)
            while data := await reader.read(65_536):
                heard[at] += data
        finally:  # it may be cancelled with the loop, when the test is over
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heard


async def test_a_malformed_message_ends_the_connection_and_what_came_before_it_is_delivered():
    malformed = publish(payload=b"2", properties=b"\x7f\x7f")
    async with (
        scripted_broker(publish(payload=b"1") + malformed + publish(payload=b"3")) as (port, _),
        MqttSource(options(port)) as source,
    ):
        tap = Tap(source)
        assert (await tap.event(Connected)).generation == 1
        assert "protocol" in (await tap.event(Disconnected)).reason.lower()
        assert payloads(tap.deliveries) == [b"1"]
        assert (await tap.event(Connected)).generation == 2


async def test_a_broker_that_speaks_no_mqtt_is_left():
    async with scripted_broker(b"\x32\xff\xff\xff\xff\xff") as (port, _), MqttSource(options(port)) as source:
        assert (await Tap(source).event(Disconnected)).reason


async def test_a_batch_is_answered_in_its_order_each_message_with_its_reason():
    messages = b"".join(publish(packet_id=number) for number in (7, 65_535, 1))
    async with scripted_broker(messages) as (port, heard), MqttSource(options(port)) as source:
        tap = Tap(source)
        generation = (await tap.event(Connected)).generation
        ids = [delivery.packet_id for delivery in await tap.take(3)]
        assert source.acknowledge([Acks(generation, ids)]) == 0
        accepted = b"\x40\x02\x00\x07\x40\x02\xff\xff\x40\x02\x00\x01"
        await poll(lambda: heard[0].endswith(accepted))
        reasons = (Reason.SUCCESS, Reason.QUOTA_EXCEEDED, Reason.SUCCESS)
        source.acknowledge([Acks(generation, ids, dict(zip(ids, reasons, strict=True)))])
        refused = b"\x40\x02\x00\x07\x40\x03\xff\xff\x97\x40\x02\x00\x01"
        await poll(lambda: heard[0].endswith(accepted + refused))


async def test_a_broker_that_is_not_read_from_is_not_taken_for_one_that_hangs(tmp_path):
    """While reading is paused the answers to our probes lie unread, for as long as the disk may be full."""
    async with (
        Broker(tmp_path, config=["log_type all"]) as broker,
        MqttSource(options(broker.port, keepalive_s=1, backlog_messages_max=1)) as source,
        publisher(broker.port) as peer,
    ):
        tap = Tap(source)
        await tap.subscribed()
        await peer.publish("t", "1")
        await poll(lambda: source.backlog)
        await peer.publish("t", "2")
        probes = broker.log.count("Received PINGREQ from sink-under-test")
        await poll(lambda: broker.log.count("Received PINGREQ from sink-under-test") >= probes + 3)
        assert payloads(await tap.take(2)) == [b"1", b"2"]
        assert not any(isinstance(event, Disconnected) for event in tap.events)
