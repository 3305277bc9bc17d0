"""Reading the sink's own log out of the read model: its events, its signs of life, and the QoS of each topic."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.gaps.cadence import Ints
from api.gaps.outages import Entry
from api.readmodel.rows import Rows
from api.readmodel.run import Part, spans
from api.readmodel.selection import TopicSeries
from api.readmodel.view import Pick, View
from api.web.render import value_of
from gdp.catalogue import SINK_TOPIC

HEARTBEAT = "heartbeat"
QUIET = frozenset({HEARTBEAT, "topic", "replayed"})
FIELDS = ("reason", "session_present", "silent_s", "paused_s", "epoch", "count", "topic", "clock_offset_ns",
          "position", "up_s", "in_order")  # fmt: skip


class OwnLog(NamedTuple):
    """The sink's own log up to a position, ascending."""

    beats: Ints
    """Logged times of all records."""
    entries: list[Entry]
    """All records but heartbeats, new topics and repeats."""

    @property
    def watched_from(self) -> int:
        """Logged time in ns of the first record; far in the future if there is none."""
        return int(self.beats[0]) if len(self.beats) else np.iinfo(np.int64).max


def read_own_log(view: View, series: TopicSeries) -> OwnLog:
    """All of it. Heartbeats are by far the most, and are never looked at one by one."""
    events = np.array(sorted(series.fields.get("event", ())), np.int32)
    beats, pick = [np.zeros(0, np.int64)], Pick()
    for part in view.parts:
        rows = _rows(view, part, events)
        beats.append(part.columns.logged[rows])
        texts = part.columns.text[rows]
        quiet = [number for number in np.unique(texts).tolist() if part.text(number) in QUIET]
        pick.append((part, rows[~np.isin(texts, quiet)]))
    said = pick.load(view.logs, "logged")
    times = said.columns.logged.tolist()
    facts = _facts(view, series, FIELDS, said.columns.logged)
    entries = [
        Entry(logged, str(event), facts.get(logged, {})) for logged, event in zip(times, said.texts, strict=True)
    ]
    return OwnLog(np.unique(np.concatenate(beats)), entries)


def read_qos(view: View, series: TopicSeries) -> dict[str, int]:
    """The QoS at which each topic's messages come, as told last."""
    pairs: dict[tuple[int, str], dict[str, object]] = defaultdict(dict)
    for field, numbers in series.fields.items():
        head, _, rest = field.partition(".")
        place, _, name = rest.partition(".")
        if head == "topics" and name in {"topic", "qos"}:
            for logged, value in _values(load(view, numbers)):
                pairs[logged, place][name] = value
    told = {}
    for (_, _), pair in sorted(pairs.items()):
        topic, qos = pair.get("topic"), pair.get("qos")
        if isinstance(topic, str) and isinstance(qos, float):
            told[topic] = int(qos)
    return told


def series_of_sink(topics: Iterable[TopicSeries]) -> TopicSeries:
    """The own log among some topics; empty if the sink has not spoken yet."""
    return next((each for each in topics if each.topic == SINK_TOPIC), TopicSeries(SINK_TOPIC, [], {}))


def load(view: View, numbers: Sequence[int], start: int | None = None) -> Rows:
    """All rows of some stored series from logged time `start` on, in order of logged time."""
    ids, pick = np.array(sorted(numbers), np.int32), Pick()
    for part in view.parts:
        pick.append((part, _rows(view, part, ids, start)))
    return pick.load(view.logs, "logged")


def _rows(view: View, part: Part, ids: NDArray[np.int32], start: int | None = None) -> Ints:
    run = part.run(ids, "logged").window(start, view.position + 1)
    return run.physical(spans(run.lo, run.hi - run.lo))


def _facts(view: View, series: TopicSeries, fields: Iterable[str], times: Ints) -> dict[int, dict[str, object]]:
    """Values by field, by logged time, of the records asked for: no two have the same, whichever log they are in."""
    facts: dict[int, dict[str, object]] = defaultdict(dict)
    for field in fields:
        ids, pick = np.array(sorted(series.fields.get(field, ())), np.int32), Pick()
        for part in view.parts:
            rows = _rows(view, part, ids)
            pick.append((part, rows[np.isin(part.columns.logged[rows], times)]))
        for logged, value in _values(pick.load(view.logs, "logged")):
            facts[logged][field] = value
    return facts


def _values(rows: Rows) -> list[tuple[int, object]]:
    """(logged time, value)."""
    columns = rows.columns
    cells = zip(columns.logged.tolist(), columns.kind.tolist(), columns.value.tolist(), rows.texts, strict=True)
    return [(logged, value_of(kind, value, text)) for logged, kind, value, text in cells]
