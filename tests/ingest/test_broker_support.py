"""The broker that all tests lean on is a real one, and its faults are real faults."""

import asyncio

import pytest

from tests.support.broker import Broker, BrokerError


async def publish(broker, topic, payload, *options):
    process = await asyncio.create_subprocess_exec(
        *("mosquitto_pub", "-p", str(broker.port), "-q", "1", "-t", topic, "-m", payload, *options)
    )
    assert await process.wait() == 0


async def retained(broker, topic):
    process = await asyncio.create_subprocess_exec(
        *("mosquitto_sub", "-p", str(broker.port), "-t", topic, "-C", "1", "-W", "20"), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return out


async def test_a_stopped_broker_keeps_retained_messages_over_a_restart(tmp_path):
    async with Broker(tmp_path) as broker:
        port = broker.port
        await publish(broker, "a/b", "1", "-r")
        await broker.restart()
        assert broker.port == port
        assert await retained(broker, "a/b") == b"1\n"
        await broker.kill()
        assert not broker.running
        await broker.start()
        assert await retained(broker, "a/b") == b"1\n"
    assert not broker.running


async def test_a_paused_broker_does_not_answer_until_it_is_resumed(tmp_path):
    async with Broker(tmp_path) as broker:
        await publish(broker, "a/b", "1", "-r")
        broker.pause()
        asked = asyncio.create_task(retained(broker, "a/b"))
        assert await asyncio.wait({asked}, timeout=0.2) == (set(), {asked})
        broker.resume()
        assert await asked == b"1\n"


async def test_a_wrong_configuration_fails_with_the_brokers_own_words(tmp_path):
    with pytest.raises(BrokerError, match="no_such_option"):
        async with Broker(tmp_path, config=["no_such_option 1"]):
            pass
