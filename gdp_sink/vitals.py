"""What the sink measures of its store and of what it has in hand, for heartbeats and metrics."""

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from gdp.committer import Committer
from gdp.disk import Disk

NS = 1_000_000_000
NS_PER_MS = 1_000_000
SAVES_MAX = 4_096
SIZE_INTERVAL_S = 10.0
SIZE_SHARE_MAX = 0.002
"""Of the time: adding up the files of 50,000 logs takes a good part of a second, and is done every few minutes."""


class TimedDisk(Disk):
    """The operating system's disk, with a watch: how long each fdatasync takes. `tell` gets each time in seconds."""

    def __init__(self, clock: Callable[[], int] = time.perf_counter_ns) -> None:
        self.tell: Callable[[float], None] = lambda _seconds: None
        self._clock = clock
        self._saves: deque[int] = deque(maxlen=SAVES_MAX)

    def sync_data(self, fd: int) -> None:
        """Make a file's bytes durable, and note how long that took."""
        began = self._clock()
        super().sync_data(fd)
        took = self._clock() - began
        self._saves.append(took)
        self.tell(took / NS)

    def take(self) -> Sequence[int]:
        """Times in ns since this was asked last, of the last SAVES_MAX."""
        # Swapped, not cleared: the store's thread may add to it meanwhile.
        saves, self._saves = self._saves, deque(maxlen=SAVES_MAX)
        return saves


class InHand(Protocol):
    """What the writer tells of the messages that it has not settled."""

    @property
    def unsettled(self) -> int:
        """Messages submitted to the store and not yet counted as stored."""

    @property
    def oldest_age_s(self) -> float:
        """How long the oldest of them has waited, in seconds."""


class Gauge(NamedTuple):
    """A metric that is looked up when asked."""

    name: str
    meaning: str
    value: Callable[[], float]


class Vitals:
    """Measures when asked; `root` is the store's directory, `waiting` says how many deliveries nobody has taken yet."""

    def __init__(
        self,
        committer: Committer,
        disk: TimedDisk,
        writer: InHand,
        waiting: Callable[[], int],
        *,
        root: Path,
        clock: Callable[[], int],
    ) -> None:
        self._committer = committer
        self._disk = disk
        self._writer = writer
        self._waiting = waiting
        self._root = root
        self._clock = clock
        self._began = clock()
        self._store_bytes = 0

    def as_json(self) -> dict[str, float]:
        """All numbers of this moment, and the times of saves since this was asked last."""
        store, saves = self._committer.store, self._disk.take()
        numbers: dict[str, float] = {
            "waiting": self._waiting(),
            "in_flight": self._writer.unsettled,
            "oldest_s": round(self._writer.oldest_age_s, 3),
            "unfiled_logs": store.unfiled_logs,
            "unfiled_s": round(self.unfiled_s, 1),
            "commit_log_bytes": store.commit_log_bytes,
            "store_bytes": self._store_bytes,
            "disk_free_bytes": self.free_bytes,
            "up_s": (self._clock() - self._began) // NS,
        }
        if saves:
            numbers["fsync_ms"] = round(sorted(saves)[len(saves) // 2] / NS_PER_MS, 3)
            numbers["fsync_ms_max"] = round(max(saves) / NS_PER_MS, 3)
        return numbers

    @property
    def idle(self) -> bool:
        """Whether nothing is in hand."""
        return not self._waiting() and not self._writer.oldest_age_s

    @property
    def unfiled_s(self) -> float:
        """How long the oldest record has waited for its log's file, in seconds."""
        store = self._committer.store
        since = store.unfiled_since
        return 0.0 if since is None else max(store.position - since, 0) / NS

    @property
    def free_bytes(self) -> int:
        """Room that the disk has for us."""
        try:
            found = os.statvfs(self._root)
        except OSError:
            return 0
        return found.f_bavail * found.f_frsize

    async def measure_for_ever(self) -> None:
        """Add up the store's files now and then."""
        while True:
            began = self._clock()
            self._store_bytes = await asyncio.to_thread(bytes_below, self._root)
            await asyncio.sleep(max(SIZE_INTERVAL_S, (self._clock() - began) / NS / SIZE_SHARE_MAX))

    def gauges(self) -> list[Gauge]:
        """What of it is a metric."""
        return [
            Gauge(
                "hearthlog_sink_in_flight_messages",
                "Messages received that are neither stored nor refused yet.",
                lambda: self._waiting() + self._writer.unsettled,
            ),
            Gauge(
                "hearthlog_sink_unfiled_seconds",
                "How long the oldest record has waited for its log's file (write-behind).",
                lambda: self.unfiled_s,
            ),
            Gauge("hearthlog_sink_disk_free_bytes", "Room on the store's disk.", lambda: self.free_bytes),
            Gauge(
                "hearthlog_sink_store_bytes",
                "Size of the store's files, added up now and then.",
                lambda: self._store_bytes,
            ),
        ]


def bytes_below(root: Path) -> int:
    """The size of all files below a directory; what disappears meanwhile is left out."""
    total = 0
    for directory, _, names in os.walk(root):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(directory, name)).st_size  # noqa: PTH118  # 50,000 files, no Path for each
    return total
