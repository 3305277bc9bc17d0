"""Group commit for an asyncio process: what arrives while the disk is busy is the next frame (store.md, "Commit log").

The store's one thread commits, seals and reserves; a second one writes `.glog` files (`filing`). A small batch is
committed on the loop, which waits for the disk then, as long as the disk has been quick: what comes alone would pay
more for two threads that wake each other than for its own commit, and more for a turn of the loop than for waiting.
"""

import asyncio
import os
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from gdp.commitqueue import CommitQueue, Waiting
from gdp.errors import DiskFull, GdpError, Unavailable
from gdp.filing import Filing
from gdp.store import Commit, Item, Results, Store, results_of, size_of
from gdp.worker import Worker

_EXIT_IO_ERROR = 74  # EX_IOERR of sysexits.h
_RESERVE_INTERVAL_S = 0.5
_MS_PER_S = 1_000
_NS_PER_MS = 1_000_000
_LATELY = 8  # commits, about, that the average is of

T = TypeVar("T")
OnCommit = Callable[[Commit], None]
OnPause = Callable[[str | None], None]
Fatal = Callable[[BaseException], None]
_Place = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Does work somewhere; gives whatever the work returns."""
_Chore = tuple[Callable[[], object], _Place]


def exit_at_once(error: BaseException) -> None:
    """End the process with a sentence and status 74, without trying to write anything more."""
    print(f"the store cannot go on: {error}", file=sys.stderr, flush=True)  # noqa: T201, logging may be what is broken
    os._exit(_EXIT_IO_ERROR)


class Committer:
    """Commits what is submitted, in order, to a store that its caller opens and closes. Use with `async with`.

    Leaving waits until everything submitted is durable and sealed; nothing more is accepted meanwhile.

    Attributes:
        store: the store; reading it is up to anybody, writing it to this object alone.
        paused: why nothing can be stored for the moment (the disk is full), or None.
    """

    def __init__(
        self, store: Store, *, fatal: Fatal = exit_at_once, clock: Callable[[], int] = time.monotonic_ns
    ) -> None:
        """Commit to `store`; `fatal` is called on the loop when the disk fails, and must end the process.

        `clock` is monotonic, ns.
        """
        self.store = store
        self.paused: str | None = None
        self._fatal = fatal
        self._clock = clock
        self._settings = store.settings
        self._inline_bytes_max = self._settings.commit_inline_bytes_max
        self._inline_ns_max = int(self._settings.commit_inline_ms_max * _NS_PER_MS)
        self._lately_ns = 0
        self._queue = CommitQueue(self._settings.queue_bytes_max)
        self._wake = asyncio.Event()
        self._chores: deque[_Chore] = deque()
        self._busy = False
        self._closing = False
        self._on_commit: list[OnCommit] = []
        self._on_pause: list[OnPause] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._thread = Worker("store-commit")
        self._filing = Filing(store, fatal)

    async def __aenter__(self) -> Self:
        seal: _Chore = (self.store.seal, self._in_thread)
        reserve: _Chore = (self.store.reserve, self._where_it_is_short)  # nearly always there is nothing to do
        self._tasks = [  # no TaskGroup: whoever is cancelled, what was submitted is still to be committed
            asyncio.create_task(self._commit_all(), name="store-commit"),
            asyncio.create_task(self._repeat(seal, self._settings.signature_interval_s), name="store-seal"),
            asyncio.create_task(self._repeat(reserve, _RESERVE_INTERVAL_S), name="store-reserve"),
        ]
        self._filing.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._filing.stop()
        self._chores.append((self.store.seal, self._in_thread))
        self._wake.set()
        committing, *tickers = self._tasks
        for task in tickers:
            task.cancel()
        await asyncio.gather(committing, *tickers, return_exceptions=True)
        await self._filing.stopped()
        self._thread.stop()

    def submit(self, items: Sequence[Item]) -> asyncio.Future[Results]:
        """Hand over items; the future has one result each, in order, when they are durable.

        The future raises DiskFull or StoreFailed if they never will be, Unavailable if the committer is closing.
        """
        if self._closing:
            refused: asyncio.Future[Results] = asyncio.get_running_loop().create_future()
            refused.set_exception(Unavailable("the store is closing"))
            return refused
        self._wake.set()
        return self._queue.add(items)

    def commit_at_once(self, items: Sequence[Item]) -> Results | None:
        """Commit here and now what has come alone, and return its results; if that may not be, None: submit it then.

        It may not be while something else waits or is being written, or when it would keep the loop from its work for
        long: because there is much of it, or because the disk has been slow lately.
        """
        if self._queue or self._busy or self._closing or not self._is_short(size_of(items)):
            return None
        try:
            commit = self._commit(items)
        except GdpError:
            return None  # what is submitted fails in the same way, where that is dealt with
        self._tell(commit)
        return commit.results

    @property
    def has_room(self) -> bool:
        """Whether `room` would not wait."""
        return self._queue.has_room and not self._filing.is_behind

    async def room(self) -> None:
        """Wait until less waits than `queue_bytes_max`, and for files to be written if the commit log is overfull.

        Call it before submitting, so that queue, commit log and its index in memory stay bounded.
        """
        await self._queue.room()
        await self._filing.caught_up()

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
                self._busy = True
                await self._commit_waiting()
                self._busy = False
        except Exception as error:  # noqa: BLE001, whatever it is, the state in memory is not that on disk any more
            self._closing = True
            self._queue.fail_all(error)
            self._fatal(error)

    async def _commit_waiting(self) -> None:
        while self._queue or self._chores:
            if self._queue:
                await self._commit_batch(self._queue.take(self._settings.batch_bytes_max))
            if self._chores:
                with suppress(DiskFull):  # while closing: the next run seals what is left
                    done = await self._whenever_there_is_room(*self._chores.popleft())
                    if isinstance(done, Commit):
                        self._tell(done)

    async def _commit_batch(self, waiting: list[Waiting]) -> None:
        items = [item for group in waiting for item in group.items]
        try:
            is_short = self._is_short(sum([group.size for group in waiting]))
            place: _Place = _at_once if is_short else self._in_thread
            commit = await self._whenever_there_is_room(lambda: self._commit(items), place)
        except GdpError as error:
            for group in waiting:
                group.fail(error)
            if not isinstance(error, DiskFull):
                raise
            return
        self._tell(commit)
        begin = 0
        for group in waiting:
            end = begin + results_of(group.items)
            group.settle(commit.results[begin:end])
            begin = end

    def _is_short(self, size: int) -> bool:
        """Whether committing so many bytes will probably keep the loop for moments only."""
        return size <= self._inline_bytes_max and self._lately_ns <= self._inline_ns_max

    def _commit(self, items: Sequence[Item]) -> Commit:
        began = self._clock()
        try:
            return self.store.commit(items)
        finally:
            self._lately_ns += (self._clock() - began - self._lately_ns) // _LATELY

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await self._thread.call(work)

    async def _where_it_is_short(self, work: Callable[[], T]) -> T:
        return work() if self._is_short(0) else await self._in_thread(work)

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

    async def _repeat(self, chore: _Chore, interval_s: float) -> None:
        while True:
            await asyncio.sleep(interval_s)
            if chore not in self._chores:
                self._chores.append(chore)
                self._wake.set()


async def _at_once(work: Callable[[], T]) -> T:
    return work()
