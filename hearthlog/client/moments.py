"""Times as callers give them, and as the home reads them."""

from datetime import datetime, timedelta
from typing import TypeAlias

from hearthlog.client.errors import Refused

Moment: TypeAlias = str | datetime
"""RFC 3339 with an offset, `-6h`, `now` or a position as text; or a datetime that knows its zone."""
Length: TypeAlias = str | timedelta
"""`15m`, `1h`, `1d` as text; or a timedelta of whole milliseconds."""


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
