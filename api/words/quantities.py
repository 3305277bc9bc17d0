"""Quantities as a person reads them: how long, how many, how big, and which instant. Pure."""

import math
from datetime import UTC, datetime, timedelta

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEPS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_SIZES = ("bytes", "kB", "MB", "GB", "TB")


def duration(ns: float) -> str:
    """Two units at most: `3 h 12 min`, `41 days`, `4.2 s`, `0.3 ms`; what is not a number is not known."""
    if math.isnan(ns):
        return "an unknown time"
    seconds = abs(ns) / NS_PER_S
    if seconds < 1:
        return f"{abs(ns) / NS_PER_MS:.3g} ms"
    if seconds < 10:
        return f"{seconds:.2g} s"
    if seconds >= 10 * 86_400:
        return counted(round(seconds / 86_400), "day")
    whole = round(seconds)
    for place, (unit, size) in enumerate(_STEPS):
        if whole >= size:
            more, (smaller, part) = whole % size, _STEPS[min(place + 1, len(_STEPS) - 1)]
            rest = more // part
            return f"{whole // size} {unit}" + (f" {rest} {smaller}" if rest and smaller != unit else "")
    return "0 s"


def counted(count: float, noun: str, many: str | None = None) -> str:
    """`1 message`, `2,941 messages`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def size(count: float) -> str:
    """Bytes in powers of 1,000, three digits."""
    value = float(count)
    for unit in _SIZES[:-1]:
        if value < 1_000:
            return f"{value:.3g} {unit}"
        value /= 1_000
    return f"{value:.3g} {_SIZES[-1]}"


def moment(ns: int) -> str:
    """An instant in UTC, to the second."""
    return f"{_EPOCH + timedelta(seconds=ns // NS_PER_S):%Y-%m-%d %H:%M:%S} UTC"
