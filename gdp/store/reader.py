"""Reading a log as one, from its file and from the records that are still only in the commit log."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple, TypeVar

from gdp import glog
from gdp.commitlog.segment import corrupt
from gdp.datum import Datum
from gdp.errors import NotFound
from gdp.names import printable
from gdp.store.logstate import Chunk, LogState
from gdp.store.opened import Opened
from gdp.store.readback import rows

_TRIES = 8
_PIECE_RECORDS = 1_000  # in memory at a time, where a reader wants a few from the end of many

T = TypeVar("T")


class _Moment(NamedTuple):
    """A log at one moment: its tip, and which records are in its file and which are in the commit log."""

    tip: int
    tip_hash: bytes | None
    filed: int
    filed_hash: bytes | None
    chunks: list[Chunk]


class Reader:
    """Reads logs; any thread may."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def read(self, name: bytes, first: int, count: int) -> list[Datum]:
        """Return at most `count` records from number `first` on (-1: all); negative numbers count from the end.

        Record 0 is the metadata. Numbers that do not exist yield nothing.

        Raises:
            NotFound: no such log.
            CorruptStore: what is on disk is not what was written.
        """
        state = self._state(name)
        return self._retrying(lambda: self._read(state, self._moment(state), first, count))

    def read_by_ts(self, name: bytes, ts: int, count: int) -> list[Datum]:
        """Return at most `count` records of time `ts` (ns) or later in order of time (-1: all); errors as `read`."""
        state = self._state(name)
        return self._retrying(lambda: self._read_by_ts(state, self._moment(state), ts, count))

    def read_by_hash(self, name: bytes, record_hash: bytes) -> Datum | None:
        """Return the record with this hash, None if there is none; errors as `read`."""
        state = self._state(name)
        return self._retrying(lambda: self._read_by_hash(state, self._moment(state), record_hash))

    def hash_of(self, state: LogState, recno: int) -> bytes:
        """Return the hash of a record that the log holds.

        Raises:
            NotFound: it does not hold it.
        """
        found = self.read(state.entry.name, recno, 1)
        if not found:
            raise NotFound(f"log {printable(state.entry.name)} has no record {recno}")
        return state.hasher.hash(found[0])

    def pending(self, state: LogState, count_max: int) -> list[glog.Row]:
        """Return the first records that the log's file lacks, as it will hold them."""
        moment = self._moment(state)
        last = min(moment.tip, moment.filed + count_max)
        return list(self._rows(state, moment, moment.filed + 1, last))

    def _state(self, name: bytes) -> LogState:
        state = self._opened.registry.by_name(name)
        if state is None:
            raise NotFound(f"no log {printable(name)} here")
        return state

    def _moment(self, state: LogState) -> _Moment:
        with self._opened.lock:
            return _Moment(state.tip_recno, state.tip_hash, state.filed_recno, state.filed_hash, state.chunks[:])

    @staticmethod
    def _retrying(read: Callable[[], T]) -> T:
        # A segment may be emptied into files and deleted between the moment and the reading: then look again.
        for _ in range(_TRIES - 1):
            try:
                return read()
            except KeyError:
                continue
        return read()

    def _read(self, state: LogState, moment: _Moment, first: int, count: int) -> list[Datum]:
        if first < 0:
            first = max(moment.tip + first + 1, 1)
        last = moment.tip if count < 0 else min(moment.tip, first + count - 1)
        found: list[Datum] = []
        if first == 0 and count != 0:
            found.append(Datum(0, state.entry.started, 0.0, None, state.entry.metadata, None))
            first = 1
        if first <= min(last, moment.filed):
            found += glog.read(self._opened.glog_path(state), first, min(last, moment.filed))
        if last > moment.filed:
            found += [datum for datum, _ in self._walk(state, moment, max(first, moment.filed + 1), last)]
        return found

    def _read_by_ts(self, state: LogState, moment: _Moment, ts: int, count: int) -> list[Datum]:
        found: list[Datum] = []
        if moment.filed:
            found = glog.read_by_ts(self._opened.glog_path(state), ts, moment.filed, count)
        if not 0 <= count <= len(found) or state.foreign:  # own logs are in order of time, so the file comes first
            walk = self._walk(state, moment, moment.filed + 1, moment.tip)
            found += [datum for datum, _ in walk if datum.ts >= ts]
        found.sort(key=lambda datum: (datum.ts, datum.recno))
        return found if count < 0 else found[:count]

    def _read_by_hash(self, state: LogState, moment: _Moment, record_hash: bytes) -> Datum | None:
        for datum, found in self._walk(state, moment, moment.filed + 1, moment.tip):
            if found == record_hash:
                return datum
        if not moment.filed:
            return None
        return glog.read_by_hash(self._opened.glog_path(state), record_hash)

    def _walk(self, state: LogState, moment: _Moment, first: int, last: int) -> Iterator[tuple[Datum, bytes]]:
        """Yield pending records with their hashes."""
        return ((Datum._make(row[:6]), row[6]) for row in self._rows(state, moment, first, last))

    def _rows(self, state: LogState, moment: _Moment, first: int, last: int) -> Iterator[glog.Row]:
        """Yield pending records, walking from the nearest known prevhash, for most do not carry theirs."""
        return chain.from_iterable(self._pieces(state, moment, first, last))

    def _pieces(self, state: LogState, moment: _Moment, first: int, last: int) -> Iterator[list[glog.Row]]:
        if first > last:
            return
        previous, tip = moment.filed_hash, moment.tip
        for chunk in moment.chunks:
            if chunk.last < first or chunk.last <= moment.filed:
                continue
            segment = self._opened.log.segment(chunk.segment)
            end = min(last, chunk.last)
            for begin in range(max(chunk.first, moment.filed + 1), end + 1, _PIECE_RECORDS):
                until = min(end, begin + _PIECE_RECORDS - 1)
                found = rows(state, segment, chunk, first=begin, last=until, previous=previous)
                recno, previous = found[-1][0], found[-1][6]
                if recno == tip and previous != moment.tip_hash:
                    raise corrupt(segment.path, chunk.places[recno - chunk.first], f"record {recno} was changed")
                if recno >= first:
                    yield found[max(first - begin, 0) :]
            if chunk.last >= last:
                return
