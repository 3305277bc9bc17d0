"""The window of possible redeliveries: tells a message that comes again from one that is new.

After a crash or a lost connection the broker sends again what it saw no PUBACK for, with DUP and the same packet id
(MQTT 5 §4.4). The store may hold it already. Acknowledgements go out in the order of storing, so such a message is
among the last stored at QoS 1. Not among the last `receive maximum` of them: Mosquitto 2.0.11 forgets that bound once
something is acknowledged (4,900 unacknowledged were seen with a maximum of 100). So the window is as large as packet
ids ids allow.

After a crash of its own the broker goes on from what it saved last, and gives the packet ids since then a second time,
to other messages. One of these that comes again must not be taken for the one that had its id before, though it may be
equal: a sensor says the same all day. Two things tell. The broker sends again first, in the order of old (§4.6): once a
connection has brought something new, what it has not brought again by then never comes again. And ids count up: where
the store holds one twice in a session, those between were given anew.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from gdp.store import MessageFields
from ingest.envelope import PLAIN, Message

WINDOW_MESSAGES = 32_000
"""A packet id comes back after 65,535 messages; less than half of that cannot mix up two messages with one id."""
KEPT_PAYLOAD_BYTES_MAX = 256
"""Longer payloads are kept as a digest, so that a window of large messages costs no gigabytes."""


_Content = bytes | Message
"""What tells two messages apart: the payload where there is no more to a message, for that is there already."""
_Entry = tuple[int, int, str, _Content]
"""Which one since the start, session epoch, topic, content. A plain tuple, for one is made of each message."""


class _Batch(NamedTuple):
    """Messages that came together and are not sorted by packet id yet; `numbered` of them have one."""

    epoch: int
    deliveries: Sequence[MessageFields]
    numbered: int


class RedeliveryWindow:
    """The last `size` messages stored at QoS 1, found by packet id. Older ones go when theirs is used again.

    What comes is nearly always new, so that batches are kept as they came, and looked through only when a delivery has
    DUP: that saves 0.3 µs a message.
    """

    def __init__(self, size: int = WINDOW_MESSAGES) -> None:
        self._size = size
        self._count = 0
        self._generation = 0
        self._before_connection = 0
        self._settled = 0
        self._by_packet_id: dict[int, _Entry] = {}
        self._batches: deque[_Batch] = deque()
        self._in_batches = 0

    def connection(self, generation: int) -> None:
        """What follows comes on this connection, which may be a new one."""
        if generation != self._generation:
            self._sort()
            self._generation = generation
            self._before_connection = self._count

    def add(self, epoch: int, packet_id: int, topic: str, message: Message, *, dup: bool = False) -> None:
        """Remember a message that is on its way into the store, or in it; `holds` did not know it, if it has DUP."""
        self._sort()
        # A retained message that came again after a lost session is in no store, so that it proves nothing by DUP.
        if not (dup and message.retain) or self._live(epoch, packet_id) is not None:
            self._settled = self._before_connection
        self._keep(epoch, packet_id, topic, _content(message))

    def add_all(self, epoch: int, deliveries: Sequence[MessageFields], count: int, payload_bytes: int) -> None:
        """As `add`, for the `count` of them that are at QoS 1; none of them has DUP. They stay as they are now."""
        if not count:
            return
        batches = self._batches
        batches.append(_Batch(epoch, deliveries, count))
        self._in_batches += count
        if payload_bytes > KEPT_PAYLOAD_BYTES_MAX * len(deliveries) or 2 * count < len(deliveries):
            self._sort()  # else what is kept could be gigabytes, of what is long or cannot come again
        while batches and self._in_batches - batches[0].numbered >= self._size:
            gone = batches.popleft()
            self._in_batches -= gone.numbered
            self._count += gone.numbered
        self._settled = self._before_connection

    def _sort(self) -> None:
        """Find what came since the last time by packet id too."""
        kept, count = self._by_packet_id, self._count
        for epoch, deliveries, _ in self._batches:
            for topic, payload, _, retain, _, packet_id, _ in deliveries:
                if packet_id:
                    count += 1
                    bare = len(payload) <= KEPT_PAYLOAD_BYTES_MAX and not retain
                    kept[packet_id] = (count, epoch, topic, payload if bare else _content(Message(payload, retain)))
        self._batches.clear()
        self._count, self._in_batches = count, 0

    def fill(self, stored: Iterable[tuple[int, int, str, Message]]) -> None:
        """Rebuild from what the store holds: (epoch, packet id, topic, message), oldest first."""
        kept, order, of_epoch = self._by_packet_id, deque[int](), 0
        for epoch, packet_id, topic, message in stored:
            if epoch != of_epoch:
                kept.clear()
                order.clear()
                of_epoch = epoch
            while packet_id in kept:
                del kept[order.pop()]
            self._keep(epoch, packet_id, topic, _content(message))
            order.append(packet_id)
            if len(order) > self._size:
                del kept[order.popleft()]

    def holds(self, epoch: int, packet_id: int, topic: str, message: Message) -> bool:
        """Whether a delivery with DUP is one of these, which may come again: same session, packet id and content."""
        entry = self._live(epoch, packet_id)
        if entry is None or entry[1:] != (epoch, topic, _content(message)):
            return False
        self._keep(epoch, packet_id, topic, entry[3])
        return True

    def _live(self, epoch: int, packet_id: int) -> _Entry | None:
        self._sort()
        entry = self._by_packet_id.get(packet_id)
        if entry is None or entry[1] != epoch or entry[0] <= max(self._count - self._size, self._settled):
            return None
        return entry

    def _keep(self, epoch: int, packet_id: int, topic: str, content: _Content) -> None:
        self._count += 1
        self._by_packet_id[packet_id] = (self._count, epoch, topic, content)


def _content(message: Message) -> _Content:
    message = fingerprint(message)
    return message.payload if message[1:] == PLAIN else message


def fingerprint(message: Message) -> Message:
    """Return what must be equal for two deliveries to be the same message.

    The expiry does not count: the broker sends what is left of it (MQTT 5 §3.3.2.3.3).
    """
    if len(message.payload) > KEPT_PAYLOAD_BYTES_MAX:
        message = message._replace(payload=blake2b(message.payload, digest_size=32).digest())
    if message.expiry_s is not None or message.note is not None:
        message = message._replace(expiry_s=None, note=None)
    return message
