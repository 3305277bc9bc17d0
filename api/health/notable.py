"""What was notable in a window: outages, silences of devices, refusals, and what stands now."""

import functools
from typing import NamedTuple

from api.gaps.find import Found, find_gaps
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
from api.web.positions import position_text


class Window(NamedTuple):
    """Ns; `present` if it reaches to now, so that numbers that are out of bounds now belong to it."""

    start: int
    end: int
    present: bool


def notable(question: Question, window: Window, *, rows_max: int) -> list[Fact]:
    """The facts of a window, worst first. Takes time in proportion to the rows in it.

    Raises:
        Problem: 413; more rows than may be looked at.
    """
    asked = question.asked._replace(start=window.start, end=window.end)
    found: Found = find_gaps(asked, question.lines, rows_max=rows_max)
    position, now = functools.partial(position_text, question.home), question.vitals.now
    entries = [each for each in found.own_log.entries if window.start <= each.logged < window.end]
    facts = [
        *(from_outage(named(each, question), position, now=now) for each in found.outages),
        *(from_gap(each, found.beats_in(each), now=now) for each in found.gaps if is_silence(each)),
        *from_refusals(entries, position, now=now),
        *from_rises(entries, position, now=now),
        *(each for each in from_saving(found.own_log.entries, position, now=now) if _touches(each, window)),
    ]
    if window.present:
        foreseen, books = foresee(asked.view, asked.sink), books_of(question.vitals.counters)
        facts += from_numbers(question.vitals, foreseen, books)
    return ranked(facts)


def _touches(fact: Fact, window: Window) -> bool:
    begun = fact.since is None or fact.since < window.end
    return begun and (fact.until is None or fact.until > window.start)
