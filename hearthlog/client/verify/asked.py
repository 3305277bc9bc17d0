"""What was asked, as the rows that an answer should have: topics, fields, window, clock, position, number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gdp.position import parse_position
from hearthlog.client.errors import CannotVerify, NotProven
from hearthlog.client.moments import Moment, is_relative, moment_ns, moment_text
from hearthlog.client.table import Table
from ingest.filters import FilterSet

NS_MAX = (1 << 63) - 1
WILDCARD = "*"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about rows; times in ns."""

    filters: FilterSet
    fields: tuple[str, ...]
    """None: every field, and messages without any."""
    start: int
    end: int
    by_log: bool
    """Whether the window is of logged times."""
    position: int
    """Nothing that was logged after it is in the answer."""
    descending: bool = False
    limit: int | None = None

    @property
    def until(self) -> int:
        """Records that were logged at this time or later are not in the answer."""
        return min(self.position + 1, self.end) if self.by_log else self.position + 1

    def wants(self, time: int, field: str) -> bool:
        """Whether an observation with this time belongs to the answer."""
        return self.start <= time < self.end and self.wants_field(field)

    def wants_field(self, field: str) -> bool:
        """Whether an observation of this field belongs to the answer."""
        return not self.fields or any(_matches(pattern, field) for pattern in self.fields)

    def ever(self) -> "Asked":
        """The same without a window: everything up to the position."""
        return replace(self, start=-NS_MAX, end=NS_MAX, by_log=False, limit=None)


def asked_for(table: Table, filters: Sequence[str], options: Mapping[str, Any]) -> Asked:
    """What a call of `history`, or one with its parameters, asked.

    Relative times are as of the answer's position, as the home has them.

    Raises:
        NotProven: the home answered as of another position.
        CannotVerify: what cannot be known from outside is part of the question.
    """
    position = sum(parse_position(table.position).values())
    _must_be_asked(options["at"], position, table.position)
    if options.get("state_at_start"):
        raise CannotVerify('verify="complete" proves windows: leave out state_at_start')
    given = () if options.get("field") is None else options["field"]
    fields = (given,) if isinstance(given, str) else tuple(given)
    if "" in fields:
        raise CannotVerify('verify="complete" does not cover the rows of whole messages: leave out field=""')
    start, end = options.get("start"), options.get("end")
    return Asked(
        FilterSet.parse(filters or ("#",)),
        fields,
        -NS_MAX if start is None else moment_ns(start, position, "start"),
        NS_MAX if end is None else moment_ns(end, position + 1, "end"),
        options.get("by", "device") == "logged",
        position,
        options.get("order") == "desc",
        options.get("limit"),
    )


def check_at(options: Mapping[str, Any]) -> None:
    """Refuse a position that only the home knows.

    Raises:
        CannotVerify: so it is.
    """
    if is_relative(moment_text(options["at"], "at")):
        raise CannotVerify('verify="complete" needs at= as a position or a time, for only the home knows its own now')


def _must_be_asked(at: Moment, position: int, told: str) -> None:
    if moment_ns(at, 0, "at") != position:
        raise NotProven(f"the home answered as of {told}, and was asked as of {at}", log="?", field="position")


def _matches(pattern: str, field: str) -> bool:
    if pattern == WILDCARD:
        return field != ""
    return field.startswith(pattern[:-1]) if pattern.endswith("." + WILDCARD) else field == pattern
