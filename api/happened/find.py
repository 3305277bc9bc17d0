"""Finding what happened in a window, out of all that the caller may read."""

import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from api.gaps.tell import Position
from api.happened.batches import batches
from api.happened.events import events
from api.happened.labels import labels
from api.happened.records import SWITCHES, records_of
from api.happened.scene import Scene
from api.happened.told import Kind, tellers_of
from api.happened.values import values
from api.health.facts import Fact
from api.readmodel.catalogue import Catalogue
from api.readmodel.latest import Series
from api.readmodel.selection import Selection
from api.readmodel.series import SeriesKey
from api.readmodel.view import View
from api.topics.names import topic_name
from ingest.context import Context
from ingest.declared import Declaration, by_fields

OURS = ("hearthlog/", "homeassistant/")
"""What we say ourselves, and what only introduces devices."""
TELLING = SWITCHES | {Kind.label, Kind.prediction}


class Home(NamedTuple):
    """What of the home is looked at, fixed before a thread works."""

    view: View
    selection: Selection
    keys: Sequence[SeriesKey]
    context: Context
    catalogue: Catalogue
    position: Position

    def declared(self, topic: str) -> dict[str, Declaration]:
        """What configs say of a topic's fields."""
        return by_fields(self.context, topic, self.view.position)

    def exists(self, topic: str) -> bool:
        """Whether the topic had a log by then."""
        return any(log.started <= self.view.position for log in self.catalogue.logs_of(topic))


def happened(home: Home, scene: Scene, *, rows_max: int) -> Iterator[Fact]:
    """What happened, in no order. Takes time in proportion to the rows of those who tell of it.

    Raises:
        TooManyRows: more than `rows_max` are in the window.
    """
    groups = [each for each in home.selection.groups if each[0].field and not each[0].topic.startswith(OURS)]
    declared = functools.cache(home.declared)
    tellers = tellers_of(groups, lambda number: home.keys[number].unit, declared, home.exists)
    records = records_of(scene, [each for each in tellers if each.kind in TELLING], rows_max=rows_max)
    yield from events(scene, records)
    yield from labels(scene, records)
    yield from values(scene, tellers, rows_max=rows_max)
    topics = _by_topic(groups)
    names = {
        topic: topic_name(topic, [series.field for series, _ in fields], declared(topic))
        for topic, fields in topics.items()
    }
    numbers = {topic: [each for _, own in fields for each in own] for topic, fields in topics.items()}
    yield from batches(scene, numbers, names, rows_max=rows_max)


def _by_topic(groups: Sequence[tuple[Series, list[int]]]) -> dict[str, list[tuple[Series, list[int]]]]:
    found: dict[str, list[tuple[Series, list[int]]]] = {}
    for series, numbers in groups:
        found.setdefault(series.topic, []).append((series, numbers))
    return found
