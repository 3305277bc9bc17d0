"""What each read answers, from its definition in docs/reads.md, one row at a time. Nothing of the product is used."""

import functools
import itertools
import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

S = 10**9
QUARTER = 900 * S
NUMBERS = ("min", "max", "mean", "sum", "delta", "time_weighted_mean")
FUNCTIONS = ("count", "first", "last", *NUMBERS)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Series = tuple[str, str]
Line = list[tuple[int, object]]
"""Times in ns and values, in the total order."""


class Row(NamedTuple):
    """One observation, or a message without any (field empty), and where it lies."""

    topic: str
    field: str
    device: int | None
    logged: int
    rank: int
    """Of the topic's log: which came first."""
    recno: int
    ordinal: int
    value: object

    def time(self, by: str) -> int:
        """The time that counts."""
        return self.device if by == "device" and self.device is not None else self.logged


class Told:
    """Rows, asked as a person would who has them on paper."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)
        self._sorted: dict[tuple[str, int | None], list[Row]] = {}

    def sorted(self, by: str, at: int | None = None) -> list[Row]:
        """All that was logged by `at`, in the total order."""
        key = (by, at)
        if key not in self._sorted:
            seen = [row for row in self.rows if at is None or row.logged <= at]
            seen.sort(key=lambda row: (row.time(by), row.rank, row.recno, row.ordinal))
            self._sorted[key] = seen
        return self._sorted[key]

    def lines(self, by: str, at: int | None = None) -> dict[Series, Line]:
        """Per series its times and values."""
        found: dict[Series, Line] = defaultdict(list)
        for row in self.sorted(by, at):
            if row.field:
                found[row.topic, row.field].append((row.time(by), row.value))
        return dict(sorted(found.items()))


def is_number(value: object) -> bool:
    """Whether it can be counted with: a number, or a truth value."""
    return isinstance(value, int | float)


def between(line: Line, start: int, end: int) -> Line:
    """start ≤ time < end."""
    return line[bisect_left(line, start, key=first) : bisect_left(line, end, key=first)]


def first(pair: tuple[int, object]) -> int:
    """Its time."""
    return pair[0]


# --- the calendar ---------------------------------------------------------------------------------------------------


@functools.cache
def edges(every: str, zone: str, start: int, end: int) -> list[int]:
    """Beginnings of buckets around a window, found by looking at the clock on the wall each quarter of an hour."""
    begins_at = _minutes(every) if every[-1] in "mh" and not every.endswith("mo") else _days(every)
    place = ZoneInfo(zone)
    low = start // QUARTER * QUARTER - 40 * 96 * QUARTER
    instants = range(low, end + 40 * 96 * QUARTER, QUARTER)
    walls = [(EPOCH + timedelta(seconds=at // S)).astimezone(place).replace(tzinfo=None) for at in instants]
    found = [at for at, before, wall in zip(instants[1:], walls, walls[1:], strict=False) if begins_at(before, wall)]
    return found[bisect_right(found, start) - 1 : bisect_left(found, end) + 1]


def _minutes(every: str) -> Callable[[datetime, datetime], bool]:
    length = timedelta(minutes=int(every[:-1]) * (60 if every.endswith("h") else 1))

    def begins_at(before: datetime, wall: datetime) -> bool:
        since = wall - wall.replace(hour=0, minute=0)
        jumped = wall - before > timedelta(minutes=15) and since // length != (since - timedelta(hours=1)) // length
        return not since % length or jumped

    return begins_at


def _days(every: str) -> Callable[[datetime, datetime], bool]:
    label: dict[str, Callable[[datetime], tuple[int, ...]]] = {
        "1d": lambda wall: (wall.toordinal(),),
        "1w": lambda wall: wall.isocalendar()[:2],
        "1mo": lambda wall: (wall.year, wall.month),
    }
    return lambda before, wall: label[every](before) < label[every](wall)


# --- functions ------------------------------------------------------------------------------------------------------


def functions(inside: Line, earlier: Line, begin: int, stop: int, hold: float) -> dict[str, object]:
    """Every function of the rows of a bucket.

    Args:
        inside: the bucket's rows.
        earlier: all rows before it.
        begin: where what it says of time begins: its own beginning or that of the window.
        stop: where that ends: its own end, that of the window, or what is known.
        hold: how long a value stands.
    """
    found: dict[str, object] = dict.fromkeys(FUNCTIONS)
    found |= {"count": len(inside), "first": inside[0][1], "last": inside[-1][1]}
    numbers = [(at, float(value)) for at, value in inside if is_number(value)]
    if not numbers:
        return found
    before = next(((at, float(value)) for at, value in reversed(earlier) if is_number(value)), None)
    values = [value for _, value in numbers]
    return found | {
        "min": min(values),
        "max": max(values),
        "sum": exact_sum(values),
        "mean": exact_sum(values) / len(values),
        "delta": values[-1] - (before[1] if before else values[0]),
        "time_weighted_mean": weighted([before, *numbers] if before else numbers, begin, stop, hold),
    }


def exact_sum(values: Sequence[float]) -> float:
    """The sum without any error but the last rounding."""
    try:
        return math.fsum(values)
    except OverflowError:
        return math.inf


def weighted(line: list[tuple[int, float]], begin: int, stop: int, hold: float) -> float:
    """The mean of numbers, each by how long it stood between `begin` and `stop`."""
    areas, stood = [], 0
    for (at, value), (following, _) in zip(line, [*line[1:], (stop, 0.0)], strict=True):
        lasted = max(0, int(min(following, at + hold, stop)) - max(at, begin))
        areas.append(value * lasted)
        stood += lasted
    return exact_sum(areas) / stood if stood else line[-1][1]


# --- reads ----------------------------------------------------------------------------------------------------------


class Window(NamedTuple):
    """What is asked, times in ns."""

    start: int
    end: int
    every: str | None = None
    tz: str = "UTC"
    hold: float = math.inf
    known: float = math.inf
    """The position: nothing is held beyond it."""


def aggregate(lines: dict[Series, Line], window: Window) -> dict[tuple[Series, int, int], dict[str, object]]:
    """By series, beginning and end of a bucket."""
    start, end = window.start, window.end
    cuts = edges(window.every, window.tz, start, end) if window.every else [start, end]
    found = {}
    for series, line in lines.items():
        for low, high in itertools.pairwise(cuts):
            inside = between(line, max(low, start), min(high, end))
            if inside:
                earlier = line[: bisect_left(line, max(low, start), key=first)]
                stop = int(min(high, end, window.known))
                found[series, low, high] = functions(inside, earlier, max(low, start), stop, window.hold)
    return found


def matrix(lines: dict[Series, Line], window: Window, fn: str, fill: str) -> dict[int, dict[Series, object]]:
    """By time and series; a row at T is made from what lies after the row before and not after T."""
    cuts = edges(window.every or "15m", window.tz, window.start - 1, window.end)
    pairs = [(before, at) for before, at in itertools.pairwise(cuts) if window.start <= at < window.end]
    counted = {series: countable(line, fn, fill) for series, line in lines.items()}
    return {
        at: {series: cell(line, before, at, window, fn, fill) for series, line in counted.items()}
        for before, at in pairs
    }


def countable(line: Line, fn: str, fill: str) -> Line:
    """What a cell can be made of: all for `count`, `first` and `last`, unless a line is to be drawn; else numbers."""
    if fn in ("count", "first", "last") and fill != "linear":
        return line
    return [(at, float(value)) for at, value in line if is_number(value)]


def cell(line: Line, before: int, at: int, window: Window, fn: str, fill: str) -> object:
    """One cell."""
    low, high = bisect_right(line, before, key=first), bisect_right(line, at, key=first)
    if low < high:
        stop = int(min(at, window.known))
        return functions(line[low:high], line[:low], before, stop, window.hold)[fn]
    past, ahead = line[high - 1] if high else None, line[high] if high < len(line) else None
    if fill == "hold" and past and at - past[0] <= window.hold:
        return past[1]
    if fill == "linear" and past and ahead and ahead[0] - past[0] <= window.hold:
        return past[1] + (ahead[1] - past[1]) * (at - past[0]) / (ahead[0] - past[0])
    return None


def before(line: Line, moment: int, *, equal: bool, hold: float) -> object:
    """What stood just before a moment."""
    place = (bisect_right if equal else bisect_left)(line, moment, key=first)
    return line[place - 1][1] if place and moment - line[place - 1][0] <= hold else None


def plot(line: Line, start: int, end: int, width: int) -> list[tuple[int, float, float, int]]:
    """Per pixel with a number: time of its first, least, greatest, how many."""
    step = -(-(end - start) // width)
    pixels: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for at, value in between(line, start, end):
        if is_number(value):
            pixels[(at - start) // step].append((at, float(value)))
    return [
        (each[0][0], min(value for _, value in each), max(value for _, value in each), len(each))
        for _, each in sorted(pixels.items())
    ]
