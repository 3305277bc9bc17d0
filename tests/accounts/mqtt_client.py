"""An MQTT client for tests that look at what the broker lets through: everything it answered, in lists."""

import threading
import time
from collections.abc import Callable
from typing import Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.home import Home

WAIT_S_MAX = 60.0


class Client:
    """Connected while in its `with` block; `tunnel` goes through the api's WebSocket."""

    def __init__(
        self,
        home: Home,
        user: str,
        secret: str,
        *,
        tunnel: bool = False,
        will: str | None = None,
        client_id: str = "",
    ) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.refused: list[int] = []
        self.answers: dict[int, int] = {}
        self._changed = threading.Condition()
        self._home = home
        self._tunnel = tunnel
        self._connected: list[int] = []
        self._ended: list[int] = []
        self._granted = 0
        client = self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=mqtt.MQTTv5,
            transport="websockets" if tunnel else "tcp",
            reconnect_on_failure=False,
        )
        client.username_pw_set(user, secret)
        if tunnel:
            client.ws_set_options("/mqtt")
        if will is not None:
            client.will_set(will, b"gone", qos=1)
        client.on_connect = lambda _c, _d, _f, reason, _p: self._note(self._connected, reason.value)
        client.on_disconnect = lambda _c, _d, _f, reason, _p: self._note(self._ended, reason.value)
        client.on_message = lambda _c, _d, message: self._note(self.received, (message.topic, message.payload))
        client.on_publish = lambda _c, _d, mid, reason, _p: self._answered(mid, reason.value)
        client.on_subscribe = lambda _c, _d, _m, _r, _p: self._subscribed()

    def __enter__(self) -> Self:
        self.client.connect("127.0.0.1", self._home.http_port if self._tunnel else self._home.mqtt_port)
        self.client.loop_start()
        self.wait(lambda: self._connected)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        # Without the cycles it goes at once and closes its sockets, not when the collector finds them open.
        for name in ("on_connect", "on_disconnect", "on_message", "on_publish", "on_subscribe"):
            setattr(self.client, name, None)

    @property
    def reason(self) -> int:
        """How the broker answered CONNECT."""
        return self._connected[0]

    @property
    def ended(self) -> bool:
        """Whether the connection was ended."""
        return bool(self._ended)

    def subscribe(self, topic_filter: str) -> None:
        """Subscribe, and wait for the broker's answer, whatever it is."""
        before = self._granted
        self.client.subscribe(topic_filter, qos=1)
        self.wait(lambda: self._granted > before)

    def publish(self, topic: str, payload: bytes = b"1", *, retain: bool = False) -> int:
        """Publish with QoS 1; returns the reason code of the broker's answer."""
        mid = self.client.publish(topic, payload, qos=1, retain=retain).mid
        self.wait(lambda: mid in self.answers)
        return self.answers.pop(mid)

    def crash(self) -> None:
        """Break the connection without a word, so that the will is published."""
        self.client.loop_stop()
        self.client.socket().close()

    def wait(self, check: Callable[[], object]) -> None:
        """Wait until `check` is true of what came."""
        deadline = time.monotonic() + WAIT_S_MAX
        with self._changed:
            while not check():
                assert time.monotonic() < deadline, (self.received, self._ended)
                self._changed.wait(0.1)

    def _note(self, into: list, what: object) -> None:
        with self._changed:
            into.append(what)
            self._changed.notify_all()

    def _answered(self, mid: int, reason: int) -> None:
        with self._changed:
            self.answers[mid] = reason
            self._changed.notify_all()

    def _subscribed(self) -> None:
        with self._changed:
            self._granted += 1
            self._changed.notify_all()
