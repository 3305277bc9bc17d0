"""A scripted day: what the sink wrote into its own log, and what topics said, as values. Times in s since the start."""

from collections.abc import Iterable

import numpy as np

from api.gaps.kernel import Gap, Heard, Window, gaps_of
from api.gaps.outages import Entry, Outage
from api.gaps.story import Story
from api.words.templates import FAULTS

S = 1_000_000_000
BASE = 1_700_000_000 * S
DAY = 86_400
SAVE_S = 1


def at(seconds: float) -> int:
    return BASE + round(seconds * S)


class Day:
    """Events of the own log, with heartbeats each 10 s but in `dead` spans."""

    def __init__(
        self, events: Iterable[tuple[float, str, dict]], *, dead: Iterable[tuple[float, float]] = (), end: float = DAY
    ):
        first = [(0, "started", {}), (0.1, "connected", {"session_present": False}), (0.2, "subscribed", {})]
        told = [Entry(at(when), event, facts) for when, event, facts in [*first, *events]]
        self.entries = sorted(told, key=lambda each: each.logged)
        beats = [at(10 * n) + 1 for n in range(1, int(end // 10)) if not any(a < 10 * n < b for a, b in dead)]
        self.beats = np.unique(np.array([*beats, *(each.logged for each in self.entries)], np.int64))
        self.end = end

    def outages(self) -> list[Outage]:
        return Story(self.beats, SAVE_S * S).read(self.entries, until=at(self.end))

    def gaps(self, heard: Heard, start: float = 0, end: float | None = None) -> list[Gap]:
        window = Window(at(start), at(self.end if end is None else end), int(self.beats[0]))
        outages = [each for each in self.outages() if each.start < window.end and each.end > window.start]
        return gaps_of(heard, outages, window)


def steady(
    every: float,
    *,
    without: Iterable[tuple[float, float]] = (),
    until: float = DAY,
    qos: int | None = 1,
    later: Iterable[float] = (),
) -> Heard:
    """A topic that speaks every so many seconds, but not in some spans; `later` are messages besides."""
    times = [n * every for n in range(1, int(until / every)) if not any(a < n * every < b for a, b in without)]
    return said([*times, *later], qos=qos)


def said(times: Iterable[float], *, qos: int | None = 1, events: bool = False) -> Heard:
    ns = np.unique(np.array([at(each) for each in times], np.int64))
    return Heard("homes/h1/desk", None, ns, ns, qos, events)


def told(gaps: Iterable[Gap]) -> list[tuple[str, str, int, int, int | None]]:
    """(cause, id, from, to in whole s, kept)."""
    return [
        (FAULTS[each.id].kind, each.id, round((each.start - BASE) / S), round((each.end - BASE) / S), each.kept)
        for each in gaps
    ]
