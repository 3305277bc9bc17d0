"""Finding gaps: the read model's topics and the sink's own log in, gaps and outages of a window out."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from api.gaps.hear import Line, hear, rows_of
from api.gaps.kernel import Gap, Window, gaps_of
from api.gaps.outages import Outage
from api.gaps.own_log import OwnLog, read_own_log, read_qos
from api.gaps.story import Story
from api.readiness import is_connected, lag_s
from api.readmodel.selection import TopicSeries
from api.readmodel.view import View
from api.services import Services
from api.times import NS_PER_S
from api.web.problem import Problem
from gdp.catalogue import SINK_TOPIC


class Asked(NamedTuple):
    """What gaps are looked for, and where. Ns."""

    view: View
    sink: TopicSeries
    """The sink's own log."""
    by: str
    start: int
    end: int
    edge: Outage | None
    """Why what comes after the view's position is not known; None where the view reaches as far as can be."""
    save_interval_ns: int
    silent_min_ns: int


class Found(NamedTuple):
    """What was found, ascending."""

    gaps: list[Gap]
    outages: list[Outage]
    own_log: OwnLog

    def beats_in(self, gap: Gap) -> int:
        """How many signs of life the sink gave during a gap."""
        first, last = np.searchsorted(self.own_log.beats, (gap.start, gap.end)).tolist()
        return int(last - first)


def edge_of(services: Services, view: View) -> Outage | None:
    """What lies between the view's position and now, if that is more than the moment which it always is."""
    lag = lag_s(services)
    if is_connected(services) and lag <= services.settings.ready_lag_max_s:
        return None
    if not services.progress.watermark and is_connected(services):
        return None
    fault = "store.behind" if is_connected(services) else "sink.unreachable"
    now = services.clock() - services.sink.clock_offset_ns
    return Outage(view.position, max(now, view.position), fault, back=now, kept=True, standing=True)


def asked_of(services: Services, view: View, *, by: str, start: int, end: int, present: bool) -> Asked:
    """A question about the home; `present` if the answer may say what is not known yet."""
    home = services.home
    assert home is not None
    edge = edge_of(services, view) if present else None
    settings = services.settings
    # Mosquitto saves when more whole seconds have passed than its interval: with 1 every two seconds.
    save_interval_ns = (settings.broker_save_interval_s + 1) * NS_PER_S
    silent_min_ns = int(settings.silent_min_s * NS_PER_S)
    return Asked(view, home.model.selector.series_of(SINK_TOPIC), by, start, end, edge, save_interval_ns, silent_min_ns)


def find_outages(asked: Asked) -> tuple[OwnLog, list[Outage]]:
    """The recorder's outages that touch the window."""
    own_log = read_own_log(asked.view, asked.sink)
    outages = Story(own_log.beats, asked.save_interval_ns).read(own_log.entries, until=asked.view.position)
    if asked.edge is not None and asked.edge.end > asked.edge.start:
        outages.append(asked.edge)
    return own_log, [each for each in outages if each.start < asked.end and each.end > asked.start]


def find_gaps(asked: Asked, lines: Sequence[Line], *, rows_max: int) -> Found:
    """The gaps of these lines. Takes time in proportion to the rows in the window.

    Raises:
        Problem: 413; more rows than may be looked at.
    """
    own_log, outages = find_outages(asked)
    known = asked.view.position if asked.edge is None else asked.edge.end
    end = min(asked.end, known)
    if end <= asked.start:
        return Found([], outages, own_log)
    rows = rows_of(asked.view, lines, by=asked.by, start=asked.start, end=end)
    if rows > rows_max:
        detail = f"{rows} rows are in the window, {rows_max} may be: ask for less time or fewer topics"
        raise Problem(413, "too-much", detail, parameter="start")
    window = Window(asked.start, end, own_log.watched_from, asked.silent_min_ns, present=asked.end >= known)
    qos = read_qos(asked.view, asked.sink)
    heard = hear(asked.view, lines, qos, by=asked.by, start=asked.start, end=end)
    gaps = [gap for each in heard for gap in gaps_of(each, outages, window)]
    return Found(sorted(gaps, key=lambda gap: (gap.start, gap.topic, gap.field or "")), outages, own_log)
