"""Selection: from topic filters and fields to the stored series that they mean. Cached until a new series appears."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from api.readmodel.catalogue import Catalogue
from api.readmodel.latest import Series
from api.readmodel.series import MESSAGE_FIELD, SeriesTable
from ingest.filters import FilterSet

CACHE_MAX = 32
WILDCARD = "*"


@dataclass(frozen=True)
class Selection:
    """The stored series that a request means."""

    groups: tuple[tuple[Series, list[int]], ...]
    """Per series of the API, in order of topic and field, the numbers of the stored series that make it up."""
    messages: tuple[int, ...]
    """Numbers of the message rows that are not in `groups`, because something was observed in those messages."""

    @cached_property
    def ids(self) -> NDArray[np.int32]:
        """All numbers in `groups`, ascending."""
        return np.array(sorted(number for _, numbers in self.groups for number in numbers), np.int32)

    @cached_property
    def all_ids(self) -> NDArray[np.int32]:
        """The same with the message rows of observed messages."""
        return np.union1d(self.ids, np.array(self.messages, np.int32)).astype(np.int32)

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """The topics of `groups` and `messages`, sorted, each once."""
        return tuple(sorted({series.topic for series, _ in self.groups}))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters, and fields (none: every observation, and messages without any)."""

    filters: tuple[str, ...]
    fields: tuple[str, ...] = ()
    within: tuple[tuple[str, ...], ...] = ()
    """Further sets of filters, each of which must match too: what the caller may read."""

    def has_field(self, field: str, *, bare: bool) -> bool:
        """Whether a series of this field is wanted. Message rows: those of bare messages, or all when asked for."""
        if not self.fields:
            return field != MESSAGE_FIELD or bare
        return any(matches_field(pattern, field) for pattern in self.fields)


def matches_field(pattern: str, field: str) -> bool:
    """Whether a field is meant by a pattern: itself, or with `*` as last part every observation below it."""
    if pattern == WILDCARD:
        return field != MESSAGE_FIELD
    if pattern.endswith("." + WILDCARD):
        return field.startswith(pattern[:-1])
    return field == pattern


@dataclass(frozen=True, slots=True)
class TopicSeries:
    """The stored series of one topic: of its messages, and by field of its observations."""

    topic: str
    messages: list[int]
    fields: dict[str, list[int]]

    def all_numbers(self) -> list[int]:
        """All of them."""
        return self.messages + [number for numbers in self.fields.values() for number in numbers]


class Selector:
    """Finds and caches selections. One thread."""

    def __init__(self, catalogue: Catalogue, table: SeriesTable) -> None:
        self._catalogue = catalogue
        self._table = table
        self._cache: dict[Wanted, tuple[int, Selection]] = {}

    def select(self, wanted: Wanted) -> Selection:
        """What `wanted` means now.

        Raises:
            FilterError: a filter that is not valid.
        """
        age = self._table.age
        cached = self._cache.get(wanted)
        if cached is not None and cached[0] == age:
            return cached[1]
        selection = self._find(wanted)
        if len(self._cache) >= CACHE_MAX:
            self._cache.pop(next(iter(self._cache)))
        self._cache[wanted] = (age, selection)
        return selection

    def series_of(self, topic: str) -> TopicSeries:
        """All stored series of a topic."""
        found = TopicSeries(topic, [], {})
        for number in self._numbers(topic):
            key = self._table.keys[number]
            (found.messages if key.is_message else found.fields.setdefault(key.field, [])).append(number)
        return found

    def _find(self, wanted: Wanted) -> Selection:
        topics = FilterSet.parse(wanted.filters or ("#",)).select(self._catalogue.topics())
        for allowed in wanted.within:
            topics = FilterSet.parse(allowed).select(topics)
        groups: dict[Series, list[int]] = {}
        messages: list[int] = []
        for topic in topics:
            for number in self._numbers(topic):
                key = self._table.keys[number]
                if wanted.has_field(key.field, bare=key.bare):
                    groups.setdefault(Series(topic, key.field), []).append(number)
                elif key.is_message:
                    messages.append(number)
        return Selection(tuple(sorted(groups.items(), key=lambda group: group[0])), tuple(messages))

    def _numbers(self, topic: str) -> Sequence[int]:
        return [number for log in self._catalogue.logs_of(topic) for number in self._table.by_log.get(log.id, ())]
