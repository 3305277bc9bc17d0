"""The store: one thread commits batches durably, another files them, any thread reads (docs/formats.md)."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from gdp.catalogue import SEAL_TOPIC, Kind
from gdp.clock import LoggedClock
from gdp.disk import DISK, Disk
from gdp.errors import DiskFull, GdpError, StoreBusy, StoreError
from gdp.keys import WriterKey
from gdp.settings import StoreSettings
from gdp.store import create, recovery
from gdp.store.behind import WriteBehind
from gdp.store.identity import read_identity
from gdp.store.items import Begin, Commit, Item, Result, Roll
from gdp.store.opened import Opened
from gdp.store.planner import Planner
from gdp.store.readable import ReadableStore
from gdp.store.reader import Reader
from gdp.store.signer import Signer
from gdp.store.signing import SigningPolicy
from gdp.store.writer import Writer

LOCK_FILE = "lock"
_OVERFULL_TIMES = 4


class Store(ReadableStore):
    """A store open for writing, by one process at a time.

    `commit`, `seal`, `reserve` and `roll` belong to one thread; `flush_due` and `flush_all` may run in another.
    """

    def __init__(
        self, opened: Opened, lock_fd: int, writer: Writer, behind: WriteBehind, settings: StoreSettings
    ) -> None:
        super().__init__(opened)
        self.settings = settings
        self.torn_bytes = opened.log.torn_bytes
        self._lock_fd: int | None = lock_fd
        self._writer = writer
        self._behind = behind

    @classmethod
    def open(
        cls,
        root: Path,
        *,
        keys: Path,
        settings: StoreSettings | None = None,
        wall: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], int] = time.monotonic_ns,
        entropy: Callable[[int], bytes] = os.urandom,
        disk: Disk = DISK,
    ) -> Self:
        """Open the store in `root`, making it if the directory is empty; what a crash left unfinished is put right.

        Args:
            root: the store's directory.
            keys: where its writer key is, or will be made.
            settings: bounds; the defaults if none.
            wall: ns since 1970.
            monotonic: ns that never step back.
            entropy: gives random bytes.
            disk: makes the system calls that change files.

        Raises:
            StoreBusy: another process writes it.
            CorruptStore: what is on disk is not what was written; nothing has been changed.
            KeyUnusable: its writer key cannot be read.
            StoreError: the directory cannot be read or written.
        """
        settings = settings or StoreSettings()
        with _translated(root), ExitStack() as undo:
            lock_fd = _lock(root, disk)
            undo.callback(os.close, lock_fd)
            opened = _load(root, keys, wall, entropy, disk)
            key = WriterKey.load(create.key_path(keys, opened.identity.catalogue))
            create.sync_names(opened, keys)
            opened.log.repair()
            clock = LoggedClock(wall, monotonic, max(opened.log.position, opened.log.reserved))
            reader = Reader(opened)
            behind = WriteBehind(opened, reader, settings, monotonic=monotonic)
            planner = _planner(opened, key, settings, reader, entropy)
            store = cls(opened, lock_fd, Writer(opened, planner, clock, settings, behind.noticed), behind, settings)
            store.commit([Begin(SEAL_TOPIC, Kind.SEAL)])
            with suppress(DiskFull):  # sealing is tried again each interval; storing pauses meanwhile
                store.seal()
            undo.pop_all()
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def clock(self) -> LoggedClock:
        """The store's clock; its `offset_ns` says how far the wall clock is ahead of logged time."""
        return self._writer.clock

    @property
    def commit_log_bytes(self) -> int:
        """Size of the commit log on disk."""
        return self._opened.log.size_bytes

    @property
    def is_overfull(self) -> bool:
        """Whether the commit log is so far over its budget that nothing more should be taken until files are written.

        Twice over it, filing has got all the time that it wants; a disk that is still slower than what comes would let
        the log grow to its end, and its index in memory with it. Only segments that filing can delete count.
        """
        older = self._opened.log.segments[1:-2]
        bound = max(_OVERFULL_TIMES * self.settings.commit_log_bytes, self.settings.commit_log_keep_bytes)
        return sum([segment.size for segment in older]) > bound

    @property
    def unfiled_logs(self) -> int:
        """Logs with records that are not in their `.glog` files yet."""
        return len(self._opened.waiting)

    @property
    def unfiled_since(self) -> int | None:
        """Logged time of about the oldest record that is not in its log's file yet, ns; None if there is none."""
        with self._opened.lock:
            first = next(iter(self._opened.waiting.values()), None)
        return None if first is None else first.pending_since or None

    def commit(self, batch: Sequence[Item]) -> Commit:
        """Store a batch as one frame, durable when this returns; items that are refused have their error as result.

        Raises:
            DiskFull: nothing of it is stored; it may be tried again.
            StoreFailed: the process must end.
        """
        return self._writer.commit(batch)

    def seal(self) -> Commit | None:
        """Sign the tips that no signature covers, through the seal log; None if there is nothing to sign."""
        return self._writer.seal()

    def roll(self, topic: str) -> Result:
        """Begin the next generation of the topic's log; what it holds stays readable under its own name.

        Raises:
            NotFound: the topic has no log.
        """
        (result,) = self.commit([Roll(topic)]).results
        if isinstance(result, GdpError):
            raise result
        return result

    def watermark(self) -> int:
        """Return a logged time (ns) at or before which nothing is still to come, also after a crash."""
        return self._writer.watermark()

    def reserve(self) -> bool:
        """Extend the promise that `watermark` may give, by an empty frame, where it is asked for and about to run out.

        Returns whether a frame was written; errors as `commit`.
        """
        return self._writer.reserve()

    def flush_due(self) -> float:
        """File what is due; return how many seconds to rest (as `WriteBehind.flush_due`)."""
        return self._behind.flush_due(self._writer.now())

    def flush_all(self) -> None:
        """File every durable record (as `WriteBehind.flush_all`): before verify, backup, or C programs."""
        self._behind.flush_all(self._writer.now())

    def close(self) -> None:
        """Seal, file everything, and let the directory go.

        Raises:
            StoreError: a file cannot be written now; nothing is lost, the next run does it.
        """
        if self._lock_fd is None:
            return
        try:
            if not self._writer.failed:
                with suppress(DiskFull):  # the next run seals what is left
                    self.seal()
                    self._writer.finish()
                self.flush_all()
        finally:
            self._writer.close()
            os.close(self._lock_fd)
            self._lock_fd = None


def _planner(
    opened: Opened, key: WriterKey, settings: StoreSettings, reader: Reader, entropy: Callable[[int], bytes]
) -> Planner:
    policy = SigningPolicy.every(
        settings.signature_interval_s, settings.signature_unsigned_max, settings.signatures_per_s_max
    )
    return Planner(
        opened.registry,
        signer=Signer(key, policy),
        key_entry=key.entry,
        record_bytes_max=settings.record_bytes_max,
        hash_of=reader.hash_of,
        entropy=entropy,
        incarnation=opened.identity.incarnation,
        since=opened.identity.since,
    )


@contextmanager
def _translated(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"the store in {root} cannot be opened: {error}") from error


def _lock(root: Path, disk: Disk) -> int:
    disk.make_directories(root, 0o700)
    fd = os.open(root / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        raise StoreBusy(f"the store in {root} is open for writing in another process") from error
    return fd


def _load(root: Path, keys: Path, wall: Callable[[], int], entropy: Callable[[int], bytes], disk: Disk) -> Opened:
    identity = read_identity(root)
    if identity is None:
        identity = create.create_identity(root, keys, created=wall(), entropy=entropy, disk=disk)
    opened = Opened.at(root, identity, disk=disk, entropy=entropy)
    if create.is_used(root):
        recovery.load(opened, writable=True)
    else:
        create.start(opened)
    return opened
