"""The books of the virtual broker: what became of each message in truth."""

from collections import Counter
from typing import NamedTuple


class Published(NamedTuple):
    """A message of a device; `number` names it among all."""

    number: int
    topic: str
    payload: bytes
    retain: bool


class Books:
    """The truth: what became of each message, as an observer sees it who is everywhere."""

    def __init__(self) -> None:
        self.published: list[Published] = []
        self.lost: set[int] = set()
        """The broker forgot them, before the sink acknowledged them."""
        self.acknowledged: dict[int, int] = {}
        """The sink sent a PUBACK on the connection that they came on; as the how manieth."""
        self.given: Counter[int] = Counter()
        """How often the broker gave them a packet id, other than for a retained message that came again."""
        self.resurrected: Counter[int] = Counter()
        """How often a crash brought them back in flight, though they had been acknowledged."""
        self.followers: Counter[int] = Counter()
        """Of those: how many acknowledged messages had followed the oldest that came back with them, at most."""
        self.indistinguishable = 0
        """Messages with the packet id, after a crash, of an equal one that it lost, and nothing before them that tells."""
        self.revived: Counter[int] = Counter()
        """How often a crash brought them back in a session that had ended, and that the sink had had a later one than."""
        self.belated: set[int] = set()
        """All that such a session held: it comes after what the later one brought."""
        self.replayed: Counter[int] = Counter()
        """How often they were given one as the retained message of a new subscription."""
