"""What we need of paho-mqtt beyond its interface, and the translation of its messages. All private uses lie here.

Checked with paho-mqtt 2.2; a test pins that version.
"""

import struct
import time
from collections.abc import Sequence
from contextlib import suppress

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from gdp_sink.mqtt_socket import PassedSocket
from gdp_sink.source import Acks, Delivery
from ingest.envelope import Message

PUBACK = 0x40
_PUBACK_SUCCESS = 0x40020000
"""The four bytes of a PUBACK (MQTT 5 §3.4), with packet id 0."""
SESSION_NEVER_EXPIRES = 0xFFFFFFFF
SUBSCRIBE_OPTIONS = SubscribeOptions(qos=1, retainAsPublished=True, retainHandling=1)
"""QoS 1: at QoS 2 paho would send PUBREC before anything is stored. Retained messages only for new subscriptions."""
STATUS_OPTIONS = SubscribeOptions(qos=0, retainAsPublished=False, retainHandling=0)
"""For what the broker says of itself: the present state at each connection, and nothing to acknowledge. The retain flag
tells that state from what comes later, and from what has waited."""

_BARE = len(vars(Properties(PacketTypes.PUBLISH)))  # type: ignore[no-untyped-call]  # paho's constructor
"""Attributes of a Properties object in which nothing is set; its own `isEmpty` takes 5 µs."""


def options_for(text: str) -> SubscribeOptions:
    """Return how to subscribe to a filter."""
    return STATUS_OPTIONS if text.startswith("$SYS/") else SUBSCRIBE_OPTIONS


class SinkClient(Client):
    """A paho client for one connection over a socket that is connected already."""

    def __init__(self, client_id: str, sock: PassedSocket) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
        )
        self._connected_socket = sock

    def _create_socket(self) -> PassedSocket:
        return self._connected_socket

    def begin(self, host: str, port: int, *, keepalive_s: int, receive_maximum: int) -> None:
        """Send CONNECT: resume the session of this client id, and keep it for ever."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's constructor
        properties.SessionExpiryInterval = SESSION_NEVER_EXPIRES
        properties.ReceiveMaximum = receive_maximum
        self.connect(host, port, keepalive_s, clean_start=False, properties=properties)
        # Through this pair a thread of paho's would be woken for each packet that we write; there is none.
        self._reset_sockets(sockpair_only=True)

    def heard(self) -> None:
        """The broker is alive, as we know from what paho does not see."""
        self._last_bytes_received = time.monotonic()

    def acknowledge(self, acks: Sequence[Acks]) -> None:
        """Write PUBACKs in one go (MQTT 5 §3.4). paho has no way to give a reason, and writes each by itself.

        What the socket does not take is queued behind what waits already; `want_write` is true then.
        """
        packets = b"".join([_pubacks(each) for each in acks])
        written = 0
        if packets and not self._out_packet:
            with suppress(OSError):  # full, or broken, which paho finds too
                written = self._connected_socket.send(packets)
                self._last_msg_out = time.monotonic()
        if written < len(packets):
            self._packet_queue(PUBACK, packets[written:], 0, 1)


def _pubacks(acks: Acks) -> bytes:
    ids, refused = acks.packet_ids, acks.refused
    if refused:
        return b"".join([_puback(each, refused.get(each, 0)) for each in ids])
    return struct.pack(f"!{len(ids)}I", *[_PUBACK_SUCCESS | each for each in ids])


def _puback(packet_id: int, reason: int) -> bytes:
    return struct.pack("!BBHB", PUBACK, 3, packet_id, reason) if reason else struct.pack("!BBH", PUBACK, 2, packet_id)


def delivery_of(message: MQTTMessage, generation: int) -> Delivery:
    """Translate what paho delivers; every MQTT 5 property of a PUBLISH is kept but topic alias and subscription id."""
    try:
        topic: str | None = message.topic
    except UnicodeDecodeError:
        topic = None
    content = Message(bytes(message.payload), message.retain)
    properties = message.properties
    if properties is not None and len(vars(properties)) > _BARE:
        content = _with_properties(content, properties)
    return Delivery(topic, content, message.qos, message.retain, message.dup, message.mid, generation)


def _with_properties(message: Message, properties: Properties) -> Message:
    return message._replace(
        content_type=getattr(properties, "ContentType", None),
        payload_format=getattr(properties, "PayloadFormatIndicator", None),
        user_properties=tuple((name, value) for name, value in getattr(properties, "UserProperty", ())),
        response_topic=getattr(properties, "ResponseTopic", None),
        correlation=getattr(properties, "CorrelationData", None),
        expiry_s=getattr(properties, "MessageExpiryInterval", None),
    )
