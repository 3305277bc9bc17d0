"""Whether the broker saves its database: judged by whether the file changes.

A broker that cannot write (wrong user, full disk) runs on without a word, and loses its queue with the next restart.
"""

import os
from pathlib import Path

NS = 1_000_000_000


class SavingWatch:
    """Says None (not known yet), True (the file changes) or False (it has not for `lag_max_s`).

    Changes are timed by the caller's monotonic clock in ns: the file's own time is only compared with itself, so a
    step of the wall clock means nothing here.
    """

    def __init__(self, lag_max_s: float) -> None:
        self._lag_max_ns = int(lag_max_s * NS)
        self._mark: object = None
        self._changed: int | None = None
        self._began: int | None = None

    def observe(self, mark: object, now: int) -> bool | None:
        """Take what `file_mark` returned, at monotonic time `now`."""
        if self._began is None:
            self._began, self._mark = now, mark
        elif mark != self._mark:
            self._mark = mark
            self._changed = now
        since = self._began if self._changed is None else self._changed
        if now - since > self._lag_max_ns:
            return False
        return None if self._changed is None else True

    def forget(self) -> None:
        """Begin anew: the broker is away, and what it does not do says nothing."""
        self._mark = self._changed = self._began = None


def file_mark(path: Path) -> tuple[int, int, int] | None:
    """Return what changes with each save of the file; None if there is no file or it may not be looked at."""
    try:
        stat = os.stat(path)  # noqa: PTH116  # one call a second, nothing to gain from a Path
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino, stat.st_size
