"""The window of an export, and the calendar months in UTC by which it is cut."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hearthlog.export.errors import ExportError

NS_PER_S = 1_000_000_000
UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_AGO = re.compile(r"-([0-9]{1,9})([smhdw])", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Month(NamedTuple):
    """A month of the calendar."""

    year: int
    number: int

    @classmethod
    def of(cls, ns: int) -> "Month":
        """The month of a moment, in ns since 1970 UTC."""
        moment = _EPOCH + timedelta(seconds=ns // NS_PER_S)
        return cls(moment.year, moment.month)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """The month that `str` wrote."""
        year, _, number = text.partition("-")
        return cls(int(year), int(number))

    @property
    def next(self) -> "Month":
        """The month after."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def start(self) -> int:
        """Its first moment, ns."""
        return _ns(datetime(self.year, self.number, 1, tzinfo=UTC))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


class Window(NamedTuple):
    """Times in ns: `start` is included, `end` is not; None is no bound."""

    start: int | None
    end: int | None

    def after(self, month: Month) -> "Window | None":
        """What of it comes after a month, None if nothing does."""
        begin = month.next.start
        return None if self.end is not None and begin >= self.end else Window(max(begin, self.start or begin), self.end)

    def within(self, month: Month) -> "Window":
        """What of it lies in a month."""
        first, last = month.start, month.next.start
        return Window(max(first, self.start or first), last if self.end is None else min(last, self.end))


def moment(text: str, now: int, option: str) -> int:
    """The moment in ns that a date (`2026-11-01`), a time with its offset, or `-30d` means; `now` in ns.

    Raises:
        ExportError: says what would do.
    """
    ago = _AGO.fullmatch(text)
    if ago is not None:
        return now - int(ago[1]) * UNITS_S[ago[2]] * NS_PER_S
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is not None and found.tzinfo is None and len(text) == len("2026-11-01"):
        found = found.replace(tzinfo=UTC)
    if found is None or found.tzinfo is None:
        raise ExportError(f"{option} {text}: expected 2026-11-01, 2026-11-01T00:00:00Z (with an offset), or -30d")
    return _ns(found)


def text_of(ns: int) -> str:
    """The moment as RFC 3339."""
    seconds, rest = divmod(ns, NS_PER_S)
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest:09}Z"


def _ns(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1_000
