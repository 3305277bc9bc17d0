"""Writing `.glog` files behind the commit log, and deleting what they made superfluous (store.md, "`.glog` behind it").

Order of durability: a log's file, then the table of tips, then deletion of a segment. After a crash in between, the
records are found again in the commit log and written again, which changes nothing.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from gdp import glog
from gdp.datum import NS_PER_S
from gdp.disk import sync_names
from gdp.errors import StoreError
from gdp.settings import StoreSettings
from gdp.store.logstate import LogState
from gdp.store.opened import Opened
from gdp.store.reader import Reader

_ROUND_LOGS_MAX = 64
_NEVER = 1 << 63  # no record has such a number
IDLE_S = 1.0


class WriteBehind:
    """Decides which logs are filed next, and files them; one thread at a time."""

    def __init__(
        self, opened: Opened, reader: Reader, settings: StoreSettings, *, monotonic: Callable[[], int]
    ) -> None:
        """Work on an open store; `monotonic` measures what filing costs, ns."""
        self._opened = opened
        self._reader = reader
        self._settings = settings
        self._monotonic = monotonic
        self._due: deque[LogState] = deque()
        self._durable: set[Path] = set()  # directories with no name in them that could still be lost
        self._working = threading.Lock()

    def noticed(self, states: Iterable[LogState], now: int) -> None:
        """Take note of logs that have got durable records at logged time `now`, ns (under the store's lock).

        Of one whose tip is before its `note_recno` there is nothing to note.
        """
        waiting, pending_max = self._opened.waiting, self._settings.glog_pending_max
        for state in states:
            if not state.pending_since:
                state.pending_since = now
                waiting[state.id] = state
            state.note_recno = state.filed_recno + pending_max
            if state.tip_recno >= state.note_recno:
                state.note_recno = _NEVER
                if not state.due:
                    state.due = True
                    self._due.append(state)

    def flush_due(self, now: int) -> float:
        """File what is due, at most a round of logs; return how many seconds to rest before the next round.

        `now` is logged time, ns.

        Raises:
            StoreError: a file cannot be written now; nothing is lost, a later round tries again.
            CorruptStore: a file holds other records than were logged.
        """
        with self._working:
            begun = self._monotonic()
            logs = self._choose(now)
            error = self._file_each(logs, now)
            if logs or self._opened.dirty:
                self._file_tips()
            self._delete_segments()
            spent_s = (self._monotonic() - begun) / NS_PER_S
        if error is not None:
            raise error
        if not logs:
            return IDLE_S
        if self._is_over_budget(2):
            return 0.0
        return spent_s / self._settings.glog_disk_share_max - spent_s

    def flush_all(self, now: int) -> None:
        """File every record that is durable now, whatever it costs; errors as `flush_due`."""
        with self._working:
            with self._opened.lock:
                logs = list(self._opened.waiting.values())
            error = self._file_each(logs, now)
            self._file_tips()
            self._delete_segments()
        if error is not None:
            raise error

    def _file_each(self, logs: list[LogState], now: int) -> StoreError | None:
        """File these logs; one that cannot be filed waits for another round and does not keep the others from it."""
        first_error: StoreError | None = None
        for state in logs:
            try:
                self._file(state, now)
            except StoreError as error:
                first_error = first_error or error
                with self._opened.lock:
                    state.due = True
                    self._due.append(state)
        return first_error

    def _choose(self, now: int) -> list[LogState]:
        """Return the logs of one round: those that hold too large a commit log, full ones, those that wait too long."""
        with self._opened.lock:
            chosen = self._holding_oldest_segment() if self._is_over_budget(1) else []
            while self._due and len(chosen) < _ROUND_LOGS_MAX:
                chosen.append(self._due.popleft())
            if len(chosen) < _ROUND_LOGS_MAX:
                chosen += self._waiting_since(now - int(self._settings.glog_lag_max_s * NS_PER_S), len(chosen))
        return chosen

    def _is_over_budget(self, times: int) -> bool:
        return self._opened.log.size_bytes > times * self._settings.commit_log_bytes

    def _holding_oldest_segment(self) -> list[LogState]:
        held = {state.id: state.chunks[0].segment for state in self._opened.waiting.values() if state.chunks}
        oldest = min(held.values(), default=0)
        if oldest >= self._opened.log.current.number:
            return []
        holding = (self._opened.waiting[log] for log, segment in held.items() if segment == oldest)
        return list(islice(holding, _ROUND_LOGS_MAX))

    def _waiting_since(self, latest: int, chosen: int) -> list[LogState]:
        overdue: list[LogState] = []
        for state in self._opened.waiting.values():  # about in order of pending_since: one that may wait ends it
            if state.pending_since > latest or len(overdue) + chosen == _ROUND_LOGS_MAX:
                break
            if not state.due:
                overdue.append(state)
        return overdue

    def _file(self, state: LogState, now: int) -> None:
        """Write a log's pending records to its file."""
        path, entry = self._opened.glog_path(state), state.entry
        until = state.tip_recno
        while state.filed_recno < until:
            records = self._reader.pending(state, self._settings.glog_records_max)
            if path.exists():
                glog.write(path, records)
            else:
                self._durable.discard(path.parent)
                glog.create(path, entry.name, entry.metadata, entry.started, records, disk=self._opened.disk)
            with self._opened.lock:
                state.filed_recno, *_, state.filed_hash = records[-1]
                state.drop_filed(self._opened.log.current.number)
        self._note_filed(state, now)

    def _note_filed(self, state: LogState, now: int) -> None:
        with self._opened.lock:
            state.due = False
            self._opened.dirty[state.id] = state
            self._opened.waiting.pop(state.id, None)
            state.pending_since = state.note_recno = 0
            if state.pending:  # what came meanwhile has waited for moments only
                self.noticed((state,), now)

    def _file_tips(self) -> None:
        with self._opened.lock:
            dirty = dict(self._opened.dirty)
            self._opened.dirty.clear()
        try:
            self._sync_names(dirty.values())
            self._opened.tips.save(dirty.values())
        except BaseException:
            with self._opened.lock:
                self._opened.dirty.update(dirty)
            raise

    def _sync_names(self, filed: Iterable[LogState]) -> None:
        """Make the names of these logs' files durable: that of a killed run's file may not be, though it is there."""
        for directory in [self._opened.glog_path(state).parent for state in filed if state.filed_recno]:
            if directory not in self._durable:
                sync_names(self._opened.disk, directory)
                self._durable.add(directory)

    def _delete_segments(self) -> None:
        """Delete the oldest segments whose records are all in files whose tips are filed, down to what is kept."""
        log = self._opened.log
        if not self._is_more_than_kept():
            return
        with self._opened.lock:
            if self._opened.dirty:
                return
            held = [state.chunks[0].segment for state in self._opened.waiting.values() if state.chunks]
        # The newest sealed one stays in any case: redeliveries after a crash are told from its packet ids.
        oldest_held = min([*held, log.current.number - 1])
        while log.segments[0].number < oldest_held and self._is_more_than_kept():
            log.delete_oldest()

    def _is_more_than_kept(self) -> bool:
        log = self._opened.log
        return log.size_bytes - log.segments[0].size >= self._settings.commit_log_keep_bytes
