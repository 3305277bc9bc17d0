"""Opening what a directory holds: tips from their table, then the commit log's records on top of them."""

from collections.abc import Iterator
from hashlib import sha256

from gdp import glog
from gdp.catalogue import CATALOGUE_ID, SEAL_ID, decode_entry
from gdp.commitlog.frame import Stored
from gdp.commitlog.layout import LogIndex, new_places
from gdp.commitlog.segment import BadFrameAt, Segment, corrupt
from gdp.errors import CorruptStore
from gdp.names import printable
from gdp.seal import decode_seal
from gdp.store.logstate import Chunk, LogState
from gdp.store.opened import Opened


def load(opened: Opened, *, writable: bool) -> None:
    """Fill an opened store from its directory; the commit log's torn tail is found, nothing is changed.

    Raises:
        CorruptStore: what is on disk is not what was written.
    """
    opened.log.open(writable=writable)
    for state in opened.tips.load() or _tips_of_files(opened):
        opened.registry.add(state)
    opened.registry.add(LogState(opened.identity.entry))
    replay = _Replay(opened)
    for segment in opened.log.segments:
        if segment.footer is None:
            replay.frames(segment)
        else:
            replay.index(segment)
    current = opened.log.current.number
    for state in opened.registry.all():
        state.drop_filed(current)
        if state.pending:
            opened.waiting[state.id] = state
        else:  # its file held more than the table of tips knew
            state.pending_since = 0


def own_uncovered(opened: Opened) -> Iterator[LogState]:
    """Return the own logs whose tip neither a signature nor a seal covers."""
    return (state for state in opened.registry.all() if state.uncovered)


def chunks_of_current(opened: Opened) -> list[tuple[LogState, Chunk]]:
    """Return what the segment that is appended to holds, log by log: its index when it is sealed."""
    current = opened.log.current.number
    return [
        (state, state.chunk)
        for state in opened.registry.all()
        if state.chunk is not None and state.chunk.segment == current
    ]


def _tips_of_files(opened: Opened) -> Iterator[LogState]:
    """Make the table's contents anew, from the catalogue's file and each log's."""
    catalogue = LogState(opened.identity.entry)
    yield _with_tip_of_file(opened, catalogue)
    if catalogue.filed_recno:
        for datum in glog.read(opened.glog_path(catalogue), 1, catalogue.filed_recno):
            yield _with_tip_of_file(opened, LogState(decode_entry(datum.recno, datum.data)))


def _with_tip_of_file(opened: Opened, state: LogState) -> LogState:
    path = opened.glog_path(state)
    if path.exists():
        recno, tip_hash, signed_recno = glog.tip(path)
        state.set_filed(recno, tip_hash, signed_recno=signed_recno)
    opened.dirty[state.entry.id] = state
    return state


class _Replay:
    """Adds the records of segments, oldest first, to logs whose files may hold some of them already."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._registry = opened.registry

    def frames(self, segment: Segment) -> None:
        """Add the records of a segment that has no index."""
        chunks: dict[int, Chunk] = {}
        hashes: dict[int, bytes] = {}
        try:
            for found in segment.frames():
                for place, record in found.records():
                    self._add(segment, place, record, chunks, hashes)
        except BadFrameAt as error:
            raise corrupt(segment.path, error.place, error) from error

    def index(self, segment: Segment) -> None:
        """Add the records of a sealed segment, by its index; its frames are checked if some are not in files yet."""
        assert segment.footer is not None
        logs = [index for index in segment.footer.logs if self._is_pending(index)]
        if logs:
            self._opened.log.check(segment)
        for index in sorted(logs, key=lambda index: index.log):  # the catalogue comes first
            if index.log == CATALOGUE_ID:
                self._add_logs(segment, index)
            elif index.log == SEAL_ID:
                self._add_seals(segment, index)
            state = self._state(segment, segment.end, index.log)
            self._check_follows(segment, index.places[0], state, index.first)
            if index.last > state.tip_recno:
                state.set_tip(index.last, index.hash, signed_recno=index.signed)
            if index.last > state.filed_recno:
                state.chunks.append(Chunk(segment.number, index.first, index.places))
                state.pending_since = state.pending_since or segment.header.previous or 1

    def _is_pending(self, index: LogIndex) -> bool:
        state = self._registry.by_id(index.log)
        return state is None or index.last > state.filed_recno

    def _add(
        self, segment: Segment, place: int, record: Stored, chunks: dict[int, Chunk], hashes: dict[int, bytes]
    ) -> None:
        log, recno = record.log, record.recno
        state = self._state(segment, place, log)
        chunk = chunks.get(log)
        if chunk is None:
            self._check_follows(segment, place, state, recno)
            chunk = chunks[log] = state.chunk = Chunk(segment.number, recno, new_places())
            state.chunks.append(chunk)
        if recno != chunk.last + 1:
            raise corrupt(segment.path, place, f"record {chunk.last + 1} of log {log} should begin here")
        chunk.places.append(place)
        if recno > state.filed_recno:
            self._check_chain(segment, place, state, record, hashes)
        elif recno == state.filed_recno and state.filed_hash is not None:
            hashes[log] = state.filed_hash
        self._note(record)

    def _check_chain(
        self, segment: Segment, place: int, state: LogState, record: Stored, hashes: dict[int, bytes]
    ) -> None:
        log, recno = record.log, record.recno
        previous = record.prevhash or (hashes.get(log) if record.chained else None)
        if record.chained and (previous is None or (state.tip_hash is not None and previous != state.tip_hash)):
            raise corrupt(segment.path, place, f"record {recno} of log {log} is not chained to the one before it")
        digest = sha256(record.data).digest()
        hashes[log] = state.hasher.digest(recno, record.ts, record.accuracy, previous, digest)
        state.set_tip(recno, hashes[log], signed_recno=recno if record.sig else 0)
        state.pending_since = state.pending_since or record.logged

    def _note(self, record: Stored) -> None:
        if record.log == CATALOGUE_ID:
            self._add_log(record)
        elif record.log == SEAL_ID:
            self._cover(record.data)

    def _cover(self, data: bytes) -> None:
        for name, recno, _ in decode_seal(data):
            state = self._registry.by_name(name)
            if state is not None and recno > state.covered_recno:
                state.covered_recno = recno
                self._opened.dirty[state.entry.id] = state

    def _add_logs(self, segment: Segment, index: LogIndex) -> None:
        for place in index.places:
            self._add_log(segment.record(place))

    def _add_log(self, record: Stored) -> None:
        if self._registry.by_id(record.recno) is None:
            state = LogState(decode_entry(record.recno, record.data))
            self._registry.add(state)
            self._opened.dirty[record.recno] = state

    def _add_seals(self, segment: Segment, index: LogIndex) -> None:
        for place in index.places:
            self._cover(segment.record(place).data)

    def _state(self, segment: Segment, place: int, log: int) -> LogState:
        state = self._registry.by_id(log)
        if state is None:
            raise corrupt(segment.path, place, f"it names log {log}, which the catalogue does not list")
        return state

    def _check_follows(self, segment: Segment, place: int, state: LogState, first: int) -> None:
        """Check that nothing is missing before record `first`; a table of tips that is behind is put right."""
        if first <= state.tip_recno + 1:
            return
        path = self._opened.glog_path(state)
        filed = glog.tip(path) if path.exists() else glog.Tip(0, None, 0)
        if first > filed.recno + 1:
            raise CorruptStore(
                f"records {state.tip_recno + 1} to {first - 1} of log {printable(state.entry.name)} are neither in its "
                f"file nor in the commit log before byte {place} of {segment.path}. Restore the directory from a "
                "backup or a mirror"
            )
        state.set_filed(filed.recno, filed.hash, signed_recno=filed.signed_recno)
        self._opened.dirty[state.entry.id] = state
