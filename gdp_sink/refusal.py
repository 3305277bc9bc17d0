"""What the sink does not keep: why, with which answer to the broker, and how often it says so."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from gdp_sink.source import Delivery, Reason
from ingest.errors import TopicError
from ingest.topics import check_topic

SAID_TOPIC_CHARACTERS = 200
"""Of a refused topic, for a person to recognise it by."""


class Refusal(Enum):
    """A reason for which a message is refused for good, with the PUBACK that says so (MQTT 5 §3.4.2.1)."""

    TOPIC_TOO_LONG = ("topic_too_long", Reason.TOPIC_NAME_INVALID)
    TOPIC_INVALID = ("topic_invalid", Reason.TOPIC_NAME_INVALID)
    PAYLOAD_TOO_BIG = ("payload_too_big", Reason.QUOTA_EXCEEDED)
    STORE = ("store", Reason.IMPLEMENTATION_SPECIFIC_ERROR)

    def __init__(self, label: str, reason: Reason) -> None:
        self.label = label
        self.reason = reason


def topic_fault(topic: str | None, bytes_max: int) -> Refusal | None:
    """Why messages on this topic cannot be kept; None if they can. `topic` is None if its bytes are no UTF-8."""
    if topic is None:
        return Refusal.TOPIC_INVALID
    try:
        check_topic(topic)
    except TopicError:
        return Refusal.TOPIC_INVALID
    return Refusal.TOPIC_TOO_LONG if len(topic.encode()) > bytes_max else None


@dataclass(slots=True)
class _Unsaid:
    count: int = 0
    topic: str = ""
    payload_bytes: int = 0
    said_at: int | None = None


class RefusalReport:
    """Turns refusals into few own-log records: the first of a kind at once, later ones summed per interval.

    `clock` is monotonic, ns.
    """

    def __init__(self, interval_ns: int, clock: Callable[[], int]) -> None:
        self._interval_ns = interval_ns
        self._clock = clock
        self._unsaid: dict[Refusal, _Unsaid] = {}

    def add(self, refusal: Refusal, delivery: Delivery) -> None:
        """Note one refused message."""
        entry = self._unsaid.setdefault(refusal, _Unsaid())
        entry.count += 1
        entry.topic = (delivery.topic or "")[:SAID_TOPIC_CHARACTERS]
        entry.payload_bytes = len(delivery.message.payload)

    def due(self, *, final: bool = False) -> list[dict[str, str | int]]:
        """Take what is to be said now, each with the last message's topic; `final` takes all that is unsaid."""
        now = self._clock()
        fields: list[dict[str, str | int]] = []
        for refusal, entry in self._unsaid.items():
            rested = entry.said_at is None or now - entry.said_at >= self._interval_ns
            if entry.count and (rested or final):
                fields.append(
                    {
                        "reason": refusal.label,
                        "count": entry.count,
                        "topic": entry.topic,
                        "payload_bytes": entry.payload_bytes,
                    }
                )
                entry.count, entry.said_at = 0, now
        return fields
