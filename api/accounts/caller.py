"""Who calls and what they may read."""

from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property

from ingest.filters import FilterSet

Within = tuple[tuple[str, ...], ...]
"""Sets of topic filters; a topic may be read if each set has a filter that matches it. None: everything may."""
ACCOUNT: ContextVar[str] = ContextVar("account", default="")
"""Whose request this task answers; empty: the home's own work."""


@dataclass(frozen=True)
class Caller:
    """An account as a request sees it.

    Attributes:
        name: The account.
        stamp: Changes with its secret; a cookie or ticket of an earlier secret is worth nothing.
        within: What it may read.
        until: When its ticket ends, in seconds since 1970; None: it came without one.
    """

    name: str
    stamp: str
    within: Within = ()
    until: int | None = None

    @cached_property
    def _sets(self) -> tuple[FilterSet, ...]:
        return tuple(FilterSet.parse(texts) for texts in self.within)

    @property
    def may_read_all(self) -> bool:
        """Whether nothing is kept from it, the home's own logs included."""
        return not self.within

    @property
    def may_read_every_topic(self) -> bool:
        """Whether it may read all that devices say."""
        return all("#" in texts for texts in self.within)

    def may_read(self, topic: str) -> bool:
        """Whether it may read messages of this topic."""
        return all(allowed.matches(topic) for allowed in self._sets)

    @property
    def budget(self) -> str:
        """On whose account its requests count: those by tickets apart, so that an embed keeps nobody else out."""
        return self.name if self.until is None else f"{self.name} by ticket"

    def by_ticket(self, filters: tuple[str, ...], until: int) -> "Caller":
        """The same account by a ticket, which reads only what these filters match too."""
        return Caller(self.name, self.stamp, (*self.within, filters), until)
