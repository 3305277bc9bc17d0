"""Readers that subscribe to everything and never read: bounded, counted, told, and in nobody's way."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest

from gdp.codes import Cmd
from gdp.messages import ByTs
from gdp.pdu import PAYLOAD_BYTES_MAX
from gdp.settings import ServerSettings
from tests.api.served import Api
from tests.faults.faulty_sink import all_stored, rises
from tests.gdp.hosting import slow_peer
from tests.gdp.test_feed import told
from tests.sink.mqtt import publisher
from tests.sink.sink_process import SinkProcess
from tests.support.broker import Broker
from tests.support.waiting import poll

MESSAGE_BYTES = 20_000
CLIENTS = 3
"""The api's follower of the feed, its pool of readers, and the one that does not read."""
WAITING_BYTES_MAX = CLIENTS * (2 * ServerSettings().write_ahead_bytes + PAYLOAD_BYTES_MAX)


@pytest.mark.parametrize("count", [500, pytest.param(20_000, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
async def test_an_event_stream_a_gdp_and_an_mqtt_client_that_never_read_hold_up_nobody_and_miss_nothing(
    tmp_path, count
):
    async with (
        Broker(tmp_path / "broker") as broker,
        publisher(broker.port) as peer,
        SinkProcess(tmp_path / "data", broker.port) as sink,
        Api(sink.data, sink.gdp_port, live_queue_messages_max=50) as api,
        AsyncExitStack() as stack,
    ):
        with sink.store() as store:
            server = store.server
        follower = await stack.enter_async_context(slow_peer(sink.gdp_port, b"s" * 32))
        follower.send(server, Cmd.SUBSCRIBE_BY_TS, 7, ByTs(0, 0))
        stack.callback((await deaf(broker.port)).close)
        await poll(lambda: api.get("/v1/store"), until=lambda answer: answer.status_code == 200)
        async with api.live(filter="#", payload="both") as events:
            await events.next()
            await peer.answered([peer.send("t", b"%d %s" % (number, bytes(MESSAGE_BYTES))) for number in range(count)])
            await all_stored(peer, sink)
            found = await rises(sink, "hearthlog_sink_slow_readers_total")
            assert found["hearthlog_sink_client_waiting_bytes"] < WAITING_BYTES_MAX
            await poll(lambda: api.json("/v1/latest", filter="end"), until=lambda answer: answer["observations"])
            # Now it reads after all.
            seen, behind = [], 0
            while len(seen) < count:
                fields = await events.next()
                if fields.get("event") == "behind":
                    behind += 1
                elif "data" in fields and json.loads(fields["data"])["topic"] == "t":
                    seen.append(int(json.loads(fields["data"])["payload"].split(" ")[0]))
            assert seen == list(range(count))
            assert behind >= 1, "told in its own stream"
        assert f"hearthlog_api_live_behind_total {behind}.0" in (await api.get("/metrics")).text
        with sink.store() as store:
            end, name = store.position, store.current("t").name
        records, _ = await told(follower, end)
        assert [record.datum.recno for record in records if record.log == name] == list(range(1, count + 1))


async def deaf(port):
    """Subscribe to everything at the broker, QoS 1, and read nothing more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
    name = b"deaf"
    body = b"\x00\x04MQTT\x05\x02\x00\x3c\x00" + len(name).to_bytes(2) + name
    writer.write(b"\x10" + bytes([len(body)]) + body)
    assert await reader.readexactly(1) == b"\x20"
    writer.write(b"\x82\x07\x00\x01\x00\x00\x01#\x01")
    await writer.drain()
    return writer
