"""Selection: from topic filters and fields to the stored series that they mean. Cached, and added to by new series."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.readmodel.catalogue import Catalogue
from api.readmodel.gather import Groups
from api.readmodel.latest import Series
from api.readmodel.series import MESSAGE_FIELD, SeriesKey, SeriesTable
from ingest.filters import FilterSet

CACHE_MAX = 32
QUICK_SERIES_MAX = 1_000
"""So many series are looked through in less than a millisecond or two."""
WILDCARD = "*"


@dataclass(frozen=True)
class Selection:
    """The stored series that a request means."""

    groups: tuple[tuple[Series, list[int]], ...]
    """Per series of the API, in order of topic and field, the numbers of the stored series that make it up."""
    messages: tuple[int, ...]
    """Numbers of the message rows that are not in `groups`, because something was observed in those messages."""

    def derive(self) -> None:
        """Make all that is made of it at first sight."""
        for name in ("flat", "starts", "ids", "all_ids", "topics"):
            getattr(self, name)

    @cached_property
    def flat(self) -> NDArray[np.int32]:
        """All numbers in `groups`, group by group."""
        return np.array(self.numbers, np.int32)

    @cached_property
    def numbers(self) -> list[int]:
        """The same as a list."""
        return [number for _, numbers in self.groups for number in numbers]

    @cached_property
    def owners(self) -> list[int]:
        """Per number the place of its group."""
        return [place for place, (_, numbers) in enumerate(self.groups) for _ in numbers]

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where in `flat` each group begins."""
        sizes = np.array([len(numbers) for _, numbers in self.groups], np.int64)
        return np.cumsum(sizes) - sizes

    @cached_property
    def ids(self) -> NDArray[np.int32]:
        """All numbers in `groups`, ascending."""
        return np.sort(self.flat)

    @cached_property
    def all_ids(self) -> NDArray[np.int32]:
        """The same with the message rows of observed messages."""
        return np.union1d(self.ids, np.array(self.messages, np.int32)).astype(np.int32)

    def said(self, *, by_field: bool) -> tuple[tuple[Series, ...], Groups]:
        """The series of observations and what they are made of; of messages too where fields are asked for."""
        return self._named if by_field else self._observed

    @cached_property
    def _named(self) -> tuple[tuple[Series, ...], Groups]:
        return tuple(series for series, _ in self.groups), Groups([numbers for _, numbers in self.groups])

    @cached_property
    def _observed(self) -> tuple[tuple[Series, ...], Groups]:
        found = [each for each in self.groups if each[0].field != MESSAGE_FIELD]
        return tuple(series for series, _ in found), Groups([numbers for _, numbers in found])

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """The topics of `groups` and `messages`, sorted, each once."""
        return tuple(sorted({series.topic for series, _ in self.groups}))


class Wanted(NamedTuple):
    """Filters, and fields (none: every observation, and messages without any)."""

    filters: tuple[str, ...]
    fields: tuple[str, ...] = ()
    within: tuple[tuple[str, ...], ...] = ()
    """Further sets of filters, each of which must match too: what the caller may read."""

    def has_field(self, key: SeriesKey) -> bool:
        """Whether a series of this field is wanted. Message rows: those of bare messages, or all when asked for."""
        if not self.fields:
            return key.field != MESSAGE_FIELD or key.bare
        return any(matches_field(pattern, key.field) for pattern in self.fields)

    def filter_sets(self) -> list[FilterSet]:
        """All of them must match.

        Raises:
            FilterError: a filter that is not valid.
        """
        return [FilterSet.parse(texts) for texts in (self.filters or ("#",), *self.within)]


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


@dataclass(slots=True)
class Found:
    """What was found for a wish, and how many of the table's series were looked at."""

    filter_sets: list[FilterSet]
    age: int
    groups: dict[Series, list[int]] = field(default_factory=dict)
    """In order of topic and field."""
    messages: dict[int, None] = field(default_factory=dict)
    selection: Selection | None = None
    """The same as a value; None once something was added."""

    def value(self) -> Selection:
        """What was found so far."""
        if self.selection is None:
            self.selection = Selection(tuple(self.groups.items()), tuple(self.messages))
        return self.selection


class Selector:
    """Finds and caches selections. One thread, except for `find`."""

    def __init__(self, catalogue: Catalogue, table: SeriesTable) -> None:
        self._catalogue = catalogue
        self._table = table
        self._cache: dict[Wanted, Found] = {}

    def select(self, wanted: Wanted) -> Selection:
        """What `wanted` means now.

        Raises:
            FilterError: a filter that is not valid.
        """
        found = self._cache.pop(wanted, None)
        if found is not None and found.age == self._table.age:
            self._cache[wanted] = found
        else:
            self.remember(wanted, self.find(wanted) if found is None else found)
        return self._cache[wanted].value()

    def is_quick(self, wanted: Wanted) -> bool:
        """Whether `select` takes no time worth speaking of; if not, `look` in a thread and `remember`."""
        found = self._cache.get(wanted)
        if found is None:
            return self._table.age <= QUICK_SERIES_MAX
        return found.age == self._table.age or len(found.groups) + self._table.age - found.age <= QUICK_SERIES_MAX

    def look(self, wanted: Wanted) -> Found:
        """What is wanted now, with everything that takes time; nothing is changed. Any thread.

        Raises:
            FilterError: a filter that is not valid.
        """
        known = self._cache.get(wanted)
        if known is None:
            found = self.find(wanted)
        else:
            found = replace(known, groups=dict(known.groups), messages=dict(known.messages))
            self._extend(wanted, found)
        found.value().derive()
        return found

    def find(self, wanted: Wanted) -> Found:
        """Look through all series. Any thread.

        Raises:
            FilterError: a filter that is not valid.
        """
        found = Found(wanted.filter_sets(), self._table.age)
        topics = self._catalogue.topics()
        for each in found.filter_sets:
            topics = each.select(topics)
        for topic in sorted(topics):
            own: dict[str, list[int]] = {}
            for number in self._numbers(topic):
                key = self._table.keys[number]
                if wanted.has_field(key):
                    own.setdefault(key.field, []).append(number)
                elif key.is_message:
                    found.messages[number] = None
            for name in sorted(own):
                found.groups[Series(topic, name)] = own[name]
        return found

    def remember(self, wanted: Wanted, found: Found) -> None:
        """Keep what was found, after adding what has appeared since."""
        self._extend(wanted, found)
        self._cache.pop(wanted, None)
        if len(self._cache) >= CACHE_MAX:
            # The one that was asked for least recently.
            self._cache.pop(next(iter(self._cache)))
        self._cache[wanted] = found

    def series_of(self, topic: str) -> TopicSeries:
        """All stored series of a topic."""
        found = TopicSeries(topic, [], {})
        for number in self._numbers(topic):
            key = self._table.keys[number]
            (found.messages if key.is_message else found.fields.setdefault(key.field, [])).append(number)
        return found

    def _extend(self, wanted: Wanted, found: Found) -> None:
        """Add what is wanted of the series that have appeared since."""
        fresh = self._table.entered[found.age :]
        found.age += len(fresh)
        messages, groups = len(found.messages), len(found.groups)
        changed = False
        for number in fresh:
            key = self._table.keys[number]
            topic = self._catalogue.by_id[key.log].topic
            if topic is None or not all(each.matches(topic) for each in found.filter_sets):
                continue
            if wanted.has_field(key):
                series = Series(topic, key.field)
                known = found.groups.get(series, [])
                # A search in a thread may have seen it already. What was given away is never changed.
                found.groups[series] = known if number in known else [*known, number]
                changed = True
            elif key.is_message:
                found.messages[number] = None
        if len(found.groups) > groups:
            found.groups = dict(sorted(found.groups.items()))
        if changed or len(found.messages) > messages:
            found.selection = None

    def _numbers(self, topic: str) -> Sequence[int]:
        return [number for log in self._catalogue.logs_of(topic) for number in self._table.by_log.get(log.id, ())]
