"""Decides what becomes of each delivery: kept, known already, not wanted, or refused. No waiting, no I/O."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from gdp.catalogue import Kind
from gdp.store import Write
from gdp_sink.counters import Counters
from gdp_sink.redelivery import RedeliveryWindow
from gdp_sink.refusal import Refusal, RefusalReport, topic_fault
from gdp_sink.retained import RetainedReplay
from gdp_sink.source import Ack, Delivery, Reason
from ingest.envelope import pack
from ingest.filters import FilterSet

_new = tuple.__new__  # half the cost of a NamedTuple's own constructor, of which each message needs two


class Taken(NamedTuple):
    """What follows from a batch: records to store, then answers to give, and topics met first or with another QoS."""

    writes: list[Write]
    acks: list[Ack]
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

    def take(self, batch: Sequence[Delivery], epoch: int) -> Taken:
        """Decide on a batch of one connection in session `epoch`."""
        self._counters.received += len(batch)
        if batch:
            self.window.connection(batch[0].generation)
        if not self.replay.active and self._is_plain(batch):
            return self._keep_all(batch, epoch)
        return self._decide(batch, epoch)

    def _is_plain(self, batch: Sequence[Delivery]) -> bool:
        """Whether all are on known topics, new, and not too big, so that there is nothing to decide: nearly always."""
        qos_of, payload_max = self._qos_of, self._payload_bytes_max
        for topic, message, qos, _, dup, _, _ in batch:
            if qos_of.get(topic) != qos or dup or len(message.payload) > payload_max:
                return False
        return True

    def _keep_all(self, batch: Sequence[Delivery], epoch: int) -> Taken:
        kind, success = Kind.TOPIC, Reason.SUCCESS  # members of an enumeration are slow to look up
        self.window.add_all(epoch, batch)
        writes: list[Write] = [
            _new(Write, (topic, pack(message), kind, packet_id, epoch))
            for topic, message, _, _, _, packet_id, _ in batch
        ]
        acks: list[Ack] = [
            _new(Ack, (generation, packet_id, success)) for _, _, _, _, _, packet_id, generation in batch if packet_id
        ]
        return Taken(writes, acks, [])

    def _decide(self, batch: Sequence[Delivery], epoch: int) -> Taken:
        writes: list[Write] = []
        acks: list[Ack] = []
        news: list[tuple[str, int]] = []
        qos_of, payload_max = self._qos_of, self._payload_bytes_max
        for delivery in batch:
            topic, message, qos, _, _, packet_id, generation = delivery
            reason = Reason.SUCCESS
            if (qos_of.get(topic) == qos or self._meet(topic, qos, news)) and len(message.payload) <= payload_max:
                assert topic is not None
                if not self._is_known(topic, delivery, epoch):
                    writes.append(Write(topic, pack(message), packet_id=packet_id, epoch=epoch))
            else:
                reason = self._turn_away(delivery)
            if packet_id:
                acks.append(Ack(generation, packet_id, reason))
        return Taken(writes, acks, news)

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
        if packet_id:
            self.window.add(epoch, packet_id, topic, message, dup=dup)
        if self.replay.active:
            if retain:
                if self.replay.is_repeat(topic, message):
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
