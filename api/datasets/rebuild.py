"""Rows made anew from records of logs, in memory, without the read model: what a dataset is verified by."""

from collections.abc import Iterable

from api.accounts.caller import Within
from api.follow.interpret import STORE, Filler, Interpreter
from api.follow.parts import Parts
from api.readmodel.batch import Batch
from api.readmodel.catalogue import Catalogue
from api.readmodel.known import Known
from api.readmodel.selection import Selector
from api.readmodel.series import SeriesTable
from api.readmodel.tail import Tail
from api.readmodel.view import View
from api.web.ground import Ground
from gdp.catalogue import LogEntry
from gdp.datum import Datum
from ingest.envelope import unpack


class Rebuilt:
    """Logs are read one after another; first those that teach, for the others are decoded under what they say."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known = Known()
        self._interpreter = Interpreter(self._known)
        self._parts = Parts()
        self._table = SeriesTable()
        self._filler = Filler(self._table)
        self._tail = Tail()

    def learn(self, entry: LogEntry, topic: str, datums: Iterable[Datum]) -> None:
        """Learn from the next records of a log that teaches."""
        for datum in datums:
            records = self._parts.join(entry.id, datum.data, datum.ts)
            if records is not None:
                self._known.take(topic, unpack(records), datum.ts)

    def read(self, entry: LogEntry, topic: str, datums: Iterable[Datum]) -> None:
        """Make rows of the next records of a log."""
        batch = Batch(STORE)
        for datum in datums:
            found = self._interpreter.read(entry, topic, datum, datum.ts)
            if found is not None:
                self._filler.fill(found, batch)
        self._tail.append(batch.rows())

    @property
    def decoders(self) -> tuple[str, ...]:
        """What read the logs, each with its version."""
        return tuple(sorted({key.decoder for key in self._table.keys}))

    def ground(self, position: int, within: Within) -> Ground:
        """The rows as of a position (ns)."""
        view = View(position, (self._tail.snapshot(),), self._table.keys, self._table.logs())
        return Ground(view, Selector(self._catalogue, self._table), self._catalogue, within)
