"""Somebody who listens to what needs attention: what is retained below `hearthlog/attention/` now."""

import json
from typing import Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from api.health.attention import PREFIX

AS_PUBLISHED = SubscribeOptions(qos=1, retainAsPublished=True)


class Listener:
    """Connected within `with`. With a password it is the admin.

    Attributes:
        retained: the messages that stand now, by topic.
        heard: the last of each that stood at some time.
    """

    def __init__(self, port: int, password: str | None = None) -> None:
        self.retained: dict[str, dict] = {}
        self.heard: dict[str, dict] = {}
        self._port = port
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        if password is not None:
            self._client.username_pw_set("admin", password)
        self._client.on_connect = lambda client, *_: client.subscribe(PREFIX + "#", options=AS_PUBLISHED)
        self._client.on_message = self._hear

    def __enter__(self) -> Self:
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        # Without the cycle it goes at once, and closes its sockets.
        self._client.on_message = None

    def _hear(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        if message.payload and message.retain:
            self.retained[message.topic] = self.heard[message.topic] = json.loads(message.payload)
        else:
            self.retained.pop(message.topic, None)
