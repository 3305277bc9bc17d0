"""What needs a person is retained under `hearthlog/attention/` while it stands, told once, and cleared when it is well."""

import asyncio
import os
import signal

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from api.health.attention import PREFIX, Standing, message_of, news
from api.health.facts import Fact
from api.words.templates import Severity
from compose.addresses import Address
from compose.broker import prepare_broker
from compose.child import Child
from compose.datadir import open_directory
from compose.settings import UpSettings
from tests.api.recorder import Recorder
from tests.api.served import Api
from tests.health.listener import Listener
from tests.health.telling import heartbeat, own_log
from tests.support.broker import free_port
from tests.support.waiting import poll

S = 1_000_000_000
NOT_AUTHORIZED = 0x87


def standing(fault="sink.died", *, subject="", severity=Severity.critical, since=10 * S, seen=20 * S):
    return Standing(Fact(fault, subject, severity, since, None, "It died.", "Start it.", [], "/v1/gaps"), seen)


def test_what_stands_for_a_moment_is_not_told():
    assert news({}, [standing()], now=39 * S, after_ns=30 * S) == []
    assert [each.topic for each in news({}, [standing()], now=40 * S, after_ns=30 * S)] == [PREFIX + "sink.died"]


def test_what_is_told_is_not_told_again_though_its_words_count_on():
    one = message_of(standing())
    later = standing()._replace(seen=30 * S)
    assert news({one.topic: one.mark}, [later], now=90 * S, after_ns=30 * S) == []
    worse = standing(severity=Severity.warning)
    assert len(news({one.topic: one.mark}, [worse], now=90 * S, after_ns=30 * S)) == 1


def test_what_is_well_again_is_cleared():
    one = message_of(standing("device.silent", subject="homes/h1/desk"))
    assert one.topic == PREFIX + "device.silent/homes/h1/desk"
    (cleared,) = news({one.topic: one.mark}, [], now=90 * S, after_ns=0)
    assert (cleared.topic, cleared.payload) == (one.topic, b"")


def test_good_to_know_needs_nobody():
    assert news({}, [standing(severity=Severity.info)], now=90 * S, after_ns=0) == []


@pytest.fixture
async def house(tmp_path):
    """A recorder, and the broker as `up` starts it, with all accounts."""
    port = free_port()
    with open_directory(tmp_path / "data") as directory:
        spec = prepare_broker(UpSettings(), directory, Address("127.0.0.1", port), os.environ)
        child = Child(spec, directory.run)
        await child.start()
        await poll(spec.missing, until=lambda why: why is None)
        async with Recorder(tmp_path / "data") as recorder:
            yield directory, port, recorder
        os.kill(int(child.pid_path.read_text()), signal.SIGKILL)
        await child.wait()


async def test_a_fault_is_retained_by_one_api_while_it_stands(house):
    directory, port, recorder = house
    await own_log(recorder, "started")
    await own_log(recorder, "subscribed")
    await heartbeat(recorder, stored=8)
    bounds = {"mqtt": f"127.0.0.1:{port}", "attention_after_s": 0, "look_interval_s": 0.2}
    with Listener(port, directory.token("admin")) as listener:
        async with (
            Api(recorder.data, recorder.port, **bounds),
            Api(recorder.data, recorder.port, read_model=recorder.data / "second", **bounds) as second,
        ):
            topic = PREFIX + "books.differ"
            # On a slow machine the sink, of which nothing more is heard, may be missed besides.
            said = await poll(lambda: listener.retained.get(topic))
            assert (said["severity"], said["kind"]) == ("critical", "store")
            assert said["remedy"].startswith("This is a mistake of ours.")
            await second.reached(await heartbeat(recorder))
            await poll(lambda: topic not in listener.retained)


async def test_the_account_of_the_api_says_nothing_else(house):
    directory, port, _ = house
    answers = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.username_pw_set("api", directory.token("api"))
    client.on_publish = lambda _c, _d, _m, reason, _p: answers.append(reason.value)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        client.publish("homes/h1/forged", b"1", qos=1)
        assert await poll(lambda: list(answers)) == [NOT_AUTHORIZED]
        client.publish("hearthlog/attention/test", b"1", qos=1)
        await poll(lambda: len(answers) == 2)
        assert answers[1] < 0x80
    finally:
        client.disconnect()
        client.loop_stop()
        await asyncio.sleep(0)
