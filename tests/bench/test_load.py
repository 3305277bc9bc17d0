"""The load generator's packets are what a real broker accepts: without that no figure means anything."""

import asyncio
import json
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bench import mqtt
from tests.support.broker import Broker

ROOT = Path(__file__).resolve().parents[2]


async def load(port: int, *arguments: str) -> dict[str, float]:
    command = ["-m", "bench.load", "--port", str(port), *arguments]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    return json.loads(out)


async def take(port: int, *arguments: str) -> bytes:
    """What mosquitto_sub prints in a session that outlives it."""
    session = ["-p", str(port), "-i", "listener", "-c", "-q", "1", "-t", "#"]
    process = await asyncio.create_subprocess_exec(
        "mosquitto_sub", *session, *arguments, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    return out


async def test_a_real_broker_delivers_every_message_that_the_load_generator_floods(tmp_path):
    async with Broker(tmp_path) as broker:
        await take(broker.port, "-E")
        sent = await load(broker.port, "--count", "1234", "--topics", "7", "--window", "100")
        out = await take(broker.port, "-C", "1234", "-F", "%t %l")
    assert sent["messages"] == 1234
    delivered = [line.split() for line in out.decode().splitlines()]
    assert {topic for topic, _ in delivered} == {f"bench/room0/sensor{n}/state" for n in range(7)}
    assert [size for _, size in delivered] == ["200"] * 1234


async def test_a_paced_publisher_sends_what_it_was_asked_for(tmp_path):
    async with Broker(tmp_path) as broker:
        sent = await load(broker.port, "--rate", "200", "--seconds", "0.5")
    assert sent["messages"] == 100


@given(st.lists(st.tuples(st.integers(1, 65535), st.binary(max_size=300)), max_size=5), st.data())
def test_packets_are_found_again_however_the_bytes_are_cut(messages, data):
    stream = b"".join(mqtt.publish(number, b"a/b", body) for number, body in messages)
    cut = data.draw(st.integers(0, len(stream)))
    first, rest = mqtt.split(stream[:cut])
    second, rest = mqtt.split(rest + stream[cut:])
    assert rest == b""
    assert [mqtt.publish_parts(kind, body) for kind, body in first + second] == messages
