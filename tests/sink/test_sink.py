"""A real sink on a real broker: what it says of itself, what it leaves alone, how it stops."""

import asyncio
import socket
import struct

from gdp.client import GdpClient
from ingest.envelope import Message
from tests.sink.mqtt import publisher
from tests.sink.sink_process import SinkProcess
from tests.support.broker import Broker, free_port
from tests.support.waiting import poll


def payloads(messages):
    return [message.payload for message in messages]


async def test_the_own_log_says_why_it_stopped_and_beats_until_then(tmp_path):
    async with Broker(tmp_path / "broker") as broker:
        async with SinkProcess(tmp_path / "data", broker.port) as sink, publisher(broker.port) as peer:
            await peer.publish("a", "1")
            await peer.publish("a", "2", qos=0)
            await sink.stored("a", 2)
            await poll(lambda: sink.events("heartbeat"))
        assert sink.process.returncode == 0
        names = [event["event"] for event in sink.events()]
        assert names[:3] == ["started", "connected", "subscribed"]
        assert names[-1] == "stopped"
        (beat, *_) = sink.events("heartbeat")
        assert beat["state"] == {"session": True, "subscribed": True}
        assert "clock_offset_ns" in beat
        topics = [each for event in sink.events("topic") for each in event["topics"]]
        assert topics == [{"topic": "a", "qos": 1}, {"topic": "a", "qos": 0}]
        last = sink.events("stopped")[-1]
        assert last["state"]["session"] is False
        assert last["counters"]["stored"] == 2
        assert last["counters"]["acknowledged"] == 1


async def test_the_own_log_tells_of_a_broker_that_went_and_came_back(tmp_path):
    async with Broker(tmp_path / "broker") as broker:
        async with SinkProcess(tmp_path / "data", broker.port) as sink:
            await broker.stop()
            await sink.metric("hearthlog_sink_connected", 0.0)
            await broker.start()
            await sink.metric("hearthlog_sink_subscribed", 1.0)
        passing = {"heartbeat", "unreachable", "probing"}
        names = [event["event"] for event in sink.events() if event["event"] not in passing]
        assert names == [
            *("started", "connected", "subscribed"),
            *("disconnected", "connected", "subscribed", "stopped"),
        ]
        assert [event["session_present"] for event in sink.events("connected")] == [False, True]


async def test_a_lost_session_is_said_and_its_retained_messages_are_not_stored_twice(tmp_path):
    async with Broker(tmp_path / "broker") as broker, publisher(broker.port) as peer:
        sink = SinkProcess(tmp_path / "data", broker.port)
        async with sink:
            for number in range(50):
                await peer.publish(f"r/{number}", "same", retain=True)
            await peer.publish("r/changes", "before", retain=True)
            await sink.stored("r/changes")
        await forget_session(broker)
        await peer.publish("r/changes", "after", retain=True)
        async with sink:
            await sink.metric("hearthlog_sink_repeated_retained_messages_total", 50.0)
            await peer.publish("live", "")
            await sink.stored("live")
            await peer.publish("r/1", "same", retain=True)
            await sink.stored("r/1", 2)
        found = sink.messages()
        assert found["r/0"] == [Message(b"same", retain=True)]
        assert found["r/1"] == [Message(b"same", retain=True)] * 2
        assert payloads(found["r/changes"]) == [b"before", b"after"]
        assert len(sink.events("session_lost")) == 1
        assert [event["epoch"] for event in sink.events("connected")] == [1, 2]


async def test_a_session_that_a_killed_sink_began_without_a_word_is_told_from_the_one_before(tmp_path):
    """All that such a sink leaves is a session without subscriptions; what is retained must not be stored again."""
    async with Broker(tmp_path / "broker") as broker, publisher(broker.port) as peer:
        sink = SinkProcess(tmp_path / "data", broker.port)
        async with sink:
            await peer.publish("r", "same", retain=True)
            await sink.stored("r")
        await forget_session(broker)
        await begin_session(broker)
        async with sink:
            await sink.metric("hearthlog_sink_repeated_retained_messages_total", 1.0)
            await peer.publish("live", "")
            await sink.stored("live")
        async with sink:
            await peer.publish("live", "")
            await sink.stored("live", 2)
        assert payloads(sink.messages()["r"]) == [b"same"]
        assert [event["epoch"] for event in sink.events("connected")] == [1, 2, 2]


async def forget_session(broker):
    """Make the broker forget the sink, as after a crash of the broker."""
    process = await asyncio.create_subprocess_exec(
        *("mosquitto_sub", "-p", str(broker.port), "-i", "hearthlog-sink", "-t", "none", "-E")
    )
    assert await process.wait() == 0


async def begin_session(broker):
    """Connect as the sink and go, nothing more."""
    with socket.create_connection(("127.0.0.1", broker.port), timeout=60) as connection:
        name = b"hearthlog-sink"
        lasting = b"\x05\x11\xff\xff\xff\xff"  # session expiry interval: never
        body = b"\x00\x04MQTT\x05\x00\x00\x1e" + lasting + struct.pack("!H", len(name)) + name
        connection.sendall(b"\x10" + bytes([len(body)]) + body)
        connack = await asyncio.to_thread(connection.recv, 64)
        assert connack[:4:3] == b"\x20\x00", "accepted"


async def test_what_the_broker_says_of_itself_is_left_alone(tmp_path):
    async with (
        Broker(tmp_path / "broker", config=["sys_interval 1"]) as broker,
        SinkProcess(tmp_path / "data", broker.port) as sink,
        publisher(broker.port) as peer,
    ):
        await peer.publish("$SYS/ours", "x")
        await peer.publish("$other/topic", "x")
        await peer.publish("end", "")
        await sink.stored("end")
        await sink.stop()
        assert set(sink.messages()) == {"end"}


async def test_what_is_too_long_or_too_big_is_refused_counted_and_said(tmp_path):
    async with (
        Broker(tmp_path / "broker", config=["max_packet_size 2000"]) as broker,
        SinkProcess(tmp_path / "data", broker.port, topic_bytes_max=100, payload_bytes_max=500) as sink,
        publisher(broker.port) as peer,
    ):
        await peer.publish("t" * 101, "x")
        await peer.publish("t", bytes(501))
        await peer.publish("t", bytes(500))
        async with publisher(broker.port, "too-big") as other:
            other.send("t", bytes(3000))
            assert "too large" in (await other.disconnected()).lower()
        await peer.publish("end", "")
        await sink.stored("end")
        found = await sink.scrape()
        assert found['hearthlog_sink_refused_messages_total{reason="topic_too_long"}'] == 1
        assert found['hearthlog_sink_refused_messages_total{reason="payload_too_big"}'] == 1
        await sink.stop()
        assert sink.messages() == {"t": [Message(bytes(500))], "end": [Message(b"")]}
        assert [event["reason"] for event in sink.events("refused")] == ["topic_too_long", "payload_too_big"]


async def test_nothing_is_acknowledged_before_it_is_in_the_store(tmp_path):
    """The broker's log tells when it got a PUBACK; a killed sink's store must hold that message."""
    async with Broker(tmp_path / "broker", config=["log_type all"]) as broker, publisher(broker.port) as peer:
        sink = SinkProcess(tmp_path / "data", broker.port)
        await sink.start()
        mids = [peer.send("t", str(number)) for number in range(2000)]
        await poll(lambda: broker.log.count("Received PUBACK from hearthlog-sink") > 200)
        await sink.kill()
        await peer.answered(mids)
        acknowledged = broker.log.count("Received PUBACK from hearthlog-sink")
        found = sink.messages()["t"]
        assert len(found) >= acknowledged
        assert payloads(found) == [str(number).encode() for number in range(len(found))]


async def test_a_narrowed_filter_is_what_is_logged_from_then_on(tmp_path):
    async with Broker(tmp_path / "broker") as broker, publisher(broker.port) as peer:
        sink = SinkProcess(tmp_path / "data", broker.port, log_filter="a/#,b/#")
        async with sink:
            pass
        await peer.publish("a/queued", "x")
        sink.settings["log_filter"] = "b/#"
        async with sink:
            await peer.publish("a/1", "x")
            await peer.publish("b/end", "")
            await sink.stored("b/end")
            found = await sink.scrape()
            assert found["hearthlog_sink_received_messages_total"] == 2
            assert found["hearthlog_sink_unwanted_messages_total"] == 1
        assert set(sink.messages()) == {"b/end"}
        assert sink.events("stopped")[-1]["filters"] == ["b/#"]
        assert [event["epoch"] for event in sink.events("connected")] == [1, 1], "the session is the same"


async def test_a_broker_that_does_not_save_is_told(tmp_path):
    async with Broker(tmp_path / "broker") as broker:
        settings = {"broker_database": broker.database, "broker_saving_lag_max_s": 3}
        async with SinkProcess(tmp_path / "data", broker.port, **settings) as sink:
            await sink.metric("hearthlog_sink_broker_saving", 1.0)
            broker.pause()
            await sink.metric("hearthlog_sink_broker_saving", 0.0)
            broker.resume()
            await sink.metric("hearthlog_sink_broker_saving", 1.0)
        (subscribed,) = sink.events("subscribed")
        assert subscribed["state"] == {"session": True, "subscribed": True, "saving": None}, "not seen yet"
        told = [event for event in sink.events() if event["event"].startswith("broker_")]
        # On a busy machine a save may be late besides.
        assert len(told) >= 3
        assert [(event["event"], event["state"]["saving"]) for event in told] == [
            ("broker_not_saving", False) if number % 2 else ("broker_saving", True) for number in range(len(told))
        ]


async def test_readers_are_served_while_the_broker_is_away(tmp_path):
    async with Broker(tmp_path / "broker") as broker, publisher(broker.port) as peer:
        sink = SinkProcess(tmp_path / "data", broker.port)
        async with sink:
            await peer.publish("t", "kept")
            await sink.stored("t")
        with sink.store() as store:
            name = store.current("t").name
    await sink.start(subscribed=False)
    async with GdpClient.connect("127.0.0.1", sink.gdp_port) as client:
        assert (await client.read(name, 1)).data == b"kept"
    assert await sink.stop() == 0
    assert sink.events("unreachable")


async def test_a_second_sink_on_the_same_store_says_so_and_goes(tmp_path):
    async with Broker(tmp_path / "broker") as broker, SinkProcess(tmp_path / "data", broker.port) as first:
        second = SinkProcess(tmp_path / "data", broker.port)
        await refused(second, code=75, words="open")
        assert first.process.returncode is None


async def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path):
    for index, name in enumerate(("gdp_port", "metrics_port")):
        sink = SinkProcess(tmp_path / str(index), free_port())
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", getattr(sink, name))
        async with server:
            await refused(sink, code=69, words=str(getattr(sink, name)))


async def test_a_directory_that_cannot_be_used_is_said_in_a_sentence(tmp_path):
    (tmp_path / "data").write_text("a file")
    await refused(SinkProcess(tmp_path / "data", free_port()), code=78, words="data directory cannot be used")


async def test_a_damaged_store_is_said_in_a_sentence_and_left_as_it_is(tmp_path):
    sink = SinkProcess(tmp_path / "data", free_port())
    await sink.start(subscribed=False)
    assert await sink.stop() == 0
    identity = sink.data / "store" / "store.json"
    identity.write_text("{}")
    await refused(sink, code=78, words="the store cannot be opened")
    assert identity.read_text() == "{}"


async def test_a_wrong_setting_is_said_in_a_sentence(tmp_path):
    await refused(SinkProcess(tmp_path / "data", free_port(), log_filter="a#"), code=78, words="setting log_filter")


async def refused(sink, *, code, words):
    process = await asyncio.create_subprocess_exec(*sink.command, env=sink.environment, stderr=asyncio.subprocess.PIPE)
    async with asyncio.timeout(60):
        _, errors = await process.communicate()
    said = [line for line in errors.decode().splitlines() if line.startswith("hearthlog sink: ")]
    assert process.returncode == code, errors.decode()
    assert len(said) == 1
    assert words in said[0]
    assert "Traceback" not in errors.decode()
