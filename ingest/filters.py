"""Topic filters: the one way to select topics (MQTT 5 §4.7), compiled for matching many topics fast."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from ingest.errors import FilterError
from ingest.topics import TOPIC_BYTES_MAX, encode_utf8


@dataclass(frozen=True, slots=True)
class TopicFilter:
    """One filter; make it with `parse`, which alone knows that the text is valid. Equal by text."""

    text: str
    _pattern: re.Pattern[str] = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Check and compile a filter.

        Raises:
            FilterError: its text names the fault and the fix, and is fit to be shown to a person.
        """
        _check(text)
        return cls(text, re.compile(_expression(text), re.DOTALL))

    @property
    def literal(self) -> bool:
        """Whether the filter holds no wildcard, so that it matches one topic: itself."""
        return "+" not in self.text and "#" not in self.text

    def matches(self, topic: str) -> bool:
        """Whether a message on `topic` is selected. A leading wildcard never matches a topic with `$` (§4.7.2)."""
        return self._pattern.fullmatch(topic) is not None


@dataclass(frozen=True, slots=True)
class FilterSet:
    """Several filters, matched as one: a topic is selected if any of them selects it. The empty set selects nothing."""

    filters: tuple[TopicFilter, ...]
    _literals: frozenset[str] = field(init=False, repr=False, compare=False)
    _pattern: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        wild = [_expression(each.text) for each in self.filters if not each.literal]
        pattern = re.compile("|".join(f"(?:{each})" for each in wild), re.DOTALL) if wild else None
        object.__setattr__(self, "_literals", frozenset(each.text for each in self.filters if each.literal))
        object.__setattr__(self, "_pattern", pattern)

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Self:
        """Check and compile several filters; duplicates are kept once, in the order given.

        Raises:
            FilterError: the first one that is not valid.
        """
        return cls(tuple(TopicFilter.parse(text) for text in dict.fromkeys(texts)))

    @property
    def texts(self) -> tuple[str, ...]:
        """The filters as they were written."""
        return tuple(each.text for each in self.filters)

    def matches(self, topic: str) -> bool:
        """Whether any of the filters selects `topic`."""
        if topic in self._literals:
            return True
        return self._pattern is not None and self._pattern.fullmatch(topic) is not None

    def select(self, topics: Iterable[str]) -> list[str]:
        """Those of `topics` that are selected, in their order; for tens of thousands of topics in one call."""
        literals, pattern = self._literals, self._pattern
        if pattern is None:
            return [topic for topic in topics if topic in literals]
        matched = pattern.fullmatch
        return [topic for topic in topics if matched(topic) is not None or topic in literals]


def _check(text: str) -> None:
    if not text:
        raise FilterError("a filter may not be empty: write # to select every topic")
    length = len(encode_utf8(text, FilterError))
    if length > TOPIC_BYTES_MAX:
        raise FilterError(f"a filter may have {TOPIC_BYTES_MAX} bytes, this one has {length}: shorten it")
    levels = text.split("/")
    if levels[0] == "$share":
        raise FilterError(f"{text!r} is a shared subscription, not a filter: write what follows the group's name")
    for number, level in enumerate(levels, start=1):
        _check_level(text, number, level, last=number == len(levels))


def _check_level(text: str, number: int, level: str, *, last: bool) -> None:
    where = f"in {text!r}, level {number}:"
    for wildcard in "#+":
        if wildcard in level and level != wildcard:
            rest = level.replace("+", "").replace("#", "")
            fix = f"write {rest}/{wildcard} or {wildcard} alone" if rest else f"write {wildcard} alone"
            raise FilterError(f"{where} {wildcard} must be a whole level, not a part of one: {fix}")
    if level == "#" and not last:
        raise FilterError(f"{where} # must be the last level: end the filter here, or write + for exactly one level")


def _expression(text: str) -> str:
    """Translate a valid filter. Each part can match in one way only, so matching is linear in the topic."""
    if text == "#":
        return r"(?!\$).*"
    head, many, _ = text.partition("/#")
    parts = ("[^/]*" if level == "+" else re.escape(level) for level in head.split("/"))
    guard = r"(?!\$)" if head.startswith("+") else ""
    return guard + "/".join(parts) + ("(?:/.*)?" if many else "")
