"""Times as callers give them, and as the home reads them."""

import re
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from gdp.errors import PositionError
from gdp.position import parse_position
from hearthlog.client.errors import Refused

Moment: TypeAlias = str | datetime
"""RFC 3339 with an offset, `-6h`, `now` or a position as text; or a datetime that knows its zone."""
Length: TypeAlias = str | timedelta
"""`15m`, `1h`, `1d` as text; or a timedelta of whole milliseconds."""

UNITS_NS = {
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3_600 * 10**9,
    "d": 86_400 * 10**9,
    "w": 604_800 * 10**9,
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RELATIVE = re.compile(r"([+-][0-9]{1,18})(ms|s|m|h|d|w)", re.ASCII)
_ABSOLUTE = re.compile(r"([0-9-]{10}[Tt ][0-9:]{8})(?:\.([0-9]{1,9}))?([Zz]|[+-][0-9:]{5})", re.ASCII)


def moment_text(moment: Moment, parameter: str) -> str:
    """The moment as the home reads it.

    Raises:
        Refused: a datetime without a zone: it could be any of 38 moments.
    """
    if isinstance(moment, str):
        return moment
    if moment.tzinfo is None:
        detail = f"{parameter}: {moment!r} has no time zone; write datetime(…, tzinfo=UTC), or text with an offset"
        raise Refused(detail, parameter=parameter)
    return moment.isoformat()


def length_text(length: Length, parameter: str) -> str:
    """The length as the home reads it.

    Raises:
        Refused: a timedelta that is not a whole number of milliseconds above zero.
    """
    if isinstance(length, str):
        return length
    milliseconds, rest = divmod(length, timedelta(milliseconds=1))
    if rest or milliseconds <= 0:
        raise Refused(f"{parameter}: {length!r} is not a whole number of milliseconds above 0", parameter=parameter)
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)):
        if milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


def is_relative(text: str) -> bool:
    """Whether a moment is told by how far it is from another."""
    return text == "now" or _RELATIVE.fullmatch(text) is not None


def moment_ns(moment: Moment, now: int, parameter: str) -> int:
    """The moment in ns since 1970, as the home reads it when it is `now` (ns).

    Raises:
        Refused: it is none.
    """
    text = moment_text(moment, parameter)
    if text == "now":
        return now
    if (relative := _RELATIVE.fullmatch(text)) is not None:
        return now + int(relative[1]) * UNITS_NS[relative[2]]
    try:
        if (absolute := _ABSOLUTE.fullmatch(text)) is not None:
            second = datetime.fromisoformat(absolute[1].upper() + absolute[3].upper())
            return (second - _EPOCH) // timedelta(seconds=1) * 10**9 + int((absolute[2] or "").ljust(9, "0"))
        return sum(parse_position(text).values())
    except (ValueError, PositionError) as error:
        raise Refused(f"{parameter}: {text!r} is no time: {error}", parameter=parameter) from error
