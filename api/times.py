"""Times as text: reading what a caller writes, writing what an answer says. In between, ns since 1970 UTC."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from api.errors import TimeError
from api.readmodel.rows import Ints

NS_PER_S = 1_000_000_000
DAY_S = 86_400
FEW_TIMES = 192
"""Fewer are quicker written one by one."""
UNITS_NS = {
    "ms": 1_000_000,
    "s": NS_PER_S,
    "m": 60 * NS_PER_S,
    "h": 3_600 * NS_PER_S,
    "d": 86_400 * NS_PER_S,
    "w": 7 * 86_400 * NS_PER_S,
}
WHAT_WOULD_DO = "RFC 3339 with an offset (2026-11-24T13:00:00Z), now, -6h (ms s m h d w), or a position"

_RELATIVE = re.compile(r"([+-])([0-9]{1,18})(ms|s|m|h|d|w)", re.ASCII)
_ABSOLUTE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"([Zz]|[+\- ][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NS_MAX = (1 << 63) - 1


def parse_time(text: str, now: int) -> int:
    """Read a time.

    Raises:
        TimeError: not a time; the text says what would do.
    """
    if text == "now":
        return now
    relative = _RELATIVE.fullmatch(text)
    if relative is not None:
        distance = int(relative[2]) * UNITS_NS[relative[3]]
        return _bounded(text, now - distance if relative[1] == "-" else now + distance)
    return _parse_absolute(text)


@lru_cache(1_024)
def _parse_absolute(text: str) -> int:
    absolute = _ABSOLUTE.fullmatch(text)
    if absolute is not None:
        return _bounded(text, _read_absolute(text, absolute))
    raise TimeError(f"{text!r} is not a time: expected {WHAT_WOULD_DO}")


def format_time(ns: int) -> str:
    """RFC 3339 in UTC with nanoseconds."""
    seconds, rest = divmod(ns, NS_PER_S)
    return f"{_format_second(seconds)}.{rest:09d}Z"


@lru_cache(4_096)
def _format_second(seconds: int) -> str:
    """What many rows have in common."""
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def format_times(times: Ints, style: str) -> list[str]:
    """A column of times as `rfc3339`, or as `ns`: integers as text."""
    if style == "ns":
        return [str(ns) for ns in times.tolist()]
    texts: list[str] = spelled_times(times).astype(str).tolist()
    return texts


def spelled_times(times: Ints) -> NDArray[np.bytes_]:
    """RFC 3339 in UTC with nanoseconds, 30 letters each."""
    if len(times) < FEW_TIMES:
        return np.datetime_as_string(times.astype("datetime64[ns]"), timezone="UTC").astype("S30")
    seconds, below = np.divmod(times, NS_PER_S)
    days, second = np.divmod(seconds, DAY_S)
    first = np.flatnonzero(np.append(True, days[1:] != days[:-1]))
    # Neighbours are mostly of one day.
    dates = np.datetime_as_string(days[first].astype("datetime64[D]")).astype("S10")
    clock, digits = _clock(), _digits()
    micros = below // 1_000
    millis = micros // 1_000
    parts = {
        "date": np.repeat(dates, np.diff(np.append(first, len(times)))),
        "t": b"T",
        "clock": clock[second],
        "dot": b".",
        "ms": digits[millis],
        "us": digits[micros - millis * 1_000],
        "ns": digits[below - micros * 1_000],
        "z": b"Z",
    }
    written = np.empty(len(times), _SPELLING)
    for name, part in parts.items():
        written[name] = part
    return written.view("S30")


_SPELLING = np.dtype(
    {
        "names": ["date", "t", "clock", "dot", "ms", "us", "ns", "z"],
        "formats": ["S10", "S1", "S8", "S1", "S3", "S3", "S3", "S1"],
    }
)


@cache
def _clock() -> NDArray[np.bytes_]:
    """What a clock shows at each second of a day."""
    second = np.arange(DAY_S)
    shown = np.full((DAY_S, 8), ord(":"), np.uint8)
    for place, number in ((0, second // 3_600), (3, second // 60 % 60), (6, second % 60)):
        shown[:, place], shown[:, place + 1] = number // 10 + ord("0"), number % 10 + ord("0")
    return shown.view("S8").reshape(-1)


@cache
def _digits() -> NDArray[np.bytes_]:
    """Three digits for each number below 1,000."""
    return np.array([f"{number:03d}" for number in range(1_000)], "S3")


def one_time(ns: int, style: str) -> str:
    """One time in the same styles."""
    return str(ns) if style == "ns" else format_time(ns)


def _read_absolute(text: str, match: re.Match[str]) -> int:
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError as fault:
        raise TimeError(f"{text!r} is not a time: {fault}") from None
    shift = 0
    if zone not in "Zz":
        # In a query string an unescaped + arrives as a blank; nobody means anything else by it.
        sign = -1 if zone[0] == "-" else 1
        shift = sign * (int(zone[1:3]) * 60 + int(zone[4:6]))
    seconds = (moment - _EPOCH) // timedelta(seconds=1) - 60 * shift
    return seconds * NS_PER_S + int((fraction or "0").ljust(9, "0"))


def _bounded(text: str, ns: int) -> int:
    if not -_NS_MAX <= ns <= _NS_MAX:
        raise TimeError(f"{text!r} is outside the years 1678 to 2262, which nanoseconds can count")
    return ns
