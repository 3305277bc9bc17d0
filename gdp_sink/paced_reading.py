"""When to read from a socket: at once while little comes, and in steps of a few milliseconds while much does.

Each wake-up of the process has its price, from here to the disk. Without pacing, a stream of 5,000 messages a second
wakes it for every second message; with it, messages share wake-ups, and none waits longer than one step. A stream that
brings hardly more than one message in a step has nothing to share: its messages are read when they come.
"""

import asyncio
import math
from collections.abc import Callable
from enum import Enum

SPARE_READS = 8
"""So many reads may be ahead of the pace, made good when there is less: messages of a slow stream come unevenly."""


class Found(Enum):
    """What a read brought."""

    NOTHING = "nothing"
    SOME = "some"
    MORE = "as much as one read takes"


class PacedReader:
    """Calls `read` when the socket `fileno` may have something, from `start` to `stop`.

    In the long run it does so once in `pace_s` at most; 0 is no pacing.
    """

    def __init__(self, fileno: int, read: Callable[[], Found], *, pace_s: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._fileno = fileno
        self._read = read
        self._pace_s = pace_s
        self._ahead_s = (SPARE_READS - 2) * pace_s
        self._next_at = -math.inf
        self._started = False
        self._watching = False
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Read from now on; nothing changes if it reads already."""
        if not self._started:
            self._started = True
            self._watch()

    def stop(self) -> None:
        """Read no more until `start`. To be called before the socket is closed."""
        self._started = False
        self._unwatch()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_readable(self) -> None:
        now = self._loop.time()
        if now >= self._next_at:
            self._read_once(now)
        else:
            self._unwatch()
            self._timer = self._loop.call_at(self._next_at, self._on_time)

    def _on_time(self) -> None:
        """Read without having been told that there is something: under load there nearly always is."""
        self._timer = None
        found = self._read_once(self._loop.time())
        if not self._started or self._watching:
            return
        if found is Found.NOTHING:
            self._watch()
        else:
            self._timer = self._loop.call_at(self._next_at, self._on_time)

    def _read_once(self, now: float) -> Found:
        found = self._read()
        self._next_at = now if found is Found.MORE else max(self._next_at + self._pace_s, now - self._ahead_s)
        return found

    def _watch(self) -> None:
        self._watching = True
        self._loop.add_reader(self._fileno, self._on_readable)

    def _unwatch(self) -> None:
        if self._watching:
            self._watching = False
            self._loop.remove_reader(self._fileno)
