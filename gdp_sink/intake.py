"""Decides what becomes of each delivery: kept, known already, not wanted, or refused. No waiting, no I/O."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple, Protocol

from gdp.store import Item, MessageFields, Run, Write
from gdp_sink.counters import Counters
from gdp_sink.redelivery import RedeliveryWindow
from gdp_sink.refusal import Refusal, RefusalReport, topic_fault
from gdp_sink.retained import RetainedReplay
from gdp_sink.source import Acks, AnyDelivery, Delivery, Reason, payload_bytes, whole
from ingest.envelope import PART_BYTES_MAX, RECORD_BYTES_MAX, SELF_DESCRIBED, Message, pack
from ingest.filters import FilterSet


class Taken(NamedTuple):
    """What follows from a batch: what to store, then answers to give, and topics met first or with another QoS."""

    items: list[Item]
    acks: list[Acks]
    news: list[tuple[str, int]]


def _packed(delivery: MessageFields) -> MessageFields:
    """Return it with its record in the payload's place; plain ones take one record each."""
    topic, payload, qos, retain, dup, packet_id, generation = delivery
    if not retain and payload[:3] != SELF_DESCRIBED:
        return delivery
    (record,) = pack(Message(payload, retain))
    return topic, record, qos, retain, dup, packet_id, generation


class BrokerEar(Protocol):
    """Takes what is no message, but the broker's word of itself."""

    def __call__(self, topic: str, payload: bytes, *, retained: bool) -> bool:
        """Whether it was that."""


def _nothing(topic: str, payload: bytes, *, retained: bool) -> bool:  # noqa: ARG001  # hears nothing
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
        broker_says: BrokerEar = _nothing,
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
        All in one loop, and handed on as they are, they cost 0.2 µs each; one by one it is 3.
        """
        if self.replay.watching:
            return begin
        end, bare = self._count_plain(batch, begin)
        if end > begin:
            whole_batch: Sequence[Any] = batch  # tuples with topics, as has been found
            kept = whole_batch if end - begin == len(batch) else whole_batch[begin:end]
            packet_ids = [each[5] for each in kept if each[5]]
            size = payload_bytes(kept)
            self.window.add_all(epoch, kept, len(packet_ids), size)
            taken.items.append(Run(kept if bare else [_packed(each) for each in kept], epoch, size))
            if packet_ids:
                taken.acks.append(Acks(kept[0][6], packet_ids))
        return end

    def _count_plain(self, batch: Sequence[AnyDelivery], begin: int) -> tuple[int, bool]:
        """Where the plain messages from number `begin` on end, and whether all of them are stored as they came."""
        qos_of, bytes_max, bare, at = self._qos_of, min(self._payload_bytes_max, RECORD_BYTES_MAX), True, begin
        deliveries: Iterable[Any] = islice(batch, begin, None)  # told apart by their very type
        for delivery in deliveries:
            if type(delivery) is not tuple:
                break
            topic, payload, qos, retain, dup, _, _ = delivery
            if qos_of.get(topic) != qos or dup or len(payload) > bytes_max:
                break
            if retain or payload >= SELF_DESCRIBED:  # most begin with a smaller byte
                if len(payload) > PART_BYTES_MAX:
                    break
                bare = bare and not retain and payload[:3] != SELF_DESCRIBED
            at += 1
        return at, bare

    def _decide(self, delivery: Delivery, epoch: int, taken: Taken) -> None:
        topic, message, qos, _, _, packet_id, generation = delivery
        reason = Reason.SUCCESS
        wanted = self._qos_of.get(topic) == qos or self._meet(topic, qos, taken.news)
        if wanted and len(message.payload) <= self._payload_bytes_max:
            assert topic is not None
            if not self._is_known(topic, delivery, epoch):
                taken.items.append(Write(topic, pack(message), packet_id=packet_id, epoch=epoch))
        else:
            reason = self._turn_away(delivery)
        if packet_id:
            taken.acks.append(Acks(generation, (packet_id,), {packet_id: reason} if reason else {}))

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
            if self._broker_says(topic, delivery.message.payload, retained=delivery.retain):
                self._counters.received -= 1
            else:
                self._counters.unwanted += 1
            return Reason.SUCCESS
        refusal = topic_fault(topic, self._topic_bytes_max) or Refusal.PAYLOAD_TOO_BIG
        self._counters.refused[refusal.label] += 1
        self._report.add(refusal, delivery)
        return refusal.reason
