"""Applying the feed: records become rows, watermarks make them visible and hand them to the event streams."""

import asyncio
import time
from collections.abc import Callable, Iterable

import structlog

from api.follow.interpret import STORE, Filler, Interpreted, Interpreter
from api.follow.primer import Primer
from api.follow.progress import Progress
from api.follow.sink_state import SinkState
from api.live.hub import Hub
from api.live.record import from_feed
from api.readmodel.batch import Batch
from api.readmodel.model import ReadModel
from gdp.catalogue import Kind
from gdp.datum import Datum
from gdp.errors import CorruptStore
from gdp.messages import Record

log = structlog.get_logger()


class Applier:
    """Takes the feed in, in the order in which it comes. Everything happens on the loop, in slices."""

    def __init__(
        self,
        model: ReadModel,
        hub: Hub,
        progress: Progress,
        sink: SinkState,
        *,
        slice_ms: float,
        primer: Primer,
        moved: Callable[[], None] = lambda: None,
    ) -> None:
        """`moved` is called when the position has moved, before streams are told."""
        self._model = model
        self._hub = hub
        self._progress = progress
        self._sink = sink
        self._slice_s = slice_ms / 1000
        self._interpreter = Interpreter(model.known)
        self._filler = Filler(model.table)
        self._primer = primer
        self._moved = moved
        self._primed = False
        self._batch = Batch(STORE)
        self._news: list[Interpreted] = []
        self._newest = model.position

    @property
    def resume(self) -> int:
        """Logged time in ns after which the feed has to go on, so that no message lacks a part."""
        incomplete = self._interpreter.incomplete_since
        return self._model.position if incomplete is None else min(self._model.position, incomplete - 1)

    async def take(self, records: Iterable[Record]) -> None:
        """Take in some records; others have their turn in between.

        Raises:
            GdpError: history comes log by log, and what has to be known first could not be read.
        """
        until = time.monotonic() + self._slice_s
        for name, datum, logged in records:
            # Only a reading log by log goes back in time.
            back = self._model.position < logged <= self._newest
            if back and not self._primed:
                await self._primer(self.resume)
                self._primed = True
            self._take_one(name, datum, logged, back=back)
            if time.monotonic() >= until:
                await asyncio.sleep(0)
                until = time.monotonic() + self._slice_s
        if self._batch:
            self._model.add(self._batch.rows())
            self._batch = Batch(STORE)

    def advance(self, watermark: int) -> None:
        """Nothing logged at or before `watermark` (ns) is still to come."""
        self._model.advance(watermark)
        self._moved()
        if self._progress.snapshot:
            self._progress.snapshot = False
            self._hub.interrupt()
        elif self._news and self._hub.has_listeners:
            self._hub.publish(list(map(from_feed, self._news)))
        self._news = []
        self._newest = max(self._newest, self._model.position)
        self._primed = False
        self._progress.advance(watermark)

    def interrupted(self) -> None:
        """The connection ended: what comes log by log after it goes further than what was known when it began."""
        self._primed = False

    def _take_one(self, name: bytes, datum: Datum, logged: int, *, back: bool) -> None:
        model, progress = self._model, self._progress
        if back:
            # Streams will read what a reading log by log brought from the model.
            progress.snapshot, self._news = True, []
        entry = model.catalogue.log(name)
        if entry is None:
            progress.unknown_logs += 1
            return
        if datum.recno <= model.applied.get(entry.id, 0):
            if logged > model.position:
                progress.snapshot, self._news = True, []
            return
        self._newest = max(self._newest, logged)
        progress.records += 1
        if entry.kind is Kind.CATALOGUE:
            self._learn(datum)
        elif entry.kind is Kind.SINK:
            self._sink.learn(datum.data, logged)
        if entry.topic is None:
            return
        found = self._interpreter.read(entry, entry.topic, datum, logged)
        if found is None:
            return
        model.applied[entry.id] = datum.recno
        # Seals are ours, and no device's.
        progress.undecoded += entry.kind is not Kind.SEAL and not found.decoded.understood
        self._filler.fill(found, self._batch)
        if not progress.snapshot:
            # Also without listeners: one may come before the watermark does.
            self._news.append(found)

    def _learn(self, datum: Datum) -> None:
        try:
            self._model.catalogue.learn(datum.recno, datum.data)
        except CorruptStore as fault:
            # The log it would have named stays unknown, and its records are counted as such.
            log.error("catalogue_record_unusable", recno=datum.recno, fault=str(fault))  # noqa: TRY400  # bad data
