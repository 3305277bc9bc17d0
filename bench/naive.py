"""The naive sink, our peer: paho with its own thread, one SQLite commit a message (`python -m bench.naive`).

What a careful person writes on a first afternoon: persistent session, QoS 1, SQLite's default durability, and paho
acknowledging when the handler returns, so that an acknowledged message is on disk.
"""

import argparse
import os
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

CREATE = "create table message (id integer primary key, topic text, time integer, payload blob)"
INSERT = "insert into message (topic, time, payload) values (?, ?, ?)"


class Sink:
    """Stores each message in its own transaction until `count` of them are there."""

    def __init__(self, database: Path, count: int) -> None:
        self._database = sqlite3.connect(database, check_same_thread=False)
        self._database.execute(CREATE)
        self._left = count
        self.done = threading.Event()

    def on_connect(self, client: mqtt.Client, *_: Any) -> None:
        """Subscribe to everything."""
        client.subscribe("#", qos=1)

    def on_subscribe(self, *_: Any) -> None:
        """Say that messages will come from now on."""
        print("subscribed", flush=True)

    def on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        """One message, one commit."""
        self._database.execute(INSERT, (message.topic, time.time_ns(), message.payload))
        self._database.commit()
        self._left -= 1
        if not self._left:
            self.done.set()


def main() -> None:
    """Run until `--count` messages are stored."""
    parser = argparse.ArgumentParser(prog="python -m bench.naive", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--count", type=int, required=True)
    given = parser.parse_args()
    sink = Sink(given.database, given.count)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="bench-naive", protocol=mqtt.MQTTv5)
    client.on_connect = sink.on_connect
    client.on_subscribe = sink.on_subscribe
    client.on_message = sink.on_message
    session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho has no types here
    session.SessionExpiryInterval = 3600
    client.connect("127.0.0.1", given.port, keepalive=600, clean_start=False, properties=session)
    client.loop_start()
    sink.done.wait()
    os._exit(0)  # the interpreter's own end is not what is measured


if __name__ == "__main__":
    main()
