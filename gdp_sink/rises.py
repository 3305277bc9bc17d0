"""Turns counts that should stay as they are into few own-log records: a rise is said at once, later ones summed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class Rise(NamedTuple):
    """What is to be said: `more` than when it was said last."""

    event: str
    more: int
    advice: str


@dataclass(slots=True)
class _Watched:
    event: str
    advice: str
    read: Callable[[], int]
    said: int
    said_at: int | None = None


class RiseReport:
    """Looks at counts by the clock. `clock` is monotonic, ns; no event is said twice within `interval_ns`."""

    def __init__(self, interval_ns: int, clock: Callable[[], int]) -> None:
        self._interval_ns = interval_ns
        self._clock = clock
        self._watched: list[_Watched] = []

    def watch(self, event: str, read: Callable[[], int], *, advice: str) -> None:
        """Say `event` when what `read` returns has risen; `advice` is for the person who reads it."""
        self._watched.append(_Watched(event, advice, read, read()))

    def due(self, *, final: bool = False) -> list[Rise]:
        """Take what is to be said now; `final` takes all that is unsaid."""
        now = self._clock()
        rises: list[Rise] = []
        for each in self._watched:
            value = each.read()
            rested = each.said_at is None or now - each.said_at >= self._interval_ns
            if value > each.said and (rested or final):
                rises.append(Rise(each.event, value - each.said, each.advice))
                each.said, each.said_at = value, now
        return rises
