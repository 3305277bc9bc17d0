"""What `plot` adds with `explain=true`: everything that a chart must show so that nobody has to guess."""

import functools
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from api.gaps.find import Asked, find_gaps
from api.gaps.hear import Line, lines_of
from api.gaps.tell import Position, gap_object, outage_object
from api.readmodel.chart import Drawn, Late, chart
from api.readmodel.gather import Groups, TooManyRows
from api.readmodel.latest import Newest
from api.readmodel.plot import PlotRequest
from api.readmodel.rows import Row
from api.readmodel.state import state_before
from api.services import Home
from api.times import UNITS_NS, one_time
from api.web.positions import position_text
from api.web.problem import Problem
from api.web.render import KIND_NAMES, value_of

NS_PER_MS = UNITS_NS["ms"]


def explained(
    home: Home, asked: Asked, lines: list[tuple[Newest, list[int]]], window: PlotRequest, *, rows_max: int, style: str
) -> dict[str, Any]:
    """The members `series` and `outages` of the answer.

    Raises:
        Problem: 413; more rows than one plot may look at.
    """
    groups = [numbers for _, numbers in lines]
    try:
        drawn = chart(asked.view, groups, window, rows_max=rows_max)
    except TooManyRows as fault:
        raise Problem(413, "too-much", str(fault), parameter="start") from fault
    before = _before(asked, groups, window)
    found = find_gaps(asked, _heard(home, [line for line, _ in lines]), rows_max=rows_max)
    moment = functools.partial(one_time, style=style)
    position: Position = functools.partial(position_text, home)
    gaps = defaultdict(list)
    for gap in found.gaps:
        # A device time is no position.
        spoken = position if gap.outage or window.by == "logged" else _nowhere
        told = gap_object(gap, moment, spoken, beats=found.beats_in(gap), now=asked.view.position)
        gaps[gap.topic, gap.field].append(told)
    return {
        "series": [
            _series(line, each, before.get(place), gaps[line.series.topic, line.series.field], style)
            for place, ((line, _), each) in enumerate(zip(lines, drawn, strict=True))
        ],
        "outages": [outage_object(each, moment, position, now=asked.view.position) for each in found.outages],
    }


def _heard(home: Home, lines: Iterable[Newest]) -> list[Line]:
    fields = defaultdict(list)
    for line in lines:
        fields[line.series.topic].append(line.series.field)
    return lines_of([home.model.selector.series_of(topic) for topic in fields], fields)


def _before(asked: Asked, groups: list[list[int]], window: PlotRequest) -> dict[int, Row]:
    """Per group the row that stands when the window begins."""
    known = Groups(groups)
    rows = state_before(asked.view, known, window.by, window.start).unpack()
    return {int(known.of[row.series]): row for row in rows}


def _series(line: Newest, drawn: Drawn, before: Row | None, gaps: list[dict[str, Any]], style: str) -> dict[str, Any]:
    numbers = drawn.numbers
    return {
        "topic": line.series.topic,
        "field": line.series.field,
        "unit": line.key.unit,
        "kind": KIND_NAMES[line.row.kind],
        "x": _ms(numbers.first),
        "min": numbers.least.tolist(),
        "max": numbers.greatest.tolist(),
        "count": numbers.rows.tolist(),
        "last": numbers.last.tolist(),
        "last_x": _ms(numbers.final),
        "texts": {"x": [since / NS_PER_MS for since, _ in drawn.spells], "text": [text for _, text in drawn.spells]},
        "before": None if before is None else _stood(before, style),
        "gaps": gaps,
        "late": [_late(each, style) for each in drawn.late],
    }


def _stood(row: Row, style: str) -> dict[str, Any]:
    time = row.time if row.claimed else row.logged
    return {"time": one_time(time, style), "value": value_of(row.kind, row.value, row.text)}


def _late(late: Late, style: str) -> dict[str, Any]:
    return {
        "from": one_time(late.start, style),
        "to": one_time(late.end, style),
        "count": late.rows,
        "arrived_first": one_time(late.arrived_first, style),
        "arrived_last": one_time(late.arrived_last, style),
    }


def _ms(times: np.ndarray[Any, np.dtype[np.int64]]) -> list[float]:
    ms: list[float] = (times / NS_PER_MS).tolist()
    return ms


def _nowhere(_: int) -> None:
    return None
