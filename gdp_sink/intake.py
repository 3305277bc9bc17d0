"""Decides what becomes of each delivery: kept, known already, not wanted, or refused. No waiting, no I/O."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from gdp.catalogue import Kind
from gdp.store import Write, WriteFields
from gdp_sink.counters import Counters
from gdp_sink.redelivery import RedeliveryWindow
from gdp_sink.refusal import Refusal, RefusalReport, topic_fault
from gdp_sink.retained import RetainedReplay
from gdp_sink.source import Ack, AnyAck, AnyDelivery, Delivery, PlainDelivery, Reason, whole
from ingest.envelope import RECORD_BYTES_MAX, SELF_DESCRIBED, Message, pack
from ingest.filters import FilterSet


class Taken(NamedTuple):
    """What follows from a batch: records to store, then answers to give, and topics met first or with another QoS."""

    writes: list[WriteFields]
    acks: list[AnyAck]
    news: list[tuple[str, int]]


def _nothing(_topic: str, _payload: bytes) -> bool:
    return False


class Intake:
    """Sorts deliveries in the broker's order, with what it remembers of earlier ones."""

    def __init__(
        self,
        filters: FilterSet,
        counters: Counters,
        report: RefusalReport,
        *,
        topic_bytes_max: int,
        payload_bytes_max: int,
        broker_says: Callable[[str, bytes], bool] = _nothing,
    ) -> None:
        """Sort by these rules; `broker_says` takes what is no message but the broker's word of itself."""
        self.window = RedeliveryWindow()
        self.replay = RetainedReplay()
        self._filters = filters
        self._counters = counters
        self._report = report
        self._topic_bytes_max = topic_bytes_max
        self._payload_bytes_max = payload_bytes_max
        self._broker_says = broker_says
        self._qos_of: dict[str | None, int] = {}

    def take(self, batch: Sequence[AnyDelivery], epoch: int) -> Taken:
        """Decide on a batch of one connection in session `epoch`."""
        self._counters.received += len(batch)
        if batch:
            *_, generation = batch[0]
            self.window.connection(generation)
        taken = Taken([], [], [])
        at = 0
        while (at := self._keep_plain(batch, at, epoch, taken)) < len(batch):
            self._decide(whole(batch[at]), epoch, taken)
            at += 1
        return taken

    def _keep_plain(self, batch: Sequence[AnyDelivery], begin: int, epoch: int, taken: Taken) -> int:
        """Keep messages from number `begin` on, up to the first about which there is something to decide; return which.

        There is nothing to decide about a plain message on a known topic that is new and not too big: nearly always.
        All in one loop, and as plain tuples, they cost 0.4 µs each; one by one it is 3.
        """
        if self.replay.watching:
            return begin
        qos_of, bytes_max = self._qos_of, min(self._payload_bytes_max, RECORD_BYTES_MAX)
        kind, success = Kind.TOPIC, Reason.SUCCESS  # members of an enumeration are slow to look up
        kept: list[PlainDelivery] = []
        writes: list[WriteFields] = []
        acks: list[AnyAck] = []
        for delivery in islice(batch, begin, None):
            if isinstance(delivery, Delivery):
                break
            topic, payload, qos, retain, dup, packet_id, generation = delivery
            if topic is None or qos_of.get(topic) != qos or dup or len(payload) > bytes_max:
                break
            bare = not retain and payload[:3] != SELF_DESCRIBED
            writes.append((topic, (payload,) if bare else pack(Message(payload, retain)), kind, packet_id, epoch))
            if packet_id:
                acks.append((generation, packet_id, success))
            kept.append(delivery)
        self.window.add_all(epoch, kept)
        taken.writes.extend(writes)
        taken.acks.extend(acks)
        return begin + len(kept)

    def _decide(self, delivery: Delivery, epoch: int, taken: Taken) -> None:
        topic, message, qos, _, _, packet_id, generation = delivery
        reason = Reason.SUCCESS
        wanted = self._qos_of.get(topic) == qos or self._meet(topic, qos, taken.news)
        if wanted and len(message.payload) <= self._payload_bytes_max:
            assert topic is not None
            if not self._is_known(topic, delivery, epoch):
                taken.writes.append(Write(topic, pack(message), packet_id=packet_id, epoch=epoch))
        else:
            reason = self._turn_away(delivery)
        if packet_id:
            taken.acks.append(Ack(generation, packet_id, reason))

    def _meet(self, topic: str | None, qos: int, news: list[tuple[str, int]]) -> bool:
        """Take note of a topic, or of its QoS, if its messages are kept at all."""
        if topic is None or not self._wanted(topic) or topic_fault(topic, self._topic_bytes_max) is not None:
            return False
        self._qos_of[topic] = qos
        news.append((topic, qos))
        return True

    def _wanted(self, topic: str) -> bool:
        return not topic.startswith("$") and self._filters.matches(topic)

    def _is_known(self, topic: str, delivery: Delivery, epoch: int) -> bool:
        """Whether the store holds this delivery already; if not, or if it cannot be told, it will be from now on."""
        _, message, qos, retain, dup, packet_id, _ = delivery
        if dup and self.window.holds(epoch, packet_id, topic, message):
            self._counters.duplicates += 1
            return True
        if dup and self.replay.is_recalled(packet_id, topic, message):
            self._counters.duplicates += 1
            return True
        if packet_id:
            self.window.add(epoch, packet_id, topic, message, dup=dup)
            if not dup:
                self.replay.forget()
        if self.replay.active:
            if retain:
                if self.replay.is_repeat(topic, message, packet_id):
                    self._counters.retained_repeats += 1
                    return True
            elif qos:
                # Only at QoS 1 is it certain that all retained messages were before it in the broker's queue.
                self.replay.end()
        return False

    def _turn_away(self, delivery: Delivery) -> Reason:
        topic = delivery.topic
        if topic is not None and not self._wanted(topic):
            if self._broker_says(topic, delivery.message.payload):
                self._counters.received -= 1
            else:
                self._counters.unwanted += 1
            return Reason.SUCCESS
        refusal = topic_fault(topic, self._topic_bytes_max) or Refusal.PAYLOAD_TOO_BIG
        self._counters.refused[refusal.label] += 1
        self._report.add(refusal, delivery)
        return refusal.reason
