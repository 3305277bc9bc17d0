"""The seam between MQTT and the store: what a source of deliveries gives, and what it takes back.

Everything reaches the reader as one ordered sequence of events, so that a lost session or a new connection lies exactly
between the deliveries before and after it. Another receive path (a faster parser, a stream engine) replaces a source
without the writer knowing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple, Protocol, TypeAlias

from ingest.envelope import Message


class Reason(IntEnum):
    """What a PUBACK says (MQTT 5 §3.4.2.1). From 0x80 on: refused for good, do not send it again."""

    SUCCESS = 0x00
    IMPLEMENTATION_SPECIFIC_ERROR = 0x83
    TOPIC_NAME_INVALID = 0x90
    QUOTA_EXCEEDED = 0x97


class Delivery(NamedTuple):
    """One message as the broker delivered it on one connection.

    `topic` is None if its bytes are no UTF-8; `packet_id` is 0 at QoS 0; `generation` names the connection.
    """

    topic: str | None
    message: Message
    qos: int
    retain: bool
    dup: bool
    packet_id: int
    generation: int


PlainDelivery: TypeAlias = tuple[str | None, bytes, int, bool, bool, int, int]
"""A delivery without properties, as nearly all are: the fields of `Delivery`, its payload in the message's place.

A plain tuple is made and taken apart in 0.05 µs, a `Delivery` with its `Message` in 0.8.
"""
AnyDelivery: TypeAlias = Delivery | PlainDelivery


def whole(delivery: AnyDelivery) -> Delivery:
    """Return the delivery with its message."""
    if isinstance(delivery, Delivery):
        return delivery
    topic, payload, qos, retain, dup, packet_id, generation = delivery
    return Delivery(topic, Message(payload, retain), qos, retain, dup, packet_id, generation)


def payload_bytes(batch: Iterable[AnyDelivery]) -> int:
    """Return how long all payloads are together."""
    known: Iterable[Any] = batch  # told apart by their very type, which is half the price of a pattern
    return sum([len(each[1]) if type(each) is tuple else len(each.message.payload) for each in known])


class Deliveries(NamedTuple):
    """A batch of deliveries of one connection, in the broker's order."""

    batch: list[AnyDelivery]


class Acks(NamedTuple):
    """Answers to deliveries at QoS 1 of one connection, in order. Those for an earlier one are dropped by the source.

    `refused` has the reasons of those that are not success. One object for all of them: one for each cost 0.2 µs more.
    """

    generation: int
    packet_ids: Sequence[int]
    refused: Mapping[int, Reason] = {}

    def refusing(self, more: Mapping[int, Reason]) -> "Acks":
        """Return the same answers with more of them refused."""
        return self._replace(refused={**self.refused, **more})


class Connected(NamedTuple):
    """The broker accepted us. Without `session_present` it has forgotten us: what it queued meanwhile is gone.

    `opened_ns` is when the connection was opened, by the machine's monotonic clock.
    """

    generation: int
    session_present: bool
    opened_ns: int


class Probed(NamedTuple):
    """The broker's answer to `probe`: whether the session was subscribed to that filter."""

    generation: int
    existed: bool


class Subscribed(NamedTuple):
    """The broker's answer to `subscribe`: per filter the granted QoS, or a reason ≥ 0x80 (MQTT 5 §3.9.3)."""

    generation: int
    granted: Mapping[str, int]


class Disconnected(NamedTuple):
    """The connection ended; `reason` says why in the broker's or the system's words.

    `taken_over`: another client connected with our client id, and the broker gave it our session (MQTT 5 §3.1.4).
    `silent_s`: how long the broker had said nothing before.
    """

    generation: int
    reason: str
    taken_over: bool = False
    silent_s: float = 0.0


class Unreachable(NamedTuple):
    """An attempt to connect failed; the source goes on trying. Told again only when the reason changes."""

    reason: str


Event = Deliveries | Connected | Probed | Subscribed | Disconnected | Unreachable


TakeAtOnce: TypeAlias = Callable[[Sequence[AnyDelivery]], bool]
"""Takes deliveries of one connection now, without waiting; False if it cannot."""


class Source(Protocol):
    """A source of deliveries. Entering it (`async with`) starts connecting; leaving it disconnects at once."""

    async def next(self) -> Sequence[Event]:
        """Wait for events and take all that there are, in order; empty when receiving was stopped and all are taken.

        While nobody asks, the source reads from the broker up to its bounds and no further.
        """

    def offer_to(self, take: TakeAtOnce) -> None:
        """Ask `take` first for deliveries that arrive while nothing waits for `next`, where they are read, on the loop.

        What it takes, `next` does not return; what it raises, `next` raises.
        """

    def subscribe(self, generation: int, filters: Sequence[str], forget: Collection[str]) -> None:
        """Unsubscribe from `forget`, then subscribe to `filters`; nothing happens if `generation` is over."""

    def probe(self, generation: int, text: str) -> None:
        """Unsubscribe from a filter, and tell `Probed`; nothing happens if `generation` is over."""

    def acknowledge(self, acks: Sequence[Acks]) -> int:
        """Answer deliveries, in this order, in one write. Returns how many were stale and dropped."""

    def reconnect(self, generation: int, reason: str) -> None:
        """Drop the connection of `generation` and connect anew, after the usual delay."""

    def stop_receiving(self) -> None:
        """Take nothing more from the broker; acknowledging goes on until the source is left."""
