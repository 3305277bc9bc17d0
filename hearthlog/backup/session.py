"""Emptying the sink's session in a restored broker: what waits in it is stored already (docs/formats.md, "Backup").

The broker runs for a moment on its restored database, on a port of its own. The session stays, with its subscriptions,
so that what devices publish from the broker's first moment on is kept for the sink.
"""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from broker_config import SINK
from compose.addresses import Address
from compose.broker import prepare_broker
from compose.datadir import DataDirectory
from compose.settings import UpSettings
from gdp_sink.mqtt_client import SESSION_NEVER_EXPIRES
from hearthlog.backup.errors import PlaceUnusable

WAIT_S_MAX = 30.0
POLL_S = 0.02
_OPTIONS = SubscribeOptions(qos=1, retainAsPublished=True, retainHandling=2)


def empty_session(data: Path, client_id: str, filters: Sequence[str]) -> None:
    """Begin the sink's session anew in the broker's database below `data`, subscribed to the same filters.

    Raises:
        ComposeError: Mosquitto is not installed.
        PlaceUnusable: it does not do what it should.
    """
    directory = DataDirectory(data)
    with _broker(directory) as address:
        _renew(address, client_id, directory.token(SINK), filters)


@contextmanager
def _broker(directory: DataDirectory) -> Iterator[Address]:
    address = Address("127.0.0.1", _free_port())
    spec = prepare_broker(UpSettings(), directory, address, os.environ)
    process = subprocess.Popen(
        spec.argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, user=spec.user
    )
    said: list[bytes] = []
    reading = threading.Thread(target=lambda: said.extend(process.stderr or ()), name="broker-words", daemon=True)
    reading.start()
    try:
        _wait_for_port(address, process)
        yield address
    except PlaceUnusable as error:
        raise PlaceUnusable(f"{error} It said: {b''.join(said[-5:]).decode(errors='replace').strip()}") from error
    finally:
        process.terminate()
        try:
            process.wait(WAIT_S_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_port(address: Address, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + WAIT_S_MAX
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(address, 1.0).close()
        except OSError:
            time.sleep(POLL_S)
        else:
            return
    raise PlaceUnusable("The broker does not start on its restored database.")


def _renew(address: Address, client_id: str, password: str, filters: Sequence[str]) -> None:
    """Twice: the first connection ends what was, the second makes what lasts.

    Mosquitto 2.0 never saves the session of a connection that asked for a clean start.
    """
    for clean, subscribed in ((True, ()), (False, tuple(filters))):
        with _connected(address, client_id, password, clean=clean) as client:
            if subscribed:
                _subscribe(client, subscribed)


@contextmanager
def _connected(address: Address, client_id: str, password: str, *, clean: bool) -> Iterator[Client]:
    client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(SINK, password)
    answered = threading.Event()
    refused: list[str] = []

    def hear(_client: Client, _data: object, _flags: object, reason: ReasonCode, _properties: object) -> None:
        if reason.is_failure:
            refused.append(str(reason))
        answered.set()

    client.on_connect = hear
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's constructor
    properties.SessionExpiryInterval = SESSION_NEVER_EXPIRES
    client.connect(*address, clean_start=clean, properties=properties)
    client.loop_start()
    try:
        if not answered.wait(WAIT_S_MAX) or refused:
            raise PlaceUnusable(f"The restored broker refuses the sink: {''.join(refused) or 'it does not answer'}.")
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def _subscribe(client: Client, filters: Sequence[str]) -> None:
    answered = threading.Event()
    client.on_subscribe = lambda *_: answered.set()
    client.subscribe([(text, _OPTIONS) for text in filters])
    if not answered.wait(WAIT_S_MAX):
        raise PlaceUnusable("The restored broker does not answer the sink.")
