"""One look at the home: what stands, how devices speak, how the disk fills, whether the books balance."""

import functools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from api.gaps.cadence import usual_interval
from api.gaps.find import Asked, asked_of, find_outages
from api.gaps.hear import Line, hear
from api.gaps.kernel import Gap, Heard, Window, gaps_of
from api.gaps.outages import Entry, Outage
from api.gaps.own_log import OwnLog, load, read_qos
from api.health.books import Books, books_of
from api.health.facts import (
    Bounds,
    Fact,
    from_gap,
    from_numbers,
    from_outage,
    from_refusals,
    from_rises,
    from_saving,
    is_silence,
    newest,
    ranked,
)
from api.health.forecast import HISTORY_NS, UNKNOWN, Forecast, forecast
from api.health.path import Devices
from api.health.vitals import Vitals, vitals_of
from api.readmodel.selection import TopicSeries
from api.readmodel.view import View
from api.services import Home, Services
from api.topics.called import Names
from api.web.positions import position_text

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000
DAY_NS = 86_400 * NS_PER_S
FULL_BYTES = 16 << 20
"""With less room the store does not write; a sink that says nothing then waits for room."""
FREE = "counters.disk_free_bytes"


class Look(NamedTuple):
    """What was seen."""

    vitals: Vitals
    position: int
    facts: list[Fact]
    """What stands, worst first."""
    devices: Devices
    outages: list[Outage]
    """The recorder's own of the last day."""
    foreseen: Forecast
    books: Books | None


class Question(NamedTuple):
    """Everything that a look needs, taken on the loop, so that it can be answered in a thread."""

    home: Home
    asked: Asked
    lines: list[Line]
    vitals: Vitals
    bounds: Bounds
    full: bool
    """Whether the home's disk has no room."""
    called: Names


def question_of(services: Services, home: Home) -> Question:
    """What is to be looked at now."""
    view = home.model.view
    vitals = vitals_of(services)
    start, end = view.position - DAY_NS, max(vitals.now, view.position)
    asked = asked_of(services, view, by="device", start=start, end=end, present=True)
    settings = services.settings
    bounds = Bounds(int(settings.told_waiting_s * NS_PER_S), int(settings.told_save_ms * NS_PER_MS))
    lines, full, called = services.lines.of(home.model), _is_full(settings.data), Names(home.model)
    return Question(home, asked, lines, vitals, bounds, full, called)


def look(question: Question) -> Look:
    """Answer it. Takes time in proportion to the number of topics."""
    home, asked, lines, vitals, bounds, *_ = question
    view = asked.view
    own_log, outages = find_outages(asked)
    outages = [named(each, question) for each in outages]
    heard = _heard(asked, lines)
    window = Window(view.position - 1, view.position, own_log.watched_from, asked.silent_min_ns)
    silent = _silent(heard, outages, window)
    foreseen, books = foresee(view, asked.sink), books_of(vitals.counters)
    position = functools.partial(position_text, home)
    now = vitals.now
    facts = [
        *newest(from_outage(each, position, now=now) for each in outages),
        *(from_gap(each, _beats(own_log, each), question.called, now=now) for each in silent),
        *from_refusals(_since(own_log, asked.start), position, now=now),
        *from_rises(_since(own_log, asked.start), position, now=now),
        *from_saving(own_log.entries, position, now=now),
        *from_numbers(vitals, foreseen, books, bounds),
    ]
    facts = [each for each in facts if each.until is None]
    return Look(vitals, view.position, ranked(facts), _devices(heard, silent), outages, foreseen, books)


def away_ns(outages: Sequence[Outage], start: int, end: int) -> int:
    """How long broker or sink were away within a window."""
    away = (each for each in outages if each.cause in {"broker", "sink"})
    return sum(max(min(each.end, end) - max(each.start, start), 0) for each in away)


def _heard(asked: Asked, lines: Sequence[Line]) -> list[Heard]:
    """The last of what each topic said."""
    position = asked.view.position
    qos = read_qos(asked.view, asked.sink)
    return hear(asked.view, lines, qos, by="device", start=position, end=position + 1)


def _silent(heard: Sequence[Heard], outages: Sequence[Outage], window: Window) -> list[Gap]:
    """The silences of devices that last, each from its beginning."""
    gaps = (gap for each in heard for gap in gaps_of(each, outages, window))
    return [gap._replace(start=gap.last) for gap in gaps if gap.standing and is_silence(gap)]


def _devices(heard: Sequence[Heard], silent: Sequence[Gap]) -> Devices:
    steady = sum(not each.events and usual_interval(each.times) is not None for each in heard)
    quiet = len({gap.topic for gap in silent})
    return Devices(steady, steady - quiet, quiet, len(heard) - steady)


def foresee(view: View, sink: TopicSeries) -> Forecast:
    """When the disk will be full, from the heartbeats of the last days."""
    numbers = sink.fields.get(FREE)
    if not numbers:
        return UNKNOWN
    rows = load(view, numbers, view.position - HISTORY_NS)
    return forecast(rows.columns.logged, rows.columns.value)


def named(outage: Outage, question: Question) -> Outage:
    """A sink cannot write down that the disk is full, and its feed falls silent: whoever sees the disk can tell."""
    mute = outage.standing and outage.id in {"sink.stood_still", "store.behind", "sink.unreachable"}
    return outage._replace(id="sink.paused") if question.full and mute else outage


def _since(own_log: OwnLog, start: int) -> list[Entry]:
    return [each for each in own_log.entries if each.logged >= start]


def _beats(own_log: OwnLog, gap: Gap) -> int:
    first, last = np.searchsorted(own_log.beats, (gap.start, gap.end)).tolist()
    return int(last - first)


def _is_full(data: Path) -> bool:
    try:
        found = os.statvfs(data)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize < FULL_BYTES
