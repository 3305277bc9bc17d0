"""Retained messages that come again after a lost session: counted, not stored twice.

Subscribing in a new session brings every retained message (retain handling 1, MQTT 5 §3.8.3.1), also those that are in
the store since long. The broker sends them before anything that is published later, and as often per topic as filters
match it; only these deliveries can be repeats. A device that publishes the same retained value again is a new record.

A sink that ends in the midst of this leaves two things in its own log: that the replay was not over, and which
deliveries it took for repeats. Those are in no log of their topic, and come again if the broker saw no PUBACK.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from gdp_sink.redelivery import fingerprint
from ingest.envelope import Message, pack
from ingest.filters import FilterSet

DIGEST_BYTES = 8


class Repeat(NamedTuple):
    """A retained delivery that was not stored, for the store held it; packet id 0 at QoS 0."""

    packet_id: int
    topic: str
    digest: str


class RetainedReplay:
    """One replay of retained messages, from the subscription in a new session until the first live message."""

    def __init__(self) -> None:
        self._copies_of: Callable[[str], int] | None = None
        self._taken: Counter[str] = Counter()
        self._last: dict[str, Message | None] = {}
        self._recalled: frozenset[Repeat] = frozenset()
        self._unsaid: list[Repeat] = []
        self._end_unsaid = False
        self._asked = False

    @property
    def active(self) -> bool:
        """Whether a replay is going on."""
        return self._copies_of is not None

    @property
    def watching(self) -> bool:
        """Whether deliveries must be shown to this object at all."""
        return self.active or bool(self._recalled)

    def begin(self, copies_of: Callable[[str], int], taken: Iterable[str] = ()) -> None:
        """A new session is subscribed to; `copies_of(topic)` is the number of filters that match it.

        `taken` are the topics of deliveries that an earlier run has taken from the same replay, each as often.
        """
        self._copies_of = copies_of
        self._taken = Counter(taken)
        self._last = {}
        self._asked = True
        self._end_unsaid = False

    def recall(self, repeats: Iterable[Repeat]) -> None:
        """Remember what an earlier run in the same session took for repeats: these may come again, with DUP."""
        self._recalled = frozenset(repeats)

    def forget(self) -> None:
        """What was recalled does not come any more: it would have come before what is new (MQTT 5 §4.6)."""
        self._recalled = frozenset()

    def end(self) -> None:
        """A live message came: what follows is new."""
        self._end_unsaid = self._end_unsaid or self.active
        self._copies_of = None
        self._taken = Counter()
        self._last = {}

    def end_if_quiet(self) -> None:
        """End if no retained delivery came since the last call: a home may never send anything else.

        The heartbeat that follows says so.
        """
        if not self._asked:
            self.end()
            self._end_unsaid = False
        self._asked = False

    def unknown(self, topic: str) -> bool:
        """Whether the topic's last retained record must be learnt before `is_repeat` is asked."""
        return self.active and topic not in self._last

    def learn(self, topic: str, message: Message | None) -> None:
        """Take the topic's last retained record, None if the store holds none."""
        self._last[topic] = None if message is None else fingerprint(message)

    def is_recalled(self, packet_id: int, topic: str, message: Message) -> bool:
        """Whether this delivery with DUP is one that the earlier run took for a repeat, and could not acknowledge."""
        return bool(self._recalled) and Repeat(packet_id, topic, digest(message)) in self._recalled

    def is_repeat(self, topic: str, message: Message, packet_id: int = 0) -> bool:
        """Whether this retained delivery is the record that the store holds already. Each call takes one delivery."""
        if self._copies_of is None:
            return False
        self._asked = True
        self._taken[topic] += 1
        if self._taken[topic] > self._copies_of(topic):
            return False
        seen = fingerprint(message)
        if self._last.get(topic) == seen:
            self._unsaid.append(Repeat(packet_id, topic, digest(message)))
            return True
        self._last[topic] = seen
        return False

    def news(self) -> list[Repeat] | None:
        """Take what must be durable before it is acknowledged: repeats, and the end of the replay; None is nothing."""
        if not self._unsaid and not self._end_unsaid:
            return None
        said, self._unsaid, self._end_unsaid = self._unsaid, [], False
        return said


def copies_by(filters: FilterSet) -> Callable[[str], int]:
    """How often the broker sends a topic's retained message to who subscribes to these."""
    return lambda topic: sum(each.matches(topic) for each in filters.filters)


def digest(message: Message) -> str:
    """Tell a message's content in 16 characters."""
    packed = pack(fingerprint(message))
    return blake2b(b"".join(packed), digest_size=DIGEST_BYTES).hexdigest()


def written(repeats: Sequence[Repeat]) -> str:
    """Write repeats as one text: as a list each place of it would become a series of its own in the read model."""
    return json.dumps([list(repeat) for repeat in repeats], ensure_ascii=False, separators=(",", ":"))


def read(text: object) -> list[Repeat]:
    """Read what `written` wrote.

    Raises:
        ValueError, TypeError: it is something else.
    """
    return [Repeat(int(packet_id), str(topic), str(content)) for packet_id, topic, content in json.loads(str(text))]
