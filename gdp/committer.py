"""Group commit for an asyncio process: what arrives while the disk is busy is the next frame (store.md, "Commit log").

The store's one thread commits, seals and reserves; a second one writes `.glog` files, so that commits never wait for
SQLite. A small batch is committed on the loop, which waits for the disk then, as long as the disk has been quick: what
comes alone would pay more for two threads that wake each other than for its own commit.
"""

import asyncio
import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

from gdp.errors import DiskFull, GdpError, StoreError, StoreFailed, Unavailable
from gdp.store import Commit, Item, Results, Store, results_of, size_of
from gdp.worker import Worker

_log = logging.getLogger(__name__)

_EXIT_IO_ERROR = 74  # EX_IOERR of sysexits.h
_RESERVE_INTERVAL_S = 0.5
_FILING_RETRY_S = 10.0
_MS_PER_S = 1_000
_NS_PER_MS = 1_000_000
_LATELY = 8  # commits, about, that the average is of

T = TypeVar("T")
OnCommit = Callable[[Commit], None]
OnPause = Callable[[str | None], None]
Fatal = Callable[[BaseException], None]


def exit_at_once(error: BaseException) -> None:
    """End the process with a sentence and status 74, without trying to write anything more."""
    print(f"the store cannot go on: {error}", file=sys.stderr, flush=True)  # noqa: T201, logging may be what is broken
    os._exit(_EXIT_IO_ERROR)


class _Waiting(NamedTuple):
    items: Sequence[Item]
    size: int
    done: asyncio.Future[Results]


class Committer:
    """Commits what is submitted, in order, to a store that its caller opens and closes. Use with `async with`.

    Leaving waits until everything submitted is durable and sealed; nothing more is accepted meanwhile.

    Attributes:
        store: the store; reading it is up to anybody, writing it to this object alone.
        paused: why nothing can be stored for the moment (the disk is full), or None.
        filing_error: why `.glog` files cannot be written for the moment, or None; commits go on.
    """

    def __init__(
        self, store: Store, *, fatal: Fatal = exit_at_once, clock: Callable[[], int] = time.monotonic_ns
    ) -> None:
        """Commit to `store`; `fatal` is called on the loop when the disk fails, and must end the process.

        `clock` is monotonic, ns.
        """
        self.store = store
        self.paused: str | None = None
        self.filing_error: str | None = None
        self._fatal = fatal
        self._clock = clock
        self._lately_ns = 0
        self._settings = store.settings
        self._queue: deque[_Waiting] = deque()
        self._queue_bytes = 0
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._chores: deque[Callable[[], object]] = deque()
        self._closing = False
        self._on_commit: list[OnCommit] = []
        self._on_pause: list[OnPause] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._thread = Worker("store-commit")
        self._filing: threading.Thread
        self._filing_stops = threading.Event()

    async def __aenter__(self) -> Self:
        seal, reserve = self.store.seal, self.store.reserve
        self._tasks = [  # no TaskGroup: whoever is cancelled, what was submitted is still to be committed
            asyncio.create_task(self._commit_all(), name="store-commit"),
            asyncio.create_task(self._repeat(seal, self._settings.signature_interval_s), name="store-seal"),
            asyncio.create_task(self._repeat(reserve, _RESERVE_INTERVAL_S), name="store-reserve"),
        ]
        loop = asyncio.get_running_loop()
        self._filing = threading.Thread(target=self._file, args=(loop,), name="store-glog", daemon=True)
        self._filing.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._filing_stops.set()
        self._chores.append(self.store.seal)
        self._wake.set()
        committing, *tickers = self._tasks
        for task in tickers:
            task.cancel()
        await asyncio.gather(committing, *tickers, return_exceptions=True)
        await asyncio.to_thread(self._filing.join)
        self._thread.stop()

    def submit(self, items: Sequence[Item]) -> asyncio.Future[Results]:
        """Hand over items; the future has one result each, in order, when they are durable.

        The future raises DiskFull or StoreFailed if they never will be, Unavailable if the committer is closing.
        """
        done: asyncio.Future[Results] = asyncio.get_running_loop().create_future()
        if self._closing:
            done.set_exception(Unavailable("the store is closing"))
            return done
        size = size_of(items)
        self._queue.append(_Waiting(items, size, done))
        self._queue_bytes += size
        if self._queue_bytes > self._settings.queue_bytes_max:
            self._room.clear()
        self._wake.set()
        return done

    async def room(self) -> None:
        """Wait until less waits than `queue_bytes_max`: call it before submitting, so that the queue stays bounded."""
        await self._room.wait()

    def on_commit(self, listener: OnCommit) -> None:
        """Call `listener` on the loop with each commit that stored something, in order, before its futures are done."""
        self._on_commit.append(listener)

    def on_pause(self, listener: OnPause) -> None:
        """Call `listener` on the loop when storing pauses (with the reason) and when it goes on (with None)."""
        self._on_pause.append(listener)

    async def _commit_all(self) -> None:
        try:
            while not self._closing or self._queue or self._chores:
                await self._wake.wait()
                self._wake.clear()
                await self._commit_waiting()
        except Exception as error:  # noqa: BLE001, whatever it is, the state in memory is not that on disk any more
            self._closing = True
            self._give_up(error)
            self._fatal(error)

    async def _commit_waiting(self) -> None:
        while self._queue or self._chores:
            if self._queue:
                await self._commit_batch(self._take())
            if self._chores:
                with suppress(DiskFull):  # while closing: the next run seals what is left
                    done = await self._whenever_there_is_room(self._chores.popleft(), self._in_thread)
                    if isinstance(done, Commit):
                        self._tell(done)

    async def _commit_batch(self, waiting: list[_Waiting]) -> None:
        items = [item for group in waiting for item in group.items]
        try:
            size = sum([group.size for group in waiting])
            commit = await self._whenever_there_is_room(lambda: self._commit(items), self._place_for(size))
        except GdpError as error:
            for group in waiting:
                _fail(group, error)
            if not isinstance(error, DiskFull):
                raise
            return
        self._tell(commit)
        begin = 0
        for group in waiting:
            end = begin + results_of(group.items)
            if not group.done.done():
                group.done.set_result(commit.results[begin:end])
            begin = end

    def _place_for(self, size: int) -> Callable[[Callable[[], T]], Awaitable[T]]:
        """Where to commit so many bytes."""
        is_small = size <= self._settings.commit_inline_bytes_max
        is_quick = self._lately_ns <= self._settings.commit_inline_ms_max * _NS_PER_MS
        return _at_once if is_small and is_quick else self._in_thread

    def _commit(self, items: Sequence[Item]) -> Commit:
        began = self._clock()
        try:
            return self.store.commit(items)
        finally:
            self._lately_ns += (self._clock() - began - self._lately_ns) // _LATELY

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await self._thread.call(work)

    async def _whenever_there_is_room(
        self, work: Callable[[], T], place: Callable[[Callable[[], T]], Awaitable[T]]
    ) -> T:
        """Do it there; while the disk is full, again and again until the committer closes."""
        while True:
            try:
                result = await place(work)
            except DiskFull as error:
                if self._closing:
                    raise
                self._pause(str(error))
                await asyncio.sleep(self._settings.disk_full_retry_ms / _MS_PER_S)
            else:
                self._pause(None)
                return result

    def _take(self) -> list[_Waiting]:
        taken = [self._queue.popleft()]
        size = taken[0].size
        while self._queue and size + self._queue[0].size <= self._settings.batch_bytes_max:
            group = self._queue.popleft()
            taken.append(group)
            size += group.size
        self._queue_bytes -= size
        if self._queue_bytes <= self._settings.queue_bytes_max:
            self._room.set()
        return taken

    def _tell(self, commit: Commit) -> None:
        if commit.appended:
            for listener in self._on_commit:
                listener(commit)

    def _pause(self, reason: str | None) -> None:
        if (reason is None) == (self.paused is None):
            return
        self.paused = reason
        for listener in self._on_pause:
            listener(reason)

    def _give_up(self, error: Exception) -> None:
        while self._queue:
            _fail(self._queue.popleft(), error)
        self._room.set()

    async def _repeat(self, chore: Callable[[], object], interval_s: float) -> None:
        while True:
            await asyncio.sleep(interval_s)
            if chore not in self._chores:
                self._chores.append(chore)
                self._wake.set()

    def _file(self, loop: asyncio.AbstractEventLoop) -> None:
        rest_s = 0.0
        while not self._filing_stops.wait(rest_s):
            try:
                rest_s = self.store.flush_due()
            except StoreFailed as error:
                loop.call_soon_threadsafe(self._fatal, error)
                return
            except StoreError as error:
                rest_s = _FILING_RETRY_S
                self.filing_error = str(error)
                _log.error("filing_failed reason=%s", error)
            except Exception as error:  # noqa: BLE001, a thread that ends unheard would let the commit log grow for ever
                loop.call_soon_threadsafe(self._fatal, error)
                return
            else:
                self.filing_error = None


async def _at_once(work: Callable[[], T]) -> T:
    return work()


def _fail(group: _Waiting, error: Exception) -> None:
    if not group.done.done():
        group.done.set_exception(error)
        group.done.exception()  # who submitted may have gone: no complaint about an error that nobody fetched
