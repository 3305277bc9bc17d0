"""A publisher for tests: paho on its own thread, awaited from asyncio, every answer of the broker seen."""

import asyncio
import threading
from collections import Counter
from contextlib import asynccontextmanager

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

DEADLINE_S = 60.0


class Publisher:
    """Publishes and knows what the broker answered."""

    def __init__(self, client):
        self.client = client
        self.answers = {}
        self._sent = Counter()
        self._answered = Counter()
        self.disconnects = []
        self._changed = threading.Condition()
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect

    def _on_publish(self, _client, _data, mid, reason, _properties):
        with self._changed:
            self.answers[mid] = reason.value
            self._answered[mid] += 1
            self._changed.notify_all()

    def _on_disconnect(self, _client, _data, _flags, reason, _properties):
        with self._changed:
            self.disconnects.append(str(reason))
            self._changed.notify_all()

    def send(self, topic, payload, qos=1, retain=False, **properties):
        """Publish without waiting; returns the packet id under which the answer will be found."""
        mid = self.client.publish(topic, payload, qos, retain, properties=publish_properties(properties)).mid
        self._sent[mid] += 1  # packet ids come back
        return mid

    async def publish(self, topic, payload, qos=1, retain=False, **properties):
        """Publish and wait for the broker's answer; returns its reason code."""
        mid = self.send(topic, payload, qos, retain, **properties)
        await self.answered([mid])
        return self.answers[mid]

    async def answered(self, mids):
        waiting = set(mids)
        await asyncio.to_thread(self._wait, lambda: all(self._answered[mid] >= self._sent[mid] for mid in waiting))

    async def disconnected(self):
        await asyncio.to_thread(self._wait, lambda: self.disconnects)
        return self.disconnects[-1]

    def _wait(self, predicate):
        with self._changed:
            self._changed.wait_for(lambda: predicate() or self.disconnects, DEADLINE_S)
            assert predicate(), f"the broker did not answer {self.disconnects}"


def publish_properties(values):
    properties = Properties(PacketTypes.PUBLISH)
    for name, value in values.items():
        setattr(properties, name, value)
    return properties if values else None


@asynccontextmanager
async def publisher(port, client_id="publisher", inflight=1000):
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        protocol=MQTTProtocolVersion.MQTTv5,
        reconnect_on_failure=False,
    )
    client.max_inflight_messages_set(inflight)
    peer = Publisher(client)
    connected = threading.Event()
    client.on_connect = lambda *_: connected.set()
    client.connect("127.0.0.1", port, clean_start=True)
    client.loop_start()
    try:
        assert await asyncio.to_thread(connected.wait, DEADLINE_S)
        yield peer
    finally:
        client.disconnect()
        await asyncio.to_thread(client.loop_stop)
        # Without the cycle it goes at once and closes its sockets, not when the collector finds them open.
        client.on_publish = client.on_disconnect = None
