"""From a log's records to rows: parts are joined, messages decoded in context, observations numbered. No I/O."""

from typing import NamedTuple

from api.follow.parts import Parts
from api.readmodel.known import Known
from api.readmodel.rows import Row
from api.readmodel.series import KEPT, MESSAGE_FIELD, SeriesKey, SeriesTable
from gdp.catalogue import LogEntry
from gdp.datum import Datum
from ingest.decode import Decoded, decode
from ingest.envelope import Message, unpack
from ingest.observation import NO_VALUE, Kind, Observation

STORE = 0
"""The number of the store that is followed; rows carry it because there may be several one day."""


class Interpreted(NamedTuple):
    """One message of a topic, understood as far as possible."""

    entry: LogEntry
    topic: str
    recno: int
    logged: int
    message: Message
    decoded: Decoded
    observations: tuple[Observation, ...]
    """As decoded, each with the message's device time where it has none of its own."""

    @property
    def decoder(self) -> str:
        """Name and version of the decoder."""
        return f"{self.decoded.decoder} {self.decoded.version}"


class Interpreter:
    """Joins parts, decodes each message under what was said before it, and learns what it says of others."""

    def __init__(self, known: Known | None = None) -> None:
        self._parts = Parts()
        self._known = Known() if known is None else known

    @property
    def incomplete_since(self) -> int | None:
        """Logged time in ns of the earliest part that still waits for others."""
        return self._parts.incomplete_since

    def read(self, entry: LogEntry, topic: str, datum: Datum, logged: int) -> Interpreted | None:
        """Take the next record of a log; None while it is a part that is not the last of its message."""
        records = self._parts.join(entry.id, datum.data, logged)
        if records is None:
            return None
        message = unpack(records)
        decoded = decode(self._known.context, topic, message, logged)
        self._known.take(topic, message, logged)
        observations = decoded.observations
        if decoded.device_time is not None:
            observations = tuple(
                each if each.device_time is not None else each._replace(device_time=decoded.device_time)
                for each in observations
            )
        return Interpreted(entry, topic, datum.recno, logged, message, decoded, observations)


def rows_of(found: Interpreted, table: SeriesTable) -> list[Row]:
    """The rows of a message: one for itself, one per observation."""
    log, recno, logged, decoder = found.entry.id, found.recno, found.logged, found.decoder
    bare = not found.observations
    whole = decoder if found.decoded.understood else decoder + KEPT
    number = table.number(SeriesKey(STORE, log, MESSAGE_FIELD, None, whole, bare))
    time, claimed = _select_time(found.decoded.device_time, logged)
    rows = [Row(number, STORE, time, logged, recno, 0, Kind.none, claimed, NO_VALUE, found.decoded.note)]
    for ordinal, (field, kind, value, text, device_time, unit) in enumerate(found.observations, start=1):
        number = table.number(SeriesKey(STORE, log, field, unit, decoder))
        time, claimed = _select_time(device_time, logged)
        rows.append(Row(number, STORE, time, logged, recno, ordinal, kind, claimed, value, text))
    return rows


def _select_time(device_time: int | None, logged: int) -> tuple[int, int]:
    return (logged, 0) if device_time is None else (device_time, 1)
