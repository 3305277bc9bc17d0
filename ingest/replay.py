"""Replay: recorded homes as timed publishes. Pure; whoever sends them owns the clock and the socket."""

import heapq
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import NamedTuple

SECOND = 1_000_000_000
"""One second in the unit of all times here: ns."""


class Publish(NamedTuple):
    """One message that is to be sent."""

    due: int
    """When, in ns: since 1970 UTC in a recording or a simulation, since the start of sending in a plan."""
    topic: str
    payload: bytes
    retain: bool = False
    qos: int = 1


def merged(*streams: Iterable[Publish]) -> Iterator[Publish]:
    """One stream in order of `due`; of equal times the earlier argument's first, each stream's own order kept.

    Each stream must be in order of `due` itself. Takes one message at a time, so streams may be endless.
    """
    return heapq.merge(*streams, key=attrgetter("due"))


def paced(publishes: Iterable[Publish], *, speed: float) -> Iterator[Publish]:
    """The same messages in the same order, `due` counted from the first one and divided by `speed`; 0 = all at once.

    What was recorded late stays late: a message that lies before its predecessor is due together with it.
    """
    first: int | None = None
    latest = 0
    for each in publishes:
        if first is None:
            first = each.due
        if speed > 0:
            latest = max(latest, int((each.due - first) / speed))
        yield each._replace(due=latest)


class CatchUp(NamedTuple):
    """A time-table that tells the past fast and then lives: the past from `start` on is told from `now` on."""

    start: int
    """The first moment that is told, ns since 1970 UTC."""
    now: int
    """When telling begins."""
    speed: float
    """How many times faster than life the past is told; above 1."""

    @property
    def caught_up(self) -> int:
        """The moment from which on everything is sent when it is due: while the past is told, time goes on."""
        return self.now + int((self.now - self.start) / (self.speed - 1))

    def send_at(self, due: int) -> int:
        """When a message that is due at `due` is to be sent, in the same clock as `now`."""
        return due if due >= self.caught_up else self.now + int((due - self.start) / self.speed)

    def schedule(self, publishes: Iterable[Publish]) -> Iterator[Publish]:
        """The messages from `start` on with `due` as the moment of sending."""
        return (each._replace(due=self.send_at(each.due)) for each in publishes if each.due >= self.start)
