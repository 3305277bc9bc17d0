"""What goes into a commit and what comes out of it: the store's vocabulary."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias, overload

from gdp.catalogue import Kind, LogEntry
from gdp.datum import Datum
from gdp.errors import GdpError
from gdp.metadata import Metadata
from gdp.names import GdpName


class Write(NamedTuple):
    """One message for the topic's own log, which is created at first sight.

    Each part becomes a record; they stay together. `packet_id` and `epoch` name the MQTT delivery, so that one that
    comes again after a crash is recognised (`Store.redelivery_window`).
    """

    topic: str
    parts: tuple[bytes, ...]
    kind: str = Kind.TOPIC
    packet_id: int = 0
    epoch: int = 0


WriteFields: TypeAlias = tuple[str, tuple[bytes, ...], str, int, int]
"""A `Write`, or its fields as a plain tuple, which is made and taken apart in 0.05 µs instead of 0.4 (Python 3.11)."""


MessageFields: TypeAlias = tuple[str, bytes, int, bool, bool, int, int]
"""A message as MQTT delivered it: topic, data, QoS, retain, DUP, packet id, connection.

The store looks at topic, data and packet id alone. That it takes what is there already, and nothing is made anew for
it, is worth 0.3 µs a message.
"""


class Run(NamedTuple):
    """Messages that arrived together in session `epoch`, one record each: the same as a `Write` for each of them.

    One item, with a result for each message. `data_bytes` is what their data take together.
    """

    messages: Sequence[MessageFields]
    epoch: int
    data_bytes: int


class Create(NamedTuple):
    """A foreign log, created over the wire or by a mirror."""

    metadata: Metadata


class ForeignAppend(NamedTuple):
    """Records for a foreign log: all or none; those that it holds already count as stored (gdp-protocol §12).

    `mirrored` says that they come from the log's home, where not each batch ends with a signature; what is signed is
    checked all the same.
    """

    name: GdpName
    datums: tuple[Datum, ...]
    mirrored: bool = False


class Begin(NamedTuple):
    """An own log before its first record; it may exist already."""

    topic: str
    kind: str


class Roll(NamedTuple):
    """The topic's records go to a new log, its next generation, from here on."""

    topic: str


_OVERHEAD_BYTES = 100

Item = Write | WriteFields | Run | Create | ForeignAppend | Begin | Roll


def size_of(items: Sequence[Item]) -> int:
    """About how many bytes these items take."""
    return sum(map(_data_bytes, items)) + _OVERHEAD_BYTES * results_of(items)


def results_of(items: Sequence[Item]) -> int:
    """How many results these items have: one each, a run one for each of its messages."""
    return len(items) + sum([len(item.messages) - 1 for item in items if isinstance(item, Run)])


def packet_ids_of(item: Item) -> list[int]:
    """Return the MQTT packet id of each message in an item, 0 where there is none: one for each of its results."""
    match item:
        case Run(messages):
            return [message[5] for message in messages]
        case (_, _, _, packet_id, _):
            return [packet_id]
    return [0]


def _data_bytes(item: Item) -> int:
    match item:
        case Run():
            return item.data_bytes
        case ForeignAppend():
            return sum(len(datum.data) + _OVERHEAD_BYTES for datum in item.datums)
        case (_, parts, _, _, _):
            return sum(map(len, parts))
    return 0


class Result(NamedTuple):
    """Where an item is kept: its last record, and that record's hash. A new log has recno 0 and its name as hash."""

    log: GdpName
    recno: int
    ts: int
    hash: bytes


class Record(NamedTuple):
    """A record, the log that it is in, and its logged time in ns."""

    entry: LogEntry
    datum: Datum
    logged: int


Appended: TypeAlias = tuple[LogEntry, int, int, float, bytes | None, bytes, bytes | None, int, bytes]
"""A record as a commit appended it: its log's entry, the fields of its `Datum`, its logged time, its own hash.

`Record` and `Result` are made of it when somebody asks for them, which for most records nobody does. Instead of both
and a `Datum` one plain tuple is made, which saves 0.6 µs a message.
"""

Outcome: TypeAlias = Appended | Result | GdpError
"""What became of an item, or of a message in a run: its last record, where it has one."""


def datum_of(appended: Appended) -> Datum:
    """Return the record alone."""
    return Datum._make(appended[1:7])


class Results(Sequence["Result | GdpError"]):
    """The results of items, one each (a run: one a message), in order; what was refused has its reason instead."""

    __slots__ = ("_any_refused", "_outcomes")

    def __init__(self, outcomes: Sequence[Outcome], *, any_refused: bool) -> None:
        """`any_refused` is False only if none of them was refused: then nobody need look through them."""
        self._outcomes = outcomes
        self._any_refused = any_refused

    def __len__(self) -> int:
        return len(self._outcomes)

    @overload
    def __getitem__(self, index: int) -> Result | GdpError: ...

    @overload
    def __getitem__(self, index: slice) -> "Results": ...

    def __getitem__(self, index: int | slice) -> "Result | GdpError | Results":
        if isinstance(index, slice):
            return Results(self._outcomes[index], any_refused=self._any_refused)
        outcome = self._outcomes[index]
        if isinstance(outcome, Result | GdpError):
            return outcome
        entry, recno, ts, _, _, _, _, _, record_hash = outcome
        return Result(entry.name, recno, ts, record_hash)

    def refusals(self) -> list[tuple[int, GdpError]]:
        """Return which items were refused, by their place, and why."""
        if not self._any_refused:
            return []
        return [(at, outcome) for at, outcome in enumerate(self._outcomes) if isinstance(outcome, GdpError)]


@dataclass(frozen=True)
class Commit:
    """What one commit made durable.

    Attributes:
        first, last: logged times of its first and last record, ns; both `previous` if it has none.
        previous: the store's position before it.
        results: one an item, a run one for each message; in order.
        appended: everything stored, in order of logged time, records of catalogue and seal log included.
        bytes: what its records take in the commit log.
    """

    first: int
    last: int
    previous: int
    results: Results
    appended: Sequence[Appended]
    bytes: int

    @cached_property
    def records(self) -> list[Record]:
        """The same as `appended`, each with its log and logged time."""
        return [Record(each[0], datum_of(each), each[7]) for each in self.appended]


class Delivered(NamedTuple):
    """A stored MQTT delivery, with the data of each of its records."""

    epoch: int
    packet_id: int
    topic: str
    parts: tuple[bytes, ...]

    @property
    def data(self) -> bytes:
        """The data of all its records, joined."""
        return b"".join(self.parts)


@dataclass(frozen=True, slots=True)
class LogInfo:
    """A log as it stands: its catalogue entry, and how far it is written and proven.

    Attributes:
        tip_recno, tip_hash: its last durable record, 0 and the log's name if it has none.
        signed_recno: its last signed record, 0 if none.
        covered_recno: its last record that a signature or a seal covers, 0 if none.
        pending: records that are not in its `.glog` file yet.
    """

    id: int
    name: GdpName
    metadata: Metadata
    kind: Kind
    topic: str | None
    generation: int
    started: int
    tip_recno: int
    tip_hash: bytes
    signed_recno: int
    covered_recno: int
    pending: int
