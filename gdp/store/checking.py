"""Checking a whole store on disk: every link, signature, seal and tip, in one pass over its files and commit log."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from gdp import glog
from gdp.catalogue import SEAL_ID
from gdp.chain import Report, Walk
from gdp.datum import Datum
from gdp.errors import CorruptStore, GdpError, NotFound
from gdp.metadata import Metadata
from gdp.names import GdpName, printable
from gdp.seal import decode_seal
from gdp.store import recovery
from gdp.store.following import frames_after
from gdp.store.identity import Identity, read_identity
from gdp.store.logstate import LogState
from gdp.store.opened import Opened

Tips = Mapping[GdpName, tuple[int, bytes]]
"""Per log the number of its last record, and that record's hash."""
Tell = Callable[[int, int], None]
"""Told of progress: records checked, records in all."""

_PAGE_RECORDS = 1_000
_Seals = dict[bytes, dict[int, bytes]]


class Checked(NamedTuple):
    """A store in which nothing is wrong. `position` in ns."""

    identity: Identity
    position: int
    records: int
    tips: Tips


def check_store(root: Path, tell: Tell, *, tips: Tips | None = None) -> Checked:
    """Check the store in this directory, which nobody writes meanwhile; `tips` are records that it has to hold.

    Raises:
        NotFound: there is no store.
        CorruptStore: what is wrong, with log and record.
    """
    identity = read_identity(root)
    if identity is None:
        raise NotFound(f"{root} holds no store")
    opened = Opened.at(root, identity)
    recovery.load(opened, writable=False)
    states = opened.registry.all()
    for name in tips or ():
        if opened.registry.by_name(name) is None:
            raise CorruptStore(f"log {printable(name)} is missing")
    check = _Check(opened, tips or {}, tell)
    check.files(sorted(states, key=lambda state: state.entry.id != SEAL_ID))
    check.commit_log()
    held = {state.entry.name: (state.tip_recno, state.tip_hash) for state in states if state.tip_hash is not None}
    return Checked(identity, opened.log.position, check.records, held)


class _Check:
    """One pass. The seal log's files and segments come first, for the others are checked against what it says."""

    def __init__(self, opened: Opened, tips: Tips, tell: Tell) -> None:
        self._opened = opened
        self._tell = tell
        self._total = sum(state.tip_recno for state in opened.registry.all())
        self._walks: dict[GdpName, tuple[LogState, Walk]] = {}
        self._seals: _Seals = {}
        self._tips = tips
        self.records = 0

    def files(self, states: list[LogState]) -> None:
        """Walk through what the log files hold; what is only in the commit log waits for `commit_log`."""
        self._read_seals()
        for state in states:
            walk = Walk(Metadata.parse(state.entry.metadata), seals=self._must_hold(state))
            for datum in self._filed(state):
                walk.add(datum)
                self._count()
            if state.pending:
                self._walks[state.entry.name] = state, walk
            else:
                _judge(state, walk.finish())

    def commit_log(self) -> None:
        """Walk through the rest, in the order in which it was logged."""
        for name, datum, _ in self._frames():
            waiting = self._walks.get(name)
            if waiting is not None and datum.recno > waiting[0].filed_recno:
                waiting[1].add(datum)
                self._count()
        for state, walk in self._walks.values():
            _judge(state, walk.finish())

    def _must_hold(self, state: LogState) -> Mapping[int, bytes]:
        known = dict(self._seals.get(state.entry.name, {}))
        recno, tip_hash = self._tips.get(state.entry.name, (0, b""))
        if recno and known.setdefault(recno, tip_hash) != tip_hash:
            raise _fault(state, f"record {recno} is sealed with another hash than it should have")
        return known

    def _read_seals(self) -> None:
        seal = self._opened.registry.by_id(SEAL_ID)
        if seal is None:
            return
        for datum in self._filed(seal):
            self._note_seal(seal, datum)
        if seal.pending:
            for name, datum, _ in self._frames():
                if name == seal.entry.name and datum.recno > seal.filed_recno:
                    self._note_seal(seal, datum)

    def _note_seal(self, seal: LogState, datum: Datum) -> None:
        try:
            for sealed in decode_seal(datum.data):  # the newest of each log covers everything before it
                self._seals[sealed.log] = {sealed.recno: sealed.hash}
        except GdpError as error:
            raise _fault(seal, f"record {datum.recno}: {error}") from error

    def _filed(self, state: LogState) -> Iterator[Datum]:
        path = self._opened.glog_path(state)
        if not state.filed_recno:
            return
        first = 0
        while first <= state.filed_recno:
            page = glog.read(path, first, min(first + _PAGE_RECORDS - 1, state.filed_recno))
            if not page or page[0].recno != first:
                raise _fault(state, f"record {first} is missing in {path}")
            if first == 0 and page[0].data != state.entry.metadata:
                raise _fault(state, f"{path} has the metadata of another log")
            for datum in page[1:] if first == 0 else page:
                if not _is_typed(datum):
                    raise _fault(
                        state, f"record {datum.recno} of {path} has a value of another type than it was written"
                    )
                yield datum
            first = page[-1].recno + 1

    def _frames(self) -> Iterator[tuple[GdpName, Datum, int]]:
        oldest = self._opened.log.segments[0].header.previous
        for frame in frames_after(self._opened, oldest):
            yield from frame

    def _count(self) -> None:
        self.records += 1
        if self.records % _PAGE_RECORDS == 0:
            self._tell(self.records, self._total)


def _is_typed(datum: Datum) -> bool:
    """Tell whether a file's row holds what a record does; SQLite keeps any type in any column."""
    blobs = (datum.data, datum.prevhash or b"", datum.sig or b"")
    return (
        isinstance(datum.ts, int) and isinstance(datum.accuracy, float) and all(type(each) is bytes for each in blobs)
    )


def _judge(state: LogState, report: Report) -> None:
    if not report.ok:
        first = report.faults[0]
        raise _fault(state, f"record {first.recno}, {first.field}: {first.reason}")
    if (report.last, report.tip) != (state.tip_recno, state.tip_hash):
        raise _fault(state, f"record {state.tip_recno} should be the last, with another hash")


def _fault(state: LogState, reason: str) -> CorruptStore:
    title = state.entry.topic or "created over the wire"
    return CorruptStore(f"log {printable(state.entry.name)} ({title}): {reason}")
