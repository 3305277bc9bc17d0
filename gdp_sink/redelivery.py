"""The window of possible redeliveries: tells a message that comes again from one that is new.

After a crash or a lost connection the broker sends again what it saw no PUBACK for, with DUP and the same packet id
(MQTT 5 §4.4). The store may hold it already. Acknowledgements go out in the order of storing, so such a message is
among the last stored at QoS 1. Not among the last `receive maximum` of them: Mosquitto 2.0.11 forgets that bound once
something is acknowledged (4,900 unacknowledged were seen with a maximum of 100). So the window is as large as packet
ids allow.
"""

from collections import deque
from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

from ingest.envelope import Message

WINDOW_MESSAGES = 32_000
"""A packet id comes back after 65,535 messages; less than half of that cannot mix up two messages with one id."""
KEPT_PAYLOAD_BYTES_MAX = 256
"""Longer payloads are kept as a digest, so that a window of large messages costs no gigabytes."""


class _Entry(NamedTuple):
    epoch: int
    packet_id: int
    topic: str
    content: Message


class RedeliveryWindow:
    """The last `size` messages stored at QoS 1, found by packet id."""

    def __init__(self, size: int = WINDOW_MESSAGES) -> None:
        self._size = size
        self._order: deque[_Entry] = deque()
        self._by_packet_id: dict[int, _Entry] = {}

    def add(self, epoch: int, packet_id: int, topic: str, message: Message) -> None:
        """Remember a message that is on its way into the store, or in it."""
        entry = _Entry(epoch, packet_id, topic, fingerprint(message))
        self._order.append(entry)
        self._by_packet_id[packet_id] = entry
        if len(self._order) > self._size:
            oldest = self._order.popleft()
            if self._by_packet_id.get(oldest.packet_id) is oldest:
                del self._by_packet_id[oldest.packet_id]

    def fill(self, stored: Iterable[tuple[int, int, str, Message]]) -> None:
        """Rebuild from what the store holds: (epoch, packet id, topic, message), oldest first."""
        for epoch, packet_id, topic, message in stored:
            self.add(epoch, packet_id, topic, message)

    def holds(self, epoch: int, packet_id: int, topic: str, message: Message) -> bool:
        """Whether a delivery with DUP is one of these: same session, packet id, topic and content."""
        entry = self._by_packet_id.get(packet_id)
        return (
            entry is not None
            and entry.epoch == epoch
            and entry.topic == topic
            and entry.content == fingerprint(message)
        )


def fingerprint(message: Message) -> Message:
    """Return what must be equal for two deliveries to be the same message.

    The expiry does not count: the broker sends what is left of it (MQTT 5 §3.3.2.3.3).
    """
    if len(message.payload) > KEPT_PAYLOAD_BYTES_MAX:
        message = message._replace(payload=blake2b(message.payload, digest_size=32).digest())
    if message.expiry_s is not None or message.note is not None:
        message = message._replace(expiry_s=None, note=None)
    return message
