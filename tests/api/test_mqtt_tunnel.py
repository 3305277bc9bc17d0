"""MQTT over WebSocket at the page's own address, by a real client to a real broker."""

import asyncio
import threading

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.api.served import Api
from tests.support.broker import Broker

WAIT_S = 60
# MQTT 5 CONNECT with a client id of its own and PINGREQ (MQTT 5 §3.1, §3.12).
CONNECT = bytes.fromhex("10 0f 0004 4d515454 05 02 003c 00 0002 7474".replace(" ", ""))
PINGREQ = bytes.fromhex("c000")


@pytest.fixture
async def served(tmp_path):
    async with Broker(tmp_path / "broker") as broker, Api(tmp_path, 1, mqtt=f"127.0.0.1:{broker.port}") as api:
        yield api, broker


async def test_a_client_publishes_and_subscribes_through_the_tunnel(served):
    api, _ = served
    payload = bytes(range(256)) * 4_000
    assert await asyncio.to_thread(echo_by_paho, api.port, payload) == payload


def echo_by_paho(port: int, payload: bytes) -> bytes:
    """Publish to oneself with QoS 1; what came back."""
    came, found = threading.Event(), []
    client = paho.Client(CallbackAPIVersion.VERSION2, "tunnelled", protocol=paho.MQTTv5, transport="websockets")
    client.ws_set_options(path="/mqtt")

    def on_message(_client, _userdata, message):
        found.append(message.payload)
        came.set()

    client.on_connect = lambda *_: client.subscribe("echo/#", qos=1)
    client.on_subscribe = lambda *_: client.publish("echo/1", payload, qos=1)
    client.on_message = on_message
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        assert came.wait(WAIT_S)
    finally:
        client.disconnect()
        client.loop_stop()
        # Without the cycle it goes at once and closes its sockets, not when the collector finds them open.
        client.on_connect = client.on_subscribe = None
    return found[0]


async def test_frames_may_cut_packets_anywhere(served):
    api, _ = served
    async with connect(f"ws://127.0.0.1:{api.port}/mqtt", subprotocols=["mqtt"]) as socket:
        assert socket.subprotocol == "mqtt"
        for byte in CONNECT:
            await socket.send(bytes([byte]))
        connack = await socket.recv()
        assert connack[0] == 0x20
        await socket.send(PINGREQ + PINGREQ[:1])
        await socket.send(PINGREQ[1:])
        answer = b""
        while len(answer) < 4:
            answer += await socket.recv()
        assert answer == bytes.fromhex("d000d000")


async def test_the_tunnel_ends_when_the_broker_goes(served):
    api, broker = served
    async with connect(f"ws://127.0.0.1:{api.port}/mqtt", subprotocols=["mqtt"]) as socket:
        await socket.send(CONNECT)
        await socket.recv()
        await broker.kill()
        with pytest.raises(ConnectionClosed):
            async with asyncio.timeout(WAIT_S):
                await socket.recv()
    with pytest.raises(InvalidStatus):
        await connect(f"ws://127.0.0.1:{api.port}/mqtt", subprotocols=["mqtt"])


async def test_no_other_page_and_no_other_protocol_gets_through(served):
    api, _ = served
    for options in ({"subprotocols": ["chat"]}, {"subprotocols": ["mqtt"], "origin": "http://elsewhere.example"}):
        with pytest.raises(InvalidStatus):
            await connect(f"ws://127.0.0.1:{api.port}/mqtt", **options)
    async with connect(
        f"ws://127.0.0.1:{api.port}/mqtt", subprotocols=["mqtt"], origin=f"http://127.0.0.1:{api.port}"
    ) as socket:
        assert socket.subprotocol == "mqtt"
