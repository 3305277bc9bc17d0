"""What the broker of a home lets in, keeps, and refuses; asked of a real Mosquitto on the configuration we render."""

import base64
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

import broker_config
from broker_config import STARTS
from compose.addresses import Address
from compose.broker import prepare_broker
from compose.child import Child
from compose.datadir import DataDirectory, open_directory
from compose.settings import UpSettings
from gdp_sink.broker_life import read_starts
from tests.support.broker import free_port
from tests.support.waiting import poll

NOT_AUTHORIZED = 0x87
PACKET_TOO_LARGE = 0x95


class HomeBroker:
    """The broker as `up` starts it."""

    def __init__(self, directory: DataDirectory) -> None:
        self.directory = directory
        self.port = free_port()
        self.child: Child | None = None

    async def start(self) -> None:
        settings = UpSettings(broker_packet_bytes_max=100_000)
        spec = prepare_broker(settings, self.directory, Address("127.0.0.1", self.port), os.environ)
        self.child = Child(spec, self.directory.run)
        before = os.umask(0o077)
        try:
            await self.child.start()
        finally:
            os.umask(before)
        await poll(spec.missing, until=lambda why: why is None)

    async def end(self, number: signal.Signals) -> None:
        assert self.child is not None
        os.kill(int(self.child.pid_path.read_text()), number)
        await self.child.wait()


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[HomeBroker]:
    with open_directory(tmp_path / "data") as directory:
        running = HomeBroker(directory)
        await running.start()
        try:
            yield running
        finally:
            await running.end(signal.SIGKILL)


class Client:
    """A paho client whose callbacks are lists."""

    def __init__(self, broker: HomeBroker, user: str | None, secret: str | None, *, client_id: str = "") -> None:
        self.reasons: list[mqtt.ReasonCode] = []
        self.ends: list[mqtt.ReasonCode] = []
        self.published: list[mqtt.ReasonCode] = []
        self.granted: list[object] = []
        self.received: list[tuple[str, bytes, int]] = []
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv5, reconnect_on_failure=False
        )
        if user is not None:
            self.client.username_pw_set(user, secret)
        self.client.on_connect = lambda c, d, f, reason, p: self.reasons.append(reason)
        self.client.on_disconnect = lambda c, d, f, reason, p: self.ends.append(reason)
        self.client.on_publish = lambda c, d, m, reason, p: self.published.append(reason)
        self.client.on_subscribe = lambda c, d, m, reasons, p: self.granted.extend(reasons)
        self.client.on_message = lambda c, d, message: self.received.append(
            (message.topic, message.payload, message.qos)
        )
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 0xFFFFFFFF if client_id else 0
        self.client.connect("127.0.0.1", broker.port, clean_start=not client_id, properties=properties)

    def __enter__(self) -> Self:
        self.client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        # Without the cycles it goes at once and closes its sockets, not when the collector finds them open.
        for name in ("on_connect", "on_disconnect", "on_publish", "on_subscribe", "on_message"):
            setattr(self.client, name, None)

    async def connected(self) -> mqtt.ReasonCode:
        return (await poll(lambda: self.reasons))[0]


async def test_only_the_right_secret_opens_the_broker(broker: HomeBroker):
    for user, secret in [
        ("admin", "wrong"),
        ("admin", ""),
        ("stranger", broker.directory.token("admin")),
        (None, None),
    ]:
        with Client(broker, user, secret) as client:
            assert (await client.connected()).value in {0x86, NOT_AUTHORIZED}, user
    with Client(broker, "admin", broker.directory.token("admin")) as client:
        assert (await client.connected()).value == 0


async def test_the_sink_reads_everything_and_publishes_nothing(broker: HomeBroker):
    with (
        Client(broker, "sink", broker.directory.token("sink")) as sink,
        Client(broker, "admin", broker.directory.token("admin")) as admin,
    ):
        await sink.connected()
        await admin.connected()
        sink.client.subscribe("#", qos=1)
        await poll(lambda: sink.granted)
        sink.client.publish("homes/h1/forged", b"1", qos=1)
        assert (await poll(lambda: sink.published))[0].value == NOT_AUTHORIZED
        admin.client.publish("homes/h1/real", b"2", qos=1)
        await poll(lambda: sink.received)
        assert sink.received == [("homes/h1/real", b"2", 1)]


async def test_what_comes_while_the_sink_is_away_waits_for_it_even_through_a_stop_of_the_broker(broker: HomeBroker):
    with Client(broker, "sink", broker.directory.token("sink"), client_id="hearthlog-sink") as sink:
        await sink.connected()
        sink.client.subscribe("#", qos=1)
        await poll(lambda: sink.granted)
    with Client(broker, "admin", broker.directory.token("admin")) as admin:
        await admin.connected()
        for number in range(1_500):
            admin.client.publish("homes/h1/meter", str(number), qos=1)
        admin.client.publish("homes/h1/careless", b"qos 0", qos=0)
        await poll(lambda: len(admin.published) == 1_501)

    await broker.end(signal.SIGTERM)
    await broker.start()

    with Client(broker, "sink", broker.directory.token("sink"), client_id="hearthlog-sink") as sink:
        await poll(lambda: len(sink.received) >= 1_501)
    assert [payload for topic, payload, _ in sink.received if topic == "homes/h1/meter"] == [
        str(number).encode() for number in range(1_500)
    ]
    assert ("homes/h1/careless", b"qos 0", 0) in sink.received


async def test_a_packet_that_is_too_large_is_refused_and_not_acknowledged(broker: HomeBroker):
    with Client(broker, "admin", broker.directory.token("admin")) as admin:
        await admin.connected()
        admin.client.publish("homes/h1/camera", b"x" * 100_001, qos=1)
        await poll(lambda: admin.ends)
        assert admin.published == []


async def test_a_life_of_the_broker_that_did_not_end_in_order_is_noted_at_its_next_start(broker: HomeBroker):
    found = []
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM):
        await broker.end(number)
        await broker.start()
        noted = read_starts(broker.directory.broker / STARTS)
        assert noted is not None
        assert 0 < noted.began_ns < time.monotonic_ns()
        found.append(noted[:2])
    assert found == [(2, 0), (3, 1), (4, 1)]


async def test_secrets_are_only_hashed_beside_the_broker_and_for_their_owner_alone(broker: HomeBroker):
    secret = broker.directory.token("admin")
    for path in broker.directory.broker.iterdir():
        with contextlib.suppress(FileNotFoundError):  # the broker saves, and its new database has its name now
            assert secret.encode() not in path.read_bytes(), path.name
            assert path.stat().st_mode & 0o077 == 0, path.name
    assert broker.directory.token_path("admin").stat().st_mode & 0o777 == 0o600
    assert len(secret) >= 43
    assert secret != broker.directory.token("sink")


def test_a_password_line_is_what_mosquitto_passwd_would_write(tmp_path: Path):
    theirs = tmp_path / "passwd"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(theirs), "admin", "open sesame"], check=True)
    line = theirs.read_text().strip()

    _, iterations, salt, _ = line.split("$")[1:]
    assert (
        broker_config.password_line("admin", "open sesame", salt=base64.b64decode(salt), iterations=int(iterations))
        == line
    )


@pytest.mark.parametrize("path", ["/tmp/a\nallow_anonymous true", "/tmp/trailing "])
def test_a_path_cannot_smuggle_a_line_into_the_configuration(path: str):
    options = broker_config.BrokerOptions(host="127.0.0.1", port=1883, directory=Path(path))
    with pytest.raises(ValueError, match="cannot carry"):
        broker_config.configuration(options)


@pytest.mark.parametrize("user", ["", "a:b", "a\nb"])
def test_a_user_name_cannot_smuggle_a_line_into_the_password_file(user: str):
    with pytest.raises(ValueError, match="cannot carry"):
        broker_config.password_line(user, "secret", salt=b"123456789012")
