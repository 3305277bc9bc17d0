"""Messages decoded anew from proven records, under the context that proven records of other topics give."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gdp.datum import Datum
from hearthlog.client.errors import NotProven
from hearthlog.client.steps import Steps
from hearthlog.client.verify.logs import RANGE_MAX, ProvenLogs
from ingest.decode import NO_CONTEXT, Context, decode, learn, teaches
from ingest.envelope import Message, part_of, unpack
from ingest.observation import Kind

NO_OBSERVATION = ""
"""The field under which a message without observations is shown."""


class Value(NamedTuple):
    """One observation, in the form in which the home's answers and decoded records are compared."""

    field: str
    kind: str
    number: float | None
    """Also of a truth value: 1 or 0."""
    text: str | None
    unit: str | None
    device_time_ns: int | None


class Said(NamedTuple):
    """One message, as the home says it is: where it should stand, and what is in it."""

    topic: str
    recno: int
    logged_ns: int
    values: tuple[Value, ...]


class Decoder:
    """Decodes proven records as the home should have."""

    def __init__(self, logs: ProvenLogs) -> None:
        self._logs = logs
        self._context: Context = NO_CONTEXT
        self._learned: dict[str, int] = {}

    def decode(self, log: str, topic: str, recno: int, records: Mapping[int, Datum]) -> list[Value]:
        """All observations of the message whose last record this is; one with an empty field if there are none."""
        message, logged = message_at(log, topic, recno, records)
        decoded = decode(self._context, topic, message, logged)
        if not decoded.observations:
            return [Value(NO_OBSERVATION, Kind.none.name, None, decoded.note, None, decoded.device_time)]
        return [
            Value(
                each.field,
                each.kind.name,
                each.value if each.kind in (Kind.number, Kind.boolean) else None,
                each.text,
                each.unit,
                decoded.device_time if each.device_time is None else each.device_time,
            )
            for each in decoded.observations
        ]

    def learn(self) -> Steps[bool]:
        """Read on in the logs that say something about other topics; whether there was anything new."""
        before = dict(self._learned)
        listed = yield from self._logs.listed()
        for topic, log in [(topic, each.name) for topic, logs in listed.items() if teaches(topic) for each in logs]:
            yield from self._learn_from(topic, log)
        return self._learned != before

    def _learn_from(self, topic: str, log: str) -> Steps[None]:
        known, tip = self._learned.get(log, 0), (yield from self._logs.tip(log))
        for first in range(known + 1, tip + 1, RANGE_MAX):
            wanted = range(first, min(first + RANGE_MAX, tip + 1))
            records = yield from self._logs.records(log, topic, wanted)
            for recno in wanted:
                if is_last(records[recno].data):
                    message, logged = message_at(log, topic, recno, records)
                    self._context = learn(self._context, topic, message, logged)
        self._learned[log] = tip


def is_last(data: bytes) -> bool:
    """Whether a record ends a message: it is the last of its parts, or no part."""
    part = part_of(data)
    return part is None or part[0] == part[1]


def parts_before(recno: int, data: bytes) -> range:
    """Numbers of the records before this one that are parts of the same message, as it says itself."""
    part = part_of(data)
    return range(recno if part is None or part[0] != part[1] else max(recno - part[0] + 1, 1), recno)


def message_at(log: str, topic: str, recno: int, records: Mapping[int, Datum]) -> tuple[Message, int]:
    """The message whose last record this is, and its logged time in ns.

    Raises:
        NotProven: a part of it is not among the records.
    """
    before = parts_before(recno, records[recno].data)
    if any(number not in records for number in before):
        raise NotProven("the proof lacks a part of the message", log=log, topic=topic, recno=recno, field="recno")
    whole = [records[number].data for number in (*before, recno)]
    return unpack(whole if _is_whole(whole) else whole[-1:]), records[recno].ts


def _is_whole(parts: Iterable[bytes]) -> bool:
    """Whether these are the parts of one message, none missing; a lone record always is."""
    found = [part_of(each) for each in parts]
    return len(found) == 1 or found == [(number, len(found)) for number in range(1, len(found) + 1)]
