"""What was notable in a window: outages, silences of devices, refusals, what happened at home, and what stands now."""

import functools
from collections.abc import Callable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from api.gaps.find import Found, find_gaps
from api.gaps.hear import Line
from api.happened import find
from api.happened.scene import Scene
from api.health.books import books_of
from api.health.facts import (
    Fact,
    from_gap,
    from_numbers,
    from_outage,
    from_refusals,
    from_rises,
    from_saving,
    is_silence,
    ranked,
)
from api.health.look import Question, foresee, named
from api.readmodel.gather import TooManyRows
from api.web.positions import position_text
from api.web.problem import Problem

AWAY = frozenset({"broker", "sink"})


class Window(NamedTuple):
    """Ns; `present` if it reaches to now, so that numbers that are out of bounds now belong to it."""

    start: int
    end: int
    present: bool
    zone: ZoneInfo


def notable(question: Question, window: Window, home: find.Home | None, *, rows_max: int) -> list[Fact]:
    """The facts of a window, worst first. Takes time in proportion to the rows in it.

    Args:
        question: about the recorder, and the topics whose silence counts.
        window: what is asked for.
        home: where to look for what happened; None to tell of faults only.
        rows_max: how many rows may be looked at.

    Raises:
        Problem: 413; more rows than that.
    """
    asked = question.asked._replace(start=window.start, end=window.end)
    found: Found = find_gaps(asked, question.lines, rows_max=rows_max)
    position, now = functools.partial(position_text, question.home), question.vitals.now
    entries = [each for each in found.own_log.entries if window.start <= each.logged < window.end]
    facts = [
        *(from_outage(named(each, question), position, now=now) for each in found.outages),
        *(from_gap(each, found.beats_in(each), question.called, now=now) for each in found.gaps if is_silence(each)),
        *from_refusals(entries, position, now=now),
        *from_rises(entries, position, now=now),
        *(each for each in from_saving(found.own_log.entries, position, now=now) if _touches(each, window)),
    ]
    if window.present:
        foreseen, books = foresee(asked.view, asked.sink), books_of(question.vitals.counters)
        facts += from_numbers(question.vitals, foreseen, books, question.bounds)
    if home is not None:
        facts += _happened(home, window, found, position, rows_max)
    return ranked(facts)


def _happened(
    home: find.Home, window: Window, found: Found, position: Callable[[int], str], rows_max: int
) -> list[Fact]:
    end = min(window.end, home.view.position + 1)
    if end <= window.start:
        return []
    unwatched = [(each.start, each.end) for each in found.outages if each.cause in AWAY]
    present = window.end > home.view.position
    scene = Scene(home.view, window.start, end, present, unwatched, window.zone, position)
    try:
        return list(find.happened(home, scene, rows_max=rows_max))
    except TooManyRows as fault:
        raise Problem(413, "too-much", str(fault), parameter="start") from fault


def _touches(fact: Fact, window: Window) -> bool:
    begun = fact.since is None or fact.since < window.end
    return begun and (fact.until is None or fact.until > window.start)


def lines_within(lines: list[Line], topics: frozenset[str]) -> list[Line]:
    """The lines of some topics."""
    return [each for each in lines if each.topic in topics]
