"""Device time: when a payload says that it was measured, or nothing; never a guess, never now."""

import re
from datetime import UTC, datetime, timedelta, timezone

TIME_FIELDS = ("ts", "tst", "timestamp", "time", "Time")
"""Names at the top level of an object that may hold its time; the first with a valid one counts."""

EARLIEST = 946_684_800_000_000_000
"""2000-01-01 UTC in ns. What is earlier comes from a clock that was never set, or counts seconds since boot."""
AHEAD_MAX = 86_400_000_000_000
"""How far a device's clock may be ahead of the logged time, in ns: one day. Beyond it the clock is wrong, not fast."""

_SECONDS_MAX = 100_000_000_000
"""Numbers below are seconds (until the year 5138), from here on milliseconds (since 1973): the ranges do not meet."""
_NUMBER = re.compile(r"[0-9]{9,13}(?:\.[0-9]{1,9})?")
_RFC_3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9})[0-9]*)?"
    r"(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def device_time(claim: object, logged_time: int) -> int | None:
    """The instant that a payload's field claims, in ns since 1970 UTC, or None.

    Seconds or milliseconds as a number (to the microsecond) or as digits in a text, or RFC 3339 with an offset. None
    for a text without a zone, and for what is before 2000 or more than a day after `logged_time` (ns).
    """
    if isinstance(claim, str):
        instant = _from_text(claim)
    elif isinstance(claim, (int, float)) and not isinstance(claim, bool):
        instant = _from_number(claim)
    else:
        return None
    return instant if instant is not None and EARLIEST <= instant <= logged_time + AHEAD_MAX else None


def _from_number(value: float) -> int | None:
    if not 0 < value < _SECONDS_MAX * 1000:
        return None
    nanoseconds = 1_000_000_000 if value < _SECONDS_MAX else 1_000_000
    if isinstance(value, int):
        return value * nanoseconds
    # A double holds today's seconds to a quarter of a microsecond: rounding gives back the digits that were sent.
    return round(value * (nanoseconds // 1000)) * 1000


def _from_text(text: str) -> int | None:
    if _NUMBER.fullmatch(text):
        whole, _, fraction = text.partition(".")
        nanoseconds = 1_000_000_000 if int(whole) < _SECONDS_MAX else 1_000_000
        return int(whole) * nanoseconds + int(fraction.ljust(9, "0") or "0") * nanoseconds // 1_000_000_000
    match = _RFC_3339.fullmatch(text)
    return None if match is None else _from_match(*match.groups())


def _from_match(day: str, clock: str, fraction: str | None, zulu: str | None, *offset: str | None) -> int | None:
    sign, hours, minutes = offset
    try:
        shift = timedelta() if zulu else timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        zone = timezone(-shift if sign == "-" else shift)
        # A leap second is the first instant of the next minute: Unix time cannot tell the two apart.
        leap = clock.endswith(":60")
        moment = datetime.fromisoformat(f"{day}T{clock[:-2] + '59' if leap else clock}").replace(tzinfo=zone)
    except ValueError:
        return None
    seconds = (moment - _EPOCH) // timedelta(seconds=1) + leap
    return seconds * 1_000_000_000 + (0 if leap else int((fraction or "0").ljust(9, "0")))
