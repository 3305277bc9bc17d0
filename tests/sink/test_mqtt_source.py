"""The source gives the broker's deliveries in order, and answers only those of the connection that is."""

import asyncio
from importlib.metadata import version

from gdp_sink.mqtt_source import MqttOptions, MqttSource
from gdp_sink.source import Acks, Connected, Deliveries, Disconnected, Reason, Subscribed, Unreachable, whole
from ingest.envelope import Message
from tests.sink.mqtt import DEADLINE_S, publisher
from tests.support.broker import Broker, free_port
from tests.support.waiting import poll


def options(port, **more):
    return MqttOptions("127.0.0.1", port, "sink-under-test", reconnect_delay_max_s=0.5, **more)


class Tap:
    """Takes events from a source until there is what a test waits for."""

    def __init__(self, source):
        self.source = source
        self.events = []
        self.deliveries = []

    async def until(self, predicate):
        async with asyncio.timeout(DEADLINE_S):
            while not predicate():
                for event in await self.source.next():
                    self.events.append(event)
                    if isinstance(event, Deliveries):
                        self.deliveries += map(whole, event.batch)

    async def event(self, kind):
        await self.until(lambda: any(isinstance(event, kind) for event in self.events))
        found = next(event for event in self.events if isinstance(event, kind))
        self.events.remove(found)
        return found

    async def subscribed(self, filters=("#",), forget=()):
        connected = await self.event(Connected)
        self.source.subscribe(connected.generation, filters, forget)
        await self.event(Subscribed)
        return connected

    async def take(self, count):
        await self.until(lambda: len(self.deliveries) >= count)
        taken, self.deliveries = self.deliveries[:count], self.deliveries[count:]
        return taken


def payloads(deliveries):
    return [delivery.message.payload for delivery in deliveries]


def test_the_private_parts_of_paho_were_checked_with_this_version():
    assert version("paho-mqtt") == "2.2.0"


async def test_everything_that_mqtt_carries_is_delivered(tmp_path):
    async with Broker(tmp_path) as broker, MqttSource(options(broker.port)) as source, publisher(broker.port) as peer:
        tap = Tap(source)
        assert not (await tap.subscribed()).session_present
        await peer.publish("a/b", b"\x00\xff")
        await peer.publish("/", b"", qos=0)
        await peer.publish("c", b"x" * 1_000_000, retain=True, ContentType="text/plain", PayloadFormatIndicator=1)
        await peer.publish(
            "d",
            b"1",
            UserProperty=[("k", "v"), ("k", "ü")],
            ResponseTopic="r/t",
            CorrelationData=b"\x01",
            MessageExpiryInterval=100,
        )
        first, second, third, fourth = await tap.take(4)
    assert (first.topic, first.message, first.qos, first.dup) == ("a/b", Message(b"\x00\xff"), 1, False)
    assert (second.topic, second.message, second.qos, second.packet_id) == ("/", Message(b""), 0, 0)
    assert third.message == Message(b"x" * 1_000_000, retain=True, content_type="text/plain", payload_format=1)
    assert fourth.message == Message(
        b"1",
        user_properties=(("k", "v"), ("k", "ü")),
        response_topic="r/t",
        correlation=b"\x01",
        expiry_s=100,
    )


async def test_what_is_not_acknowledged_comes_again_after_a_reconnect(tmp_path):
    async with Broker(tmp_path) as broker, MqttSource(options(broker.port)) as source, publisher(broker.port) as peer:
        tap = Tap(source)
        generation = (await tap.subscribed()).generation
        for number in range(4):
            await peer.publish("t", str(number))
        old = await tap.take(4)
        assert source.acknowledge([Acks(generation, [old[0].packet_id, old[2].packet_id])]) == 0
        source.reconnect(generation, "test")
        assert (await tap.event(Disconnected)).reason == "test"
        assert (await tap.event(Connected)).session_present
        again = await tap.take(2)
    assert payloads(again) == [b"1", b"3"]
    assert all(delivery.dup for delivery in again)
    assert [delivery.packet_id for delivery in again] == [old[1].packet_id, old[3].packet_id]


async def test_an_acknowledgement_for_an_earlier_connection_is_not_sent(tmp_path):
    async with Broker(tmp_path) as broker, MqttSource(options(broker.port)) as source, publisher(broker.port) as peer:
        tap = Tap(source)
        generation = (await tap.subscribed()).generation
        await peer.publish("t", "old")
        (old,) = await tap.take(1)
        source.reconnect(generation, "test")
        now = (await tap.event(Connected)).generation
        await tap.take(1)
        assert source.acknowledge([Acks(generation, [old.packet_id])]) == 1
        source.reconnect(now, "test")
        await tap.event(Connected)
        (again,) = await tap.take(1)
    assert again.message.payload == b"old"


async def test_what_is_refused_for_good_is_not_sent_again_and_fills_no_window(tmp_path):
    async with (
        Broker(tmp_path) as broker,
        MqttSource(options(broker.port, receive_maximum=2)) as source,
        publisher(broker.port) as peer,
    ):
        tap = Tap(source)
        generation = (await tap.subscribed()).generation
        mids = [peer.send("t", str(number)) for number in range(10)]
        for number in range(10):
            (delivery,) = await tap.take(1)
            assert delivery.message.payload == str(number).encode()
            refused = {delivery.packet_id: Reason.QUOTA_EXCEEDED}
            source.acknowledge([Acks(generation, [delivery.packet_id], refused)])
        await peer.answered(mids)


async def test_no_more_than_the_receive_maximum_comes_before_an_acknowledgement(tmp_path):
    async with Broker(tmp_path) as broker, publisher(broker.port) as peer:
        async with MqttSource(options(broker.port)) as source:
            await Tap(source).subscribed()
        await peer.answered([peer.send("t", str(number)) for number in range(20)])
        async with MqttSource(options(broker.port, receive_maximum=5)) as source:
            tap = Tap(source)
            generation = (await tap.event(Connected)).generation
            first = await tap.take(5)
            # The answer to a second SUBSCRIBE comes after whatever the broker would have sent.
            source.subscribe(generation, ["other"], [])
            await tap.event(Subscribed)
            assert tap.deliveries == []
            source.acknowledge([Acks(generation, [each.packet_id for each in first])])
            await tap.take(1)


async def test_a_reader_that_does_not_ask_makes_the_broker_keep_the_rest(tmp_path):
    async with (
        Broker(tmp_path) as broker,
        MqttSource(options(broker.port, backlog_messages_max=50)) as source,
        publisher(broker.port) as peer,
    ):
        tap = Tap(source)
        await tap.subscribed()
        await peer.answered([peer.send("t", bytes(4000), qos=0) for _ in range(2000)])
        await poll(lambda: source.backlog >= 50)
        assert source.backlog < 1000
        assert len(await tap.take(2000)) == 2000


async def test_filters_that_no_longer_apply_are_forgotten_by_the_broker(tmp_path):
    async with Broker(tmp_path) as broker, publisher(broker.port) as peer:
        async with MqttSource(options(broker.port)) as source:
            await Tap(source).subscribed(["a/#", "b/#"])
        async with MqttSource(options(broker.port)) as source:
            tap = Tap(source)
            await tap.subscribed(["b/#"], forget=["a/#"])
            await peer.publish("a/1", "no")
            await peer.publish("b/1", "yes")
            assert payloads(await tap.take(1)) == [b"yes"]


async def test_a_subscription_that_is_denied_is_told(tmp_path):
    acl = tmp_path / "acl"
    acl.write_text("topic read allowed/#\n")
    async with (
        Broker(tmp_path, config=[f"acl_file {acl}"]) as broker,
        MqttSource(options(broker.port)) as source,
    ):
        tap = Tap(source)
        connected = await tap.event(Connected)
        source.subscribe(connected.generation, ["allowed/#", "other"], [])
        granted = (await tap.event(Subscribed)).granted
    assert granted["allowed/#"] == 1
    assert set(granted) == {"allowed/#", "other"}


async def test_a_broker_that_is_not_there_is_told_once_and_found_when_it_comes(tmp_path):
    port = free_port()
    async with MqttSource(options(port)) as source:
        tap = Tap(source)
        assert "refused" in (await tap.event(Unreachable)).reason.lower()
        broker = Broker(tmp_path)
        broker.directory.mkdir(exist_ok=True)
        broker.port = port
        await broker.start()
        try:
            await tap.event(Connected)
        finally:
            await broker.stop()
        assert await tap.event(Disconnected)
    assert not tap.events or not any(isinstance(event, Connected) for event in tap.events)


async def test_a_wrong_password_is_told_in_the_brokers_words(tmp_path):
    async with (
        Broker(tmp_path, anonymous=False) as broker,
        MqttSource(options(broker.port, user="sink", read_password=lambda: "wrong")) as source,
    ):
        assert "not authorized" in (await Tap(source).event(Unreachable)).reason.lower()


async def test_a_broker_that_hangs_is_left_and_found_again(tmp_path):
    async with Broker(tmp_path) as broker, MqttSource(options(broker.port, keepalive_s=1)) as source:
        tap = Tap(source)
        await tap.subscribed()
        broker.pause()
        reason = (await tap.event(Disconnected)).reason
        broker.resume()
        assert reason
        assert (await tap.event(Connected)).session_present


async def test_stopping_takes_nothing_more_and_still_acknowledges(tmp_path):
    async with Broker(tmp_path) as broker, publisher(broker.port) as peer:
        async with MqttSource(options(broker.port)) as source:
            tap = Tap(source)
            generation = (await tap.subscribed()).generation
            await peer.publish("t", "1")
            (first,) = await tap.take(1)
            source.stop_receiving()
            await peer.publish("t", "2")
            assert source.acknowledge([Acks(generation, [first.packet_id])]) == 0
            assert await source.next() == []
        async with MqttSource(options(broker.port)) as source:
            tap = Tap(source)
            await tap.subscribed()
            assert payloads(await tap.take(1)) == [b"2"]
