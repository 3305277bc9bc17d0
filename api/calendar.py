"""The calendar of a time zone: at which moments its clock on the wall begins a new quarter hour, day, week or month.

A bucket begins where the clock shows a multiple of its length since midnight, or jumps over one. An hour that the
clock shows twice gives two buckets; a day that has begun does not begin again. Times in ns since 1970 UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from api.errors import TimeError
from api.readmodel.rows import Ints
from api.times import UNITS_NS

WHAT_WOULD_DO = "15m, 1h, 1d, 1w or 1mo (s m h d w mo)"
DAY_NS = UNITS_NS["d"]
MONDAY_NS = 4 * DAY_NS
"""1970 began on a Thursday; weeks begin on Mondays (ISO 8601)."""
MARGIN_NS = 2 * DAY_NS
"""More than any clock has ever been changed by."""
COUNT_MAX = 100_000
LONGEST_NS = 10_000 * DAY_NS
SPAN_NS = 62_000 * DAY_NS
"""Farther from 1970 than this and two of the longest buckets, ns do not fit 64 bits."""
_EVERY = re.compile(r"([1-9][0-9]{0,5})(s|m|h|d|w|mo)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONE_NAME = re.compile(r"[A-Za-z0-9_+\-/]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Every:
    """A length of buckets: a fixed length on the wall, or months."""

    text: str
    step: int
    """Length in ns; of a month the shortest there is."""
    months: int = 0

    @property
    def repeats(self) -> bool:
        """Whether a time that the clock shows twice begins two buckets."""
        return self.step < DAY_NS

    def marks(self, first: int, last: int) -> Ints:
        """Beginnings in [first, last), by the clock on the wall."""
        if self.months:
            return self._month_marks(first, last)
        phase = self._phase
        begin = -(-(first - phase) // self.step) * self.step + phase
        return np.arange(begin, last, self.step, dtype=np.int64)

    def around(self, start: int, end: int) -> Ints:
        """Beginnings around [start, end) where the clock on the wall never changes; not of months."""
        first = (start - self._phase) // self.step * self.step + self._phase
        buckets = -(-(end - first) // self.step)
        return np.arange(first, first + buckets * self.step + 1, self.step, dtype=np.int64)

    @property
    def _phase(self) -> int:
        return MONDAY_NS if self.text.endswith("w") else 0

    def _month_marks(self, first: int, last: int) -> Ints:
        low, high = (int(np.datetime64(at, "ns").astype("datetime64[M]").astype(np.int64)) for at in (first, last))
        numbers = np.arange(low // self.months * self.months, high + self.months + 1, self.months)
        found: Ints = numbers.astype("datetime64[M]").astype("datetime64[ns]").astype(np.int64)
        return found[(found >= first) & (found < last)]


@lru_cache(256)
def parse_every(text: str) -> Every:
    """Read a length.

    Raises:
        TimeError: not one; the text says what would do.
    """
    match = _EVERY.fullmatch(text)
    if match is None or int(match[1]) > COUNT_MAX:
        raise TimeError(f"{text!r} is not a length of buckets: expected {WHAT_WOULD_DO}")
    count, unit = int(match[1]), match[2]
    if unit == "mo":
        if count > 12 or 12 % count:
            raise TimeError(f"{text!r} does not divide a year: 1mo, 2mo, 3mo, 4mo, 6mo and 12mo do")
        return Every(text, count * 28 * DAY_NS, count)
    step = count * UNITS_NS[unit]
    if (step < DAY_NS and DAY_NS % step) or (step > DAY_NS and step % DAY_NS):
        raise TimeError(f"{text!r} does not divide a day, and each day begins at midnight: 15m, 1h, 6h or 12h do")
    if step > LONGEST_NS:
        raise TimeError(f"{text!r} is longer than 10,000 days")
    return Every(text, step)


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this IANA name.

    Raises:
        TimeError: there is none.
    """
    try:
        if _ZONE_NAME.fullmatch(name):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise TimeError(f"{name!r} is not a time zone: expected an IANA name such as Europe/Berlin, or UTC")


def edges(every: Every, zone: ZoneInfo, start: int, end: int) -> Ints:
    """Ascending beginnings of buckets such that [edges[0], edges[-1]) is the least that holds [start, end).

    Raises:
        TimeError: the window reaches further than nanoseconds can be counted in.
    """
    if not -SPAN_NS <= start < end <= SPAN_NS:
        raise TimeError("buckets are counted in the years 1800 to 2139")
    if zone.key == "UTC" and not every.months:
        return every.around(start, end)
    reach = max(every.step * 2, 31 * (every.months + 1) * DAY_NS) if every.months else every.step
    low, high = start - reach - MARGIN_NS, end + reach + MARGIN_NS
    begins, shifts = _offsets(zone, low, high)
    found: list[Ints] = []
    shown = low + shifts[0]
    for number, (begin, shift) in enumerate(zip(begins, shifts, strict=True)):
        until = begins[number + 1] if number + 1 < len(begins) else high
        marks = every.marks(begin + shift, until + shift)
        if not every.repeats:
            marks = marks[marks >= shown]
        if number and begin + shift > shown and len(every.marks(shown, begin + shift)):
            found.append(np.array([begin], np.int64))
        found.append(marks - shift)
        shown = max(shown, until + shift)
    every_edge: Ints = np.sort(np.concatenate(found))
    every_edge = every_edge[np.append(True, every_edge[1:] != every_edge[:-1])]
    first = int(np.searchsorted(every_edge, start, side="right")) - 1
    last = int(np.searchsorted(every_edge, end, side="left"))
    chosen: Ints = every_edge[first : last + 1]
    return chosen


@lru_cache(8_192)
def _shift(zone: ZoneInfo, second: int) -> int:
    """How far the zone's clock is ahead of UTC at a second since 1970, in ns."""
    offset = (_EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds()) * UNITS_NS["s"]


def _offsets(zone: ZoneInfo, low: int, high: int) -> tuple[list[int], list[int]]:
    """When in [low, high) which offset begins to hold; the first at `low`."""
    second, last = low // UNITS_NS["s"], high // UNITS_NS["s"]
    begins, shifts = [low], [_shift(zone, second)]
    day = DAY_NS // UNITS_NS["s"]
    while second < last:
        # The same moments for every window, so that they are looked up once.
        following = (second // day + 1) * day
        shift = _shift(zone, following)
        if shift != shifts[-1]:
            before, after = second, following
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if _shift(zone, middle) == shifts[-1] else (before, middle)
            begins.append(after * UNITS_NS["s"])
            shifts.append(_shift(zone, after))
        second = following
    return begins, shifts
