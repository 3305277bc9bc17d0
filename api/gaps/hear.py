"""What topics said in a window, out of the read model, as the gap kernel takes it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.gaps.cadence import Ints, reports_changes
from api.gaps.kernel import Heard
from api.gaps.rules import CHANGES_ROWS_MAX, RHYTHM_INTERVALS_MAX
from api.gaps.spans import Span
from api.readmodel.run import Part, Run, spans
from api.readmodel.selection import TopicSeries
from api.readmodel.view import View
from ingest.observation import Kind

SWITCHES = (int(Kind.boolean), int(Kind.text))
NO_TIMES: Ints = np.zeros(0, np.int64)


class Line(NamedTuple):
    """What gaps are asked of: a topic, or one of its series."""

    topic: str
    field: str | None
    numbers: list[int]
    """Stored series that make it up."""
    messages: list[int]
    """Stored series of the topic's messages."""
    switches: list[int]
    """Stored series that may tell whether it reports changes."""


def lines_of(topics: Sequence[TopicSeries], fields: Mapping[str, Sequence[str]] | None) -> list[Line]:
    """One line a topic; or, with `fields`, one for each of the fields wanted of it."""
    lines = []
    for each in topics:
        if fields is None:
            values = [number for numbers in each.fields.values() for number in numbers]
            lines.append(Line(each.topic, None, each.all_numbers(), each.messages, values))
        else:
            lines += [
                Line(each.topic, field, each.fields[field], each.messages, each.fields[field])
                for field in fields.get(each.topic, ())
                if field in each.fields
            ]
    return lines


def hear(view: View, lines: Sequence[Line], qos: Mapping[str, int], *, by: str, start: int, end: int) -> list[Heard]:
    """What each line said within the window, and shortly before. Ns."""
    times = _times(view, [each.numbers for each in lines], by, start, end)
    logged = _times(view, [each.messages for each in lines], "logged", start, view.position + 1)
    return [
        Heard(line.topic, line.field, np.unique(said), spoken, qos.get(line.topic), events)
        for line, said, spoken, events in zip(lines, times, logged, reporting_changes(view, lines), strict=True)
    ]


def rows_of(view: View, lines: Sequence[Line], *, by: str, start: int, end: int) -> int:
    """How many rows would be looked at."""
    ids = np.unique(np.array([number for each in lines for number in each.numbers], np.int32))
    windows = (part.run(ids, by).window(start, end) for part in view.parts)
    return sum(int((run.hi - run.lo).sum()) for run in windows)


def _times(view: View, groups: list[list[int]], by: str, start: int, end: int) -> list[Ints]:
    """Per group the select times within the window and the last ones before it, ascending."""
    ids = np.unique(np.array([number for group in groups for number in group], np.int32))
    runs = [(part, part.run(ids, by)) for part in view.parts]
    found: list[list[Ints]] = [[] for _ in groups]
    for part, run in runs:
        places_of = {int(number): place for place, number in enumerate(run.ids.tolist())}
        logged = part.columns.logged if view.hides(part) else None
        for group, pieces in zip(groups, found, strict=True):
            for number in group:
                if number in places_of:
                    pieces.append(_piece(run, places_of[number], logged, view.position, (start, end)))
    return [_trimmed(pieces, start) for pieces in found]


def _piece(run: Run, place: int, logged: Ints | None, position: int, window: Span) -> Ints:
    start, end = window
    first, last = int(run.lo[place]), int(run.hi[place])
    times = run.key[first:last]
    if logged is not None:
        # What is hidden may lie anywhere in the order of select times.
        times = times[logged[run.physical(np.arange(first, last))] <= position]
    begin = max(int(np.searchsorted(times, start, side="right")) - RHYTHM_INTERVALS_MAX - 1, 0)
    return times[begin : int(np.searchsorted(times, end))]


def _trimmed(pieces: list[Ints], start: int) -> Ints:
    """Parts overlap, so each gave its own last ones before the window: of all of them the last ones are complete."""
    times = np.sort(np.concatenate(pieces)) if pieces else NO_TIMES
    return times[max(int(np.searchsorted(times, start, side="right")) - RHYTHM_INTERVALS_MAX - 1, 0) :]


def reporting_changes(view: View, lines: Sequence[Line]) -> list[bool]:
    """Per line whether all that it says are switches, and at least one of them reports changes."""
    said = _lately(view, np.unique(np.array([number for each in lines for number in each.switches], np.int32)))
    if not len(said.states):
        return [False] * len(lines)
    switches = np.logical_and.reduceat(np.isin(said.kinds, SWITCHES), said.first)
    others = set(said.series[~switches].tolist())
    bounds = zip(*(each[switches].tolist() for each in (said.series, said.first, said.last)), strict=True)
    changing = {
        number for number, first, last in bounds if last - first > 1 and reports_changes(said.states[first:last])
    }
    return [not others.intersection(each.switches) and bool(changing.intersection(each.switches)) for each in lines]


class _Said(NamedTuple):
    """The last rows of stored series in the order of logging: those of series[i] are first[i] … last[i] - 1.

    States differ where what was said differs.
    """

    series: NDArray[np.int32]
    first: Ints
    last: Ints
    kinds: NDArray[np.int8]
    states: NDArray[np.float64]


def _lately(view: View, ids: NDArray[np.int32]) -> _Said:
    """The last rows of each series, wherever they lie: so the answer is the same after a seal or a merge."""
    pieces: list[tuple[NDArray[Any], ...]] = []
    codes: dict[str, float] = {}
    for part in view.parts:
        run = part.run(ids, "logged").window(None, view.position + 1)
        counts = np.minimum(run.hi - run.lo, CHANGES_ROWS_MAX)
        rows, columns = run.physical(spans(run.hi - counts, counts)), part.columns
        kinds = columns.kind[rows]
        states = _states(part, kinds, columns.value[rows], columns.text[rows], codes)
        pieces.append((np.repeat(run.ids, counts), columns.logged[rows], kinds, states))
    if not pieces:
        return _Said(ids[:0], NO_TIMES, NO_TIMES, np.zeros(0, np.int8), np.zeros(0))
    series, logged, kinds, states = (np.concatenate(arrays) for arrays in zip(*pieces, strict=True))
    order = np.lexsort((logged, series))
    numbers, first, count = np.unique(series[order], return_index=True, return_counts=True)
    kept = np.minimum(count, CHANGES_ROWS_MAX)
    order = order[spans(first + count - kept, kept)]
    ends = np.cumsum(kept)
    return _Said(numbers, ends - kept, ends, kinds[order], states[order])


def _states(
    part: Part,
    kinds: NDArray[np.int8],
    values: NDArray[np.float64],
    texts: NDArray[np.int32],
    codes: dict[str, float],
) -> NDArray[np.float64]:
    """Texts as numbers above those of truth values, the same in every part."""
    written = kinds == int(Kind.text)
    states = values.copy()
    numbers, which = np.unique(texts[written], return_inverse=True)
    known = [codes.setdefault(part.text(number), len(codes) + 2.0) for number in numbers.tolist()]
    states[written] = np.array(known, np.float64)[which]
    return states
