"""Committing, in the store's one thread: plan a batch, write it as one durable frame, let readers see it."""

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType

from gdp.catalogue import SEAL_TOPIC, Kind
from gdp.clock import LoggedClock
from gdp.commitlog.layout import Footer
from gdp.errors import DiskFull, StoreFailed
from gdp.seal import Sealed, encode_seals
from gdp.settings import StoreSettings
from gdp.store import recovery
from gdp.store.items import Commit, Item, Results, Write
from gdp.store.logstate import LogState
from gdp.store.opened import Opened
from gdp.store.plan import Plan
from gdp.store.planner import Planner

_NS_PER_MS = 1_000_000
_SCANNED_BYTES_MAX = 4 << 20  # 20,000 records, read through in 0.1 s when a store opens


class Writer:
    """The writing half of a store. `watermark` and `now` may be asked by any thread."""

    def __init__(
        self,
        opened: Opened,
        planner: Planner,
        clock: LoggedClock,
        settings: StoreSettings,
        noticed: Callable[[Iterable[LogState], int], None],
    ) -> None:
        """Write to an open store; `noticed` is told which logs have got durable records, and when, under the lock."""
        self._opened = opened
        self._planner = planner
        self.clock = clock
        self._segment_bytes = settings.segment_bytes
        self._reserve = settings.watermark_reserve_ms * _NS_PER_MS
        self._noticed = noticed
        self._in_flight = False
        self._asked = False
        self._writing = _Writing(opened.root)
        self._written = {state.id: state for state in recovery.own_uncovered(opened)}
        """What got records since the last seal: among these are all tips that nothing covers."""
        self._chunks = recovery.chunks_of_current(opened)

    def commit(self, batch: Sequence[Item]) -> Commit:
        """Store a batch (as `Store.commit`)."""
        with self._writing:
            self._rotate_if_full(self._segment_bytes)
            with self._opened.lock:
                first = self.clock.now()
                self._in_flight = True
            try:
                segment = self._opened.log.current
                plan = self._planner.plan(batch, segment=segment.number, size=segment.size, first=first)
                return self._write(plan, first)
            finally:
                self._in_flight = False

    def seal(self) -> Commit | None:
        """Sign the tips that no signature covers (as `Store.seal`)."""
        tips = [
            (state, Sealed(state.entry.name, state.tip_recno, state.tip_hash))
            for state in self._written.values()
            if state.uncovered and state.tip_hash is not None
        ]
        if not tips:
            self._written = {}
            return None
        parts = encode_seals([sealed for _, sealed in tips])
        commit = self.commit([Write(SEAL_TOPIC, (data,), Kind.SEAL) for data in parts])
        with self._opened.lock:
            for state, (_, recno, _) in tips:
                state.covered_recno = max(state.covered_recno, recno)
                self._opened.dirty[state.id] = state
        self._written = {}
        return commit

    def now(self) -> int:
        """Return logged time, ns."""
        with self._opened.lock:
            return self.clock.now()

    def watermark(self) -> int:
        """Return a logged time at or before which nothing is still to come (as `Store.watermark`)."""
        with self._opened.lock:
            self._asked = True
            if not self._in_flight:
                mark = min(self.clock.now(), self._opened.log.reserved)
                self.clock.advance(max(mark, self.clock.last))
            return self.clock.last

    def reserve(self) -> bool:
        """Extend the durable promise that watermarks are made from (as `Store.reserve`)."""
        with self._writing:
            now = self.now()
            if not self._asked or self._opened.log.reserved - now > self._reserve // 2:
                return False
            self._asked = False
            self._rotate_if_full(self._segment_bytes)
            self._mark(now + self._reserve)
            return True

    def finish(self) -> None:
        """Write down exactly what watermarks have promised, so that the next run need not wait for the clock.

        A large segment is sealed, for its index is read faster than its records.
        """
        with self._writing:
            self._rotate_if_full(min(self._segment_bytes, _SCANNED_BYTES_MAX))
            self._mark(self.clock.last)

    def close(self) -> None:
        """Commit nothing any more."""
        self._writing.failed = self._writing.failed or StoreFailed(f"the store in {self._opened.root} has been closed")

    @property
    def failed(self) -> bool:
        """Whether the disk failed, so that nothing may be written any more."""
        return self._writing.failed is not None

    def _write(self, plan: Plan, first: int) -> Commit:
        previous = self._opened.log.position
        results = Results(plan.outcomes, any_refused=plan.any_refused)
        if not plan.appended:
            return Commit(previous, previous, previous, results, [], 0)
        last = plan.next - 1
        reserved = last + self._reserve
        try:
            body = plan.body.body()
            self._opened.log.append(body, count=plan.body.count, first=first, last=last, reserved=reserved)
        except DiskFull:
            with self._opened.lock:
                self._planner.forget(plan)
            raise
        with self._opened.lock:
            self._publish(plan)
            self.clock.advance(last)
            self._opened.log.publish(position=last, reserved=reserved)
            self._in_flight = False
        return Commit(first, last, previous, results, plan.appended, plan.body.bytes)

    def _publish(self, plan: Plan) -> None:
        self._chunks += plan.chunks
        for state in plan.created.values():
            self._opened.registry.add(state)
            self._opened.dirty[state.id] = state
        noted: list[LogState] = []
        for state in plan.touched.values():
            recno = state.tip_recno = state.planned_recno
            state.tip_hash = state.planned_hash
            if recno >= state.note_recno:
                noted.append(state)
        for state, recno in plan.signed:
            state.signed_recno = recno
            state.covered_recno = max(recno, state.covered_recno)
        self._written.update(plan.touched)
        if noted:
            self._noticed(noted, plan.next)

    def _mark(self, reserved: int) -> None:
        position = self._opened.log.position
        self._opened.log.append(b"", count=0, first=position, last=position, reserved=reserved)
        with self._opened.lock:
            self._opened.log.publish(position=position, reserved=reserved)

    def _rotate_if_full(self, full_bytes: int) -> None:
        log = self._opened.log
        if log.current.size < full_bytes:
            return
        with self._opened.lock:
            logs = [state.index(chunk) for state, chunk in self._chunks if chunk.places]
        log.seal(Footer(log.position, log.reserved, logs))
        with self._opened.lock:
            for state, _ in self._chunks:
                state.places = None
                state.drop_filed(log.current.number)
        self._chunks = []


class _Writing:
    """Entered while something is written, by one thread at a time; what ends it in the midst is the end of the writer.

    A class, for a generator would cost each commit twice as much.
    """

    __slots__ = ("_lock", "_root", "failed")

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self.failed: StoreFailed | None = None

    def __enter__(self) -> None:
        self._lock.acquire()
        if self.failed is not None:
            self._lock.release()
            raise self.failed

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, DiskFull):  # after that one everything is as before
            self.failed = error if isinstance(error, StoreFailed) else _interrupted(self._root, error)
        self._lock.release()


def _interrupted(root: Path, error: BaseException) -> StoreFailed:
    """What ends in the midst of a commit (a signal's exception, say) leaves memory and disk at odds until a restart."""
    return StoreFailed(f"a commit to the store in {root} was interrupted by {type(error).__name__}: open it again")
