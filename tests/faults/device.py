"""A device that publishes without pause whatever happens to the broker, and knows when each message was acknowledged."""

import asyncio
import threading
import time
from contextlib import contextmanager

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.support.waiting import poll

TOPICS = 20
INFLIGHT_MAX = 500
PAUSE_S = 0.005
BURST = 10


class Device:
    """Publishes 0, 1, 2, … to `storm/<number % 20>` at QoS 1 within `async with`; connects again by itself.

    Attributes:
        sent: messages published so far.
        acknowledged: number → wall-clock time in s at which the broker's acknowledgement came.
        ends: wall-clock times in s at which it saw that a connection had ended; acknowledgements may lie unread till then.
        again: numbers that were on their way when a connection broke, and so are published a second time.
    """

    def __init__(self, port, *, user=None, password=None):
        self.sent = 0
        self.acknowledged = {}
        self.ends = []
        self.again = set()
        self._open = {}
        self._over = threading.Event()
        self._going = threading.Event()
        self._going.set()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="storm", protocol=MQTTProtocolVersion.MQTTv5)
        if user is not None:
            self._client.username_pw_set(user, password)
        self._client.max_inflight_messages_set(INFLIGHT_MAX)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_publish = self._on_publish
        self._client.on_disconnect = self._on_disconnect
        self._thread = threading.Thread(target=self._publish, name="storm", daemon=True)
        self._port = port

    async def __aenter__(self):
        self._client.connect("127.0.0.1", self._port, keepalive=10)
        self._client.loop_start()
        self._thread.start()
        return self

    async def __aexit__(self, *_):
        self._over.set()
        await asyncio.to_thread(self._thread.join)
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)
        # Without the cycle it goes at once and closes its sockets, not when the collector finds them open.
        self._client.on_publish = self._client.on_disconnect = None

    @contextmanager
    def resting(self):
        """Publish nothing meanwhile, so that whoever has fallen behind on a slow machine can catch up."""
        self._going.clear()
        try:
            yield
        finally:
            self._going.set()

    async def finish(self):
        """Publish nothing more, and wait until the broker has acknowledged everything."""
        self._over.set()
        await asyncio.to_thread(self._thread.join)
        await poll(lambda: len(self.acknowledged), until=lambda found: found == self.sent)

    def _publish(self):
        while not self._over.wait(PAUSE_S):
            if len(self._open) > INFLIGHT_MAX or not self._going.is_set():
                continue
            for _ in range(BURST):
                number, self.sent = self.sent, self.sent + 1
                self._open[self._client.publish(f"storm/{number % TOPICS}", str(number), 1).mid] = number

    def _on_disconnect(self, *_):
        self.ends.append(time.time())
        self.again.update(self._open.values())

    def _on_publish(self, _client, _data, mid, _reason, _properties):
        now = time.time()
        while mid not in self._open:  # the answer came before `publish` returned
            time.sleep(0)
        self.acknowledged[self._open.pop(mid)] = now
