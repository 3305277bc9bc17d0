"""Completeness: every row that the logs have for a question, worked out from all their records in its window.

A log is a chain of numbered records whose logged times never fall, so that what lies between two proven records is
known. By logged time the records from the last one before the window to the first one behind it decide; by device time
every record up to the position does, for a device may say any time. Which logs there are is read from the catalogue,
which is such a log itself. Where a log ends before the position, that it ends there is the home's word.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gdp.catalogue import Kind, LogEntry
from gdp.datum import Datum
from gdp.names import printable
from hearthlog.client.errors import NotProven
from hearthlog.client.steps import Note, Steps
from hearthlog.client.table import Table
from hearthlog.client.verify.asked import Asked
from hearthlog.client.verify.compare import comparable, must_match, rows_of
from hearthlog.client.verify.logs import RANGE_MAX, ProvenLogs
from hearthlog.client.verify.messages import Decoder, Said, Value, is_last, parts_before


class Place(NamedTuple):
    """Where a row stands in the total order of an answer."""

    time: int
    log: int
    recno: int
    ordinal: int


class Row(NamedTuple):
    """One row as its record has it, or as the home says it."""

    topic: str
    recno: int
    logged_ns: int
    value: Value


class Observed(NamedTuple):
    """One observation of a record, wanted or not; or that a message has none."""

    log: str
    place: Place
    row: Row


class Found(NamedTuple):
    """What the logs have for a question."""

    rows: list[Row]
    """Those that the answer should have, in its order."""
    messages: dict[tuple[str, int, int], tuple[str, list[Value]]]
    """Per topic, number and logged time of the messages that were read, wanted or not: their log and all in them."""


class Completeness:
    """Works out what a whole answer is."""

    def __init__(self, logs: ProvenLogs, decoder: Decoder) -> None:
        self._logs = logs
        self._decoder = decoder

    def check(self, table: Table, asked: Asked) -> Steps[None]:
        """Compare an answer with all that the logs have for it.

        Raises:
            NotProven: a row is left out, added, changed or out of its order.
            CannotVerify: the account may not read the catalogue.
        """
        found = yield from self.find(asked)
        _must_be(found, _told(table))

    def find(self, asked: Asked) -> Steps[Found]:
        """Read the logs and work out the answer."""
        every = yield from self.observed(asked)
        wanted = [each for each in every if asked.wants(each.place.time, each.row.value.field)]
        wanted.sort(key=lambda each: each.place, reverse=asked.descending)
        return Found([each.row for each in wanted[: asked.limit]], _by_message(every))

    def newest(self, table: Table, asked: Asked) -> Steps[None]:
        """Compare an answer of `latest` with the newest that the logs have of each series.

        Raises:
            NotProven: a row is left out, added, changed, or not the newest.
            CannotVerify: the account may not read the catalogue.
        """
        every = yield from self.observed(asked)
        wanted = sorted(
            (each for each in every if asked.wants_field(each.row.value.field)), key=lambda each: each.place
        )
        last = {(each.row.topic, each.row.value.field): each.row for each in wanted}
        rows = [last[series] for series in sorted(last)][: asked.limit]
        _must_be(Found(rows, _by_message(every)), _told(table))

    def observed(self, asked: Asked) -> Steps[list[Observed]]:
        """All that was observed where an answer's rows can be, log by log."""
        entries = yield from self._logs.proven_entries()
        yield from self._decoder.learn()
        found: list[Observed] = []
        for entry in wanted_logs(entries, asked):
            records = yield from self._records(entry, asked)
            found += self._observed(entry, records, asked)
        return found

    def _observed(self, entry: LogEntry, records: Mapping[int, Datum], asked: Asked) -> Iterator[Observed]:
        topic = str(entry.topic)
        for recno in sorted(records):
            logged = records[recno].ts
            # What comes before the window is there to end the chain, or as a part of a message.
            if logged > asked.position or not is_last(records[recno].data) or (asked.by_log and logged < asked.start):
                continue
            values = self._decoder.decode(printable(entry.name), topic, recno, records)
            for ordinal, value in enumerate(values):
                at = logged if asked.by_log or value.device_time_ns is None else value.device_time_ns
                row = Row(topic, recno, logged, comparable(value))
                yield Observed(printable(entry.name), Place(at, entry.id, recno, ordinal), row)

    def _records(self, entry: LogEntry, asked: Asked) -> Steps[dict[int, Datum]]:
        """All records that can have to do with an answer, without a hole, each proven."""
        log, topic = printable(entry.name), str(entry.topic)
        tip = yield from self._logs.tip(log)
        first = (yield from self._first_in(log, topic, tip, asked)) if asked.by_log and asked.start > 0 and tip else 1
        found: dict[int, Datum] = {}
        for begin in range(first, tip + 1, RANGE_MAX):
            yield Note(f"{topic}: records proven", begin - first, tip - first + 1)
            piece = yield from self._logs.records(log, topic, range(begin, min(begin + RANGE_MAX, tip + 1)))
            found |= piece
            if piece[max(piece)].ts >= asked.until:
                break
        if found:
            before = parts_before(min(found), found[min(found)].data)
            found |= yield from self._logs.records(log, topic, before)
        return found

    def _first_in(self, log: str, topic: str, tip: int, asked: Asked) -> Steps[int]:
        """The number of the last record before the window; 1 if there is none."""
        low, high = 1, tip
        while low < high:
            middle = (low + high + 1) // 2
            record = (yield from self._logs.records(log, topic, [middle]))[middle]
            low, high = (middle, high) if record.ts < asked.start else (low, middle - 1)
        return low


def wanted_logs(entries: Iterable[LogEntry], asked: Asked) -> list[LogEntry]:
    """The logs in which an answer's records can be."""
    return [
        each
        for each in entries
        if each.kind is Kind.TOPIC
        and each.topic is not None
        and each.started <= asked.position
        and asked.filters.matches(each.topic)
    ]


def _told(table: Table) -> list[Row]:
    return [Row(topic, recno, at, comparable(value)) for topic, recno, at, value in rows_of(table)]


def _by_message(every: Iterable[Observed]) -> dict[tuple[str, int, int], tuple[str, list[Value]]]:
    found: dict[tuple[str, int, int], tuple[str, list[Value]]] = {}
    for log, _, row in every:
        found.setdefault((row.topic, row.recno, row.logged_ns), (log, []))[1].append(row.value)
    return found


def _must_be(found: Found, told: Sequence[Row]) -> None:
    must = found.rows
    place = next((n for n, (ours, theirs) in enumerate(zip(must, told, strict=False)) if ours != theirs), None)
    if place is None:
        if len(must) == len(told):
            return
        place = min(len(must), len(told))
    lacking, extra = Counter(must) - Counter(told), Counter(told) - Counter(must)
    if place < len(told) and told[place] in extra:
        _must_be_known(found, told[place])
    if place < len(must) and must[place] in lacking:
        raise _fault(found, must[place], "the home left it out")
    if place < len(told) and told[place] in extra:
        raise _fault(found, told[place], "the home added it: it does not belong to this answer")
    raise _fault(found, must[place], "it is not in its place in the order")


def _must_be_known(found: Found, row: Row) -> None:
    """A row that the home should not have said: if its record says something else, that is what is wrong.

    Raises:
        NotProven: so it is.
    """
    known = found.messages.get((row.topic, row.recno, row.logged_ns))
    if known is not None:
        log, values = known
        must_match(log, Said(row.topic, row.recno, row.logged_ns, (row.value,)), row.logged_ns, values, whole=False)


def _fault(found: Found, row: Row, detail: str) -> NotProven:
    log, _ = found.messages.get((row.topic, row.recno, row.logged_ns), ("?", []))
    return NotProven(detail, log=log, topic=row.topic, recno=row.recno, field=row.value.field)
