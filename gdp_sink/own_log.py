"""The sink's own log, `$hearthlog/sink`: what the sink saw of itself, so that a hole in a series can be explained.

Each record is a JSON object: `event`, `state` {session, subscribed, saving}, `epoch`, `filters`, `replaying` while
retained messages of a new session may still come, `marked` while the session can be told from a later one, `broker`
{up_s, starts, crashes} as far as that is known of the one that is connected, and the event's own fields. A state
without `saving` means that nobody watches whether the broker saves. Readiness is judged from the last record's state,
and the next run of the sink recovers from it.
"""

import json
from asyncio import Future
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog

from gdp.store import Item, Results, Write
from gdp_sink.retained import Repeat, read, written

TOPIC = "$hearthlog/sink"
KIND = "sink"
TOPICS_BYTES_MAX = 32_000
"""Topics in one `topic` or `replayed` record; one record of a log takes 65,000 bytes."""
QUIET = frozenset({"heartbeat", "topic", "replayed", "probing"})
"""Events that the process log shows only when debugging."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class State:
    """What readiness is judged by.

    Attributes:
        watched: whether the broker's database is known, so that its saves can be seen.
        saving: whether the broker saves it; None until the first save since the sink connected was seen.
    """

    watched: bool = False
    session: bool = False
    subscribed: bool = False
    saving: bool | None = None

    def as_json(self) -> dict[str, bool | None]:
        """Return the `state` of a record."""
        connection: dict[str, bool | None] = {"session": self.session, "subscribed": self.subscribed}
        return connection | {"saving": self.saving} if self.watched else connection


class BrokerKnown(NamedTuple):
    """What tells the broker's present life from a later one; None where it is not known."""

    up_s: int | None = None
    """How long it has been up, as it said last."""
    starts: int | None = None
    """How often it was started, as `hearthlog up` notes it."""
    crashes: int | None = None
    """How many of its lives did not end in order."""

    def as_json(self) -> dict[str, int]:
        """Return what is known."""
        return {name: value for name, value in self._asdict().items() if value is not None}


@dataclass(slots=True)
class OwnLog:
    """Writes the sink's own log. `submit` takes items for the store and is the committer's.

    Attributes:
        state: goes into every record.
        epoch: the number of the session at the broker; a new session is one more.
        filters: what that session may be subscribed to.
        marked: whether that session is subscribed to what the broker says of itself, by which it is known again.
        broker_dropped: messages that the broker has dropped since its start, as far as it has told.
        broker: by what its life is known again, after a time without the sink.
        replaying: whether retained messages of a new session may still come.
    """

    submit: Callable[[Sequence[Item]], Future[Results]]
    state: State = field(default_factory=State)
    epoch: int = 0
    filters: tuple[str, ...] = ()
    marked: bool = False
    broker_dropped: int | None = None
    broker: BrokerKnown = field(default_factory=BrokerKnown)
    replaying: Callable[[], bool] = lambda: False

    def say(self, event: str, **fields: object) -> Future[Results]:
        """Write a record; the future is done when it is durable, and everything submitted before it too."""
        write = self.record(event, **fields)
        (log.debug if event in QUIET else log.info)(event, **fields)
        done = self.submit((write,))
        done.add_done_callback(_noticed)
        return done

    def record(self, event: str, **fields: object) -> Write:
        """Make a record that goes into the store with others."""
        entry = {
            "event": event,
            **fields,
            "state": self.state.as_json(),
            "epoch": self.epoch,
            "filters": list(self.filters),
        }
        if self.marked:
            entry["marked"] = True
        if self.broker_dropped is not None:
            entry["broker_dropped"] = self.broker_dropped
        if known := self.broker.as_json():
            entry["broker"] = known
        if self.replaying():
            entry["replaying"] = True
        data = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
        return Write(TOPIC, (data,), kind=KIND)

    def topic_records(self, news: Iterable[tuple[str, int]]) -> list[Write]:
        """Make the records that tell of (topic, QoS) pairs seen first, or with a changed QoS."""
        records: list[Write] = []
        topics: list[dict[str, str | int]] = []
        size = 0
        for topic, qos in news:
            size += 6 * len(topic) + 24  # a control character is 6 bytes in JSON
            if topics and size > TOPICS_BYTES_MAX:
                records.append(self.record("topic", topics=topics))
                topics, size = [], 6 * len(topic) + 24
            topics.append({"topic": topic, "qos": qos})
        if topics:
            records.append(self.record("topic", topics=topics))
        return records

    def replay_records(self, repeats: Sequence[Repeat] | None) -> list[Write]:
        """Make the records that tell of retained deliveries that were taken for repeats; None is nothing to tell."""
        if repeats is None:
            return []
        pieces = _pieces(repeats) or [[]]
        return [self.record("replayed", count=len(piece), repeats=written(piece)) for piece in pieces]


def _pieces(repeats: Sequence[Repeat]) -> list[list[Repeat]]:
    pieces: list[list[Repeat]] = []
    size = TOPICS_BYTES_MAX
    for repeat in repeats:
        needed = 7 * len(repeat.topic) + 48  # a control character is 7 bytes in JSON within JSON
        if size + needed > TOPICS_BYTES_MAX:
            pieces.append([])
            size = 0
        pieces[-1].append(repeat)
        size += needed
    return pieces


def _noticed(done: Future[Results]) -> None:
    """Most records are not waited for: what ends the store is told by the committer, and not once more by each."""
    if not done.cancelled():
        done.exception()


class Remembered(NamedTuple):
    """What the last record of the earlier run says of the session at the broker."""

    epoch: int
    filters: tuple[str, ...]
    broker_dropped: int | None = None
    replaying: bool = False
    marked: bool = False
    broker: BrokerKnown = BrokerKnown()


def remembered(data: bytes) -> Remembered:
    """Read a record of this log; one that is damaged or of another version remembers nothing."""
    try:
        entry = json.loads(data)
        epoch, filters = int(entry["epoch"]), tuple(str(text) for text in entry["filters"])
        dropped = entry.get("broker_dropped")
        replaying = entry.get("replaying") is True
        marked = entry.get("marked") is True
        broker = _known(entry.get("broker"))
        return Remembered(epoch, filters, dropped if isinstance(dropped, int) else None, replaying, marked, broker)
    except (ValueError, KeyError, TypeError):
        return Remembered(0, ())


def _known(entry: object) -> BrokerKnown:
    if not isinstance(entry, dict):
        return BrokerKnown()
    numbers = {name: entry.get(name) for name in BrokerKnown._fields}
    return BrokerKnown(**{name: value for name, value in numbers.items() if isinstance(value, int)})


def repeats_in(records: Iterable[bytes], epoch: int) -> list[Repeat]:
    """What records of this log, newest first, tell of repeats in session `epoch`, back to where that began."""
    found: list[Repeat] = []
    for data in records:
        try:
            entry = json.loads(data)
            if entry["epoch"] != epoch or (entry["event"] == "connected" and not entry["session_present"]):
                break
            if entry["event"] == "replayed":
                found += read(entry["repeats"])
        except (ValueError, KeyError, TypeError):
            continue
    return found
