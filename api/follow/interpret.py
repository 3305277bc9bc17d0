"""From a log's records to rows: parts are joined, messages decoded in context, observations numbered. No I/O."""

from array import array
from typing import NamedTuple

from api.follow.parts import Parts
from api.readmodel.batch import Batch
from api.readmodel.known import Known
from api.readmodel.series import KEPT, MESSAGE_FIELD, SeriesKey, SeriesTable
from gdp.catalogue import LogEntry
from gdp.datum import Datum
from ingest.decode import Decoded, decode
from ingest.envelope import Message, unpack
from ingest.observation import Observation

STORE = 0
"""The number of the store that is followed; rows carry it because there may be several one day."""
SHAPES_REMEMBERED_MAX = 32_768
"""Sets of fields, each of one log and decoder, that find their series at once; beyond that they are looked up anew."""
FIELDS_REMEMBERED_MAX = 64
"""Messages with more fields than that are always looked up: some kB each would have to be remembered."""


class Interpreted(NamedTuple):
    """One message of a topic, understood as far as possible."""

    entry: LogEntry
    topic: str
    recno: int
    logged: int
    message: Message
    decoded: Decoded

    @property
    def observations(self) -> tuple[Observation, ...]:
        """As decoded, each with the message's device time where it has none of its own."""
        found, time = self.decoded.observations, self.decoded.device_time
        if time is None or all(each.device_time is not None for each in found):
            return found
        return tuple(each if each.device_time is not None else each._replace(device_time=time) for each in found)

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
        return Interpreted(entry, topic, datum.recno, logged, message, decoded)


class Filler:
    """Puts messages into batches; remembers which series a message of the same fields has gone into."""

    def __init__(self, table: SeriesTable) -> None:
        self._table = table
        self._numbers: dict[tuple[object, ...], array[int]] = {}

    def fill(self, found: Interpreted, batch: Batch) -> None:
        """Add the rows of a message: one for itself, one per observation."""
        _, _, recno, logged, _, decoded = found
        if not decoded.observations:
            batch.begin(self._series(found, (), ()), recno, logged, decoded.device_time, decoded.note)
            return
        fields, kinds, values, texts, times, units = zip(*decoded.observations, strict=True)
        batch.begin(self._series(found, fields, units), recno, logged, decoded.device_time, decoded.note)
        batch.observations(kinds, values, texts, times, decoded.device_time)

    def _series(self, found: Interpreted, fields: tuple[str, ...], units: tuple[str | None, ...]) -> "array[int]":
        """The number of the message's own series, then that of each observation's."""
        decoded = found.decoded
        key = (found.entry.id, decoded.decoder, decoded.version, decoded.understood, fields, units)
        known = self._numbers.get(key)
        if known is not None:
            return known
        log, decoder, number = found.entry.id, found.decoder, self._table.number
        whole = decoder if decoded.understood else decoder + KEPT
        numbers = array("i", [number(SeriesKey(STORE, log, MESSAGE_FIELD, None, whole, not fields))])
        numbers.extend(number(SeriesKey(STORE, log, *each, decoder)) for each in zip(fields, units, strict=True))
        if len(fields) <= FIELDS_REMEMBERED_MAX:
            if len(self._numbers) >= SHAPES_REMEMBERED_MAX:
                self._numbers.clear()
            self._numbers[key] = numbers
        return numbers
