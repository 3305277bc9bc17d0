"""What the right answers are, computed from the generator alone; and why a program's answer may differ from them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bench.peers.homes import DAY_MS, FIELDS, Floats, Homes, Ints, topic_of
from bench.peers.questions import HOLD_MS, ZONE, Question

Answer = Mapping[str, Floats]
"""By series (`topic#field`) lines of numbers: the time in ms where there is one, then the values."""
AGREES = "agrees"
TOLERANCE = 1e-9
TIME_TOLERANCE = 0.5
TIMES_FROM = 1e11
"""What is larger is a time in ms."""
Kept = Literal["all", "last", "first"]


def right(homes: Homes, question: Question, kept: Kept = "all") -> Answer:
    """The answer, or what it is where of equal times only the first or the last is kept."""
    found: dict[str, Floats] = {}
    for sensor in question.sensors:
        times, values = homes.times(sensor), homes.values(sensor)
        if kept != "all":
            alone = times[1:] != times[:-1]
            chosen = np.append(alone, True) if kept == "last" else np.append(True, alone)
            times, values = times[chosen], values[:, chosen]
        for field in question.fields:
            lines = _KINDS[question.kind](times, values[FIELDS.index(field)], question)
            if len(lines):
                found[series_name(topic_of(sensor), field)] = lines
    return found


def series_name(topic: str, field: str) -> str:
    """How a series is called in answers."""
    return f"{topic}#{field}"


def difference(one: Answer, *others: Answer) -> str | None:
    """What differs first, in words, from each of `others` line by line; None where the answers agree."""
    if one.keys() != others[0].keys():
        return f"{len(one)} series instead of {len(others[0])}"
    for name, mine in one.items():
        if mine.shape != others[0][name].shape:
            return f"{name}: {len(mine)} lines instead of {len(others[0][name])}"
        alike = [_alike(mine, other[name]) for other in others if other[name].shape == mine.shape]
        wrong = np.flatnonzero(~np.logical_or.reduce(alike))
        if len(wrong):
            return f"{name}: {mine[wrong[0]].tolist()} instead of {others[0][name][wrong[0]].tolist()}"
    return None


def _alike(one: Floats, other: Floats) -> NDArray[np.bool_]:
    """Which lines are equal: times to half a millisecond, values but for their last digits."""
    most = np.where(np.abs(other) > TIMES_FROM, TIME_TOLERANCE, TOLERANCE * (1 + np.abs(other)))
    alike: NDArray[np.bool_] = np.all(np.abs(one - other) <= most, axis=1)
    return alike


def judged(homes: Homes, question: Question, answer: Answer, *, timeless: bool = False) -> str:
    """Whether an answer is right, or what explains that it is not. `timeless`: the program does not say when."""

    def answers(kept: Kept) -> Answer:
        found = right(homes, question, kept)
        return _without_times(found) if timeless else found

    expected = answers("all")
    found = difference(answer, expected)
    if found is None:
        return AGREES
    last, first = answers("last"), answers("first")
    explanations: dict[str, Callable[[], bool]] = {
        "of equal times it keeps the last only": lambda: difference(answer, last) is None,
        "of equal times it takes any": lambda: difference(answer, expected, last, first) is None,
        "equal times come in another order": lambda: difference(_by_value(answer), _by_value(expected)) is None,
        "it gives windows too in which nothing is": lambda: _holds(answer, expected) or _holds(answer, last),
        "it leaves windows out": lambda: _holds(expected, answer),
    }
    return next((said for said, explains in explanations.items() if explains()), f"differs: {found}")


def _by_value(answer: Answer) -> Answer:
    """The lines of equal times by their values."""
    return {name: lines[np.lexsort(lines.T[::-1])] for name, lines in answer.items()}


def _holds(answer: Answer, expected: Answer) -> bool:
    """Whether the answer has every line that is expected, and more."""
    if answer.keys() != expected.keys():
        return False
    for name, lines in expected.items():
        place = np.searchsorted(answer[name][:, 0], lines[:, 0] - TIME_TOLERANCE)
        if not np.all(_alike(answer[name][np.minimum(place, len(answer[name]) - 1)], lines)):
            return False
    return True


def _without_times(answer: Answer) -> Answer:
    return {name: lines[:, 1:] for name, lines in answer.items()}


def _inside(times: Ints, values: Floats, question: Question) -> tuple[Ints, Floats]:
    first, last = np.searchsorted(times, (question.start, question.end))
    return times[first:last], values[first:last]


def _latest(times: Ints, values: Floats, _: Question) -> Floats:
    return np.array([[times[-1], values[-1]]])


def _raw(times: Ints, values: Floats, question: Question) -> Floats:
    return np.column_stack(_inside(times, values, question)).astype(np.float64)


def _buckets(times: Ints, values: Floats, question: Question) -> Floats:
    edges = np.arange(question.start, question.end + question.every, question.every)
    return _reduced(*_inside(times, values, question), edges)


def _hours(times: Ints, values: Floats, question: Question) -> Floats:
    lines = _buckets(times, values, question)
    return lines[:, [0, 3]] if len(lines) else lines


def _days(times: Ints, values: Floats, question: Question) -> Floats:
    zone = ZoneInfo(ZONE)
    edges: list[int] = []
    day = datetime.fromtimestamp(question.start / 1000, UTC).astimezone(zone).date()
    while not edges or edges[-1] < question.end:
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        edges.append(int(midnight.timestamp() * 1000))
        day = day.fromordinal(day.toordinal() + 1)
    return _reduced(*_inside(times, values, question), np.array(edges))


def _reduced(times: Ints, values: Floats, edges: Ints) -> Floats:
    """Beginning, min, max, mean of each bucket that has something."""
    if not len(times):
        return np.zeros((0, 4))
    bucket = np.searchsorted(edges, times, side="right") - 1
    first = np.flatnonzero(np.append(True, bucket[1:] != bucket[:-1]))
    counts = np.diff(np.append(first, len(times)))
    least, most = np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)
    mean = np.add.reduceat(values, first) / counts
    return np.column_stack((edges[bucket[first]], least, most, mean))


def _mean(times: Ints, values: Floats, question: Question) -> Floats:
    """A row at T is of T - every < time ≤ T; `start` is the first T."""
    edges = _grid(question)
    lines = _reduced(*_after(times, values, edges), edges + 1)
    return np.column_stack((lines[:, 0] - 1 + question.every, lines[:, 3])) if len(lines) else lines[:, :2]


def _hold(times: Ints, values: Floats, question: Question) -> Floats:
    grid = _grid(question)[1:]
    place = np.searchsorted(times, grid, side="right") - 1
    known = (place >= 0) & (grid - times[place] <= HOLD_MS)
    return np.column_stack((grid[known], values[place[known]]))


def _grid(question: Question) -> Ints:
    return np.arange(question.start - question.every, question.end, question.every)


def _after(times: Ints, values: Floats, edges: Ints) -> tuple[Ints, Floats]:
    first, last = np.searchsorted(times, (edges[0], edges[-1]), side="right")
    return times[first:last], values[first:last]


def _count(times: Ints, values: Floats, question: Question) -> Floats:
    count = len(_inside(times, values, question)[0])
    return np.array([[count]], np.float64) if count else np.zeros((0, 1))


def _export(times: Ints, values: Floats, question: Question) -> Floats:
    """Rows and their sums, which is what is compared of so many."""
    own, said = _inside(times, values, question)
    return np.array([[len(own), float(own.sum() % DAY_MS), said.sum()]])


_KINDS = {
    "latest": _latest,
    "raw": _raw,
    "buckets": _buckets,
    "hours": _hours,
    "days": _days,
    "mean": _mean,
    "hold": _hold,
    "count": _count,
    "export": _export,
}
