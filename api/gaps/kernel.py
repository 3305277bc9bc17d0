"""The gaps of one topic: its holes, cut along the recorder's outages, each piece with whose silence it is. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from api.gaps.cadence import Ints, usual_interval
from api.gaps.outages import Outage
from api.gaps.rules import CATCH_UP_NS, LATE_INTERVALS, SILENT_INTERVALS, SILENT_MIN_NS
from api.gaps.spans import subtract

SILENT = "device.silent"
UNOBSERVED = "unknown.unobserved"


class Heard(NamedTuple):
    """What a topic (or one of its series) said. Ns, ascending."""

    topic: str
    field: str | None
    times: Ints
    """Select times of its records, each once, with some from before the window: the last one, and what tells the
    rhythm."""
    logged: Ints
    """Logged times of its messages, at least of those after each outage."""
    qos: int | None
    """QoS at which the sink gets its messages; None if that is not known."""
    events: bool
    """Whether it reports changes."""


class Window(NamedTuple):
    """What is asked for, and what is known. Ns."""

    start: int
    end: int
    watched_from: int
    """Logged time of the first record of the sink's own log."""
    silent_min_ns: int = SILENT_MIN_NS
    present: bool = True
    """Whether it ends where everything that is known ends."""


class Gap(NamedTuple):
    """A time in which nothing was said, or nothing could be kept; no record lies inside. Ns."""

    start: int
    end: int
    topic: str
    field: str | None
    id: str
    outage: Outage | None
    """Whose outage it was; None if it was none."""
    kept: int | None
    """Messages that waited in the broker and were logged later; None if that cannot be known."""
    qos: int | None
    usual: int | None
    last: int
    """Time of the record before the hole."""
    next: int | None
    """Time of the record after the hole; None if there is none in the window."""
    present: bool
    """Whether the window ends where everything that is known ends."""

    @property
    def standing(self) -> bool:
        """Whether it lasts."""
        return self.present and self.next is None and (self.outage is None or self.outage.standing)


class _Hole(NamedTuple):
    start: int
    end: int
    next: int | None


def gaps_of(heard: Heard, outages: Sequence[Outage], window: Window) -> list[Gap]:
    """The gaps within the window, ascending; none overlaps another. `outages` are ascending and do not overlap."""
    usual = None if heard.events else usual_interval(heard.times)
    found: list[Gap] = []
    for hole in _holes(heard.times, outages, window, usual):
        within = [each for each in outages if each.start < hole.end and each.end > hole.start]
        found += _explain(heard, hole, within, window, usual)
    return found


def kept_of(heard: Heard, outage: Outage) -> int | None:
    """How many messages of the topic waited in the broker during an outage and were logged after it."""
    if outage.id == "broker.session_lost":
        return 0
    if outage.cause != "sink" or not outage.kept or outage.standing:
        return None
    if heard.qos is None:
        return None
    if heard.qos == 0:
        return 0
    first, last = np.searchsorted(heard.logged, (outage.back, outage.back + CATCH_UP_NS)).tolist()
    usual = usual_interval(heard.logged)
    ordinary = 0 if heard.events or not usual else CATCH_UP_NS // usual
    return max(int(last - first) - ordinary, 0)


def _holes(times: Ints, outages: Sequence[Outage], window: Window, usual: int | None) -> Iterator[_Hole]:
    """Holes that may matter: those that an outage touches, and those that are long for a steady topic."""
    if not len(times) or times[0] >= window.end:
        return
    places = {int(np.searchsorted(times, each.end)) for each in outages}
    places |= {
        place
        for each in outages
        for place in range(int(np.searchsorted(times, each.start, side="right")), int(np.searchsorted(times, each.end)))
    }
    if usual is not None:
        places |= set((np.flatnonzero(np.diff(times) > SILENT_INTERVALS * usual) + 1).tolist())
    places.add(len(times))
    for place in sorted(places):
        if place == 0:
            continue
        last = int(times[place - 1])
        upcoming = int(times[place]) if place < len(times) else None
        end = window.end if upcoming is None else upcoming
        if end > max(last, window.start) and last < window.end:
            yield _Hole(last, end, upcoming)


def _explain(heard: Heard, hole: _Hole, outages: Sequence[Outage], window: Window, usual: int | None) -> Iterator[Gap]:
    """Cut a hole into what was whose."""
    cut = [(max(each.start, hole.start), min(each.end, hole.end)) for each in outages]
    free = subtract((hole.start, hole.end), cut)
    pieces: list[tuple[int, int, str, Outage | None, int | None]] = []
    for (start, end), outage in zip(cut, outages, strict=True):
        kept = kept_of(heard, outage)
        if _hit(heard, hole, outage, kept, usual):
            whole = outage.end == outage.back
            pieces.append((start, end, outage.id, outage, kept if whole or not kept else 0))
    silence = sum(end - start for start, end in free)
    if usual is not None and silence > max(SILENT_INTERVALS * usual, window.silent_min_ns):
        for start, end in free:
            if end - start > LATE_INTERVALS * usual:
                seen = min(max(window.watched_from, start), end)
                pieces += [(start, seen, UNOBSERVED, None, None), (seen, end, SILENT, None, None)]
    for start, end, fault, whose, waited in sorted(pieces, key=lambda piece: piece[:2]):
        first, last = max(start, window.start), min(end, window.end)
        if first < last:
            yield Gap(
                *(first, last, heard.topic, heard.field, fault, whose, waited, heard.qos, usual),
                *(hole.start, hole.next, window.present),
            )


def _hit(heard: Heard, hole: _Hole, outage: Outage, kept: int | None, usual: int | None) -> bool:
    """Whether an outage took anything from the topic, as far as that can be known."""
    if usual is not None:
        return hole.end - hole.start > LATE_INTERVALS * usual
    if outage.id == "store.behind":
        return False
    if outage.cause == "sink" and outage.kept and heard.qos:
        return bool(kept)
    return True
