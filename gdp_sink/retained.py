"""Retained messages that come again after a lost session: counted, not stored twice.

Subscribing in a new session brings every retained message (retain handling 1, MQTT 5 §3.8.3.1), also those that are in
the store since long. The broker sends them before anything that is published later, and as often per topic as filters
match it; only these deliveries can be repeats. A device that publishes the same retained value again is a new record.
"""

from collections.abc import Callable

from gdp_sink.redelivery import fingerprint
from ingest.envelope import Message


class RetainedReplay:
    """One replay of retained messages, from the subscription in a new session until the first live message."""

    def __init__(self) -> None:
        self._copies_of: Callable[[str], int] | None = None
        self._left: dict[str, int] = {}
        self._last: dict[str, Message | None] = {}
        self._asked = False

    @property
    def active(self) -> bool:
        """Whether deliveries must be shown to this object at all."""
        return self._copies_of is not None

    def begin(self, copies_of: Callable[[str], int]) -> None:
        """A new session subscribed; `copies_of(topic)` is the number of filters that match it."""
        self._copies_of = copies_of
        self._left = {}
        self._last = {}
        self._asked = True

    def end(self) -> None:
        """A live message came: what follows is new."""
        self._copies_of = None
        self._left = {}
        self._last = {}

    def end_if_quiet(self) -> None:
        """End if no retained delivery came since the last call: a home may never send anything else."""
        if not self._asked:
            self.end()
        self._asked = False

    def unknown(self, topic: str) -> bool:
        """Whether the topic's last retained record must be learnt before `is_repeat` is asked."""
        return self.active and topic not in self._last

    def learn(self, topic: str, message: Message | None) -> None:
        """Take the topic's last retained record, None if the store holds none."""
        self._last[topic] = None if message is None else fingerprint(message)

    def is_repeat(self, topic: str, message: Message) -> bool:
        """Whether this retained delivery is the record that the store holds already. Each call takes one delivery."""
        if self._copies_of is None:
            return False
        self._asked = True
        left = self._left.get(topic)
        if left is None:
            left = self._copies_of(topic)
        self._left[topic] = left - 1
        if left <= 0:
            return False
        seen = fingerprint(message)
        if self._last.get(topic) == seen:
            return True
        self._last[topic] = seen
        return False
