"""A store as its readers see it: logs, records, positions. Any thread may use it."""

from collections.abc import Iterator
from pathlib import Path

from gdp.datum import Datum
from gdp.errors import NotFound
from gdp.incarnation import Incarnation
from gdp.names import GdpName
from gdp.position import store_prefix
from gdp.store import recovery
from gdp.store.following import Followed, frames_after, last_deliveries
from gdp.store.identity import read_identity
from gdp.store.items import Delivered, LogInfo
from gdp.store.opened import Opened
from gdp.store.reader import Reader

_TRIES = 5


class ReadableStore:
    """What can be asked of a store; made by `open_readonly`, or as the reading half of a `Store`."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._reader = Reader(opened)

    @classmethod
    def open_readonly(cls, root: Path) -> "ReadableStore":
        """Return the store in this directory as it is now; a writer may go on meanwhile, which does not show.

        Raises:
            NotFound: there is no store.
            CorruptStore: what is on disk is not what was written.
        """
        for left in reversed(range(_TRIES)):
            identity = read_identity(root)
            if identity is None:
                raise NotFound(f"{root} holds no store")
            opened = Opened.at(root, identity)
            try:
                recovery.load(opened, writable=False)
            except FileNotFoundError:  # the writer has just deleted a segment
                if not left:
                    raise
                continue
            break
        return ReadableStore(opened)

    @property
    def catalogue(self) -> GdpName:
        """The catalogue log's name: all that one must know to find, follow and verify the store."""
        return self._opened.identity.catalogue

    @property
    def server(self) -> GdpName:
        """The name of the store's server (gdp-protocol §17)."""
        return self._opened.identity.server

    @property
    def incarnation(self) -> Incarnation:
        """Which history of the store this is: its first, or one that began when a backup was restored."""
        return self._opened.identity.incarnation

    @property
    def prefix(self) -> str:
        """The 8 characters that positions name the store by."""
        return store_prefix(self.server)

    @property
    def position(self) -> int:
        """Logged time of the last durable record, ns; 0 if there is none."""
        return self._opened.log.position

    def log(self, name: bytes) -> LogInfo | None:
        """Return the log with this name as it stands."""
        with self._opened.lock:
            state = self._opened.registry.by_name(name)
            return None if state is None else state.info()

    def logs(self) -> list[LogInfo]:
        """Return all logs in order of creation, the catalogue first."""
        with self._opened.lock:
            states = self._opened.registry.all()
        return [state.info() for state in states]

    def current(self, topic: str) -> LogInfo | None:
        """Return the log that the topic's messages go to: its latest generation."""
        with self._opened.lock:
            state = self._opened.registry.current(topic)
            return None if state is None else state.info()

    def read(self, name: bytes, first: int, count: int) -> list[Datum]:
        """Return at most `count` records from number `first` on, in order (as `Reader.read`)."""
        return self._reader.read(name, first, count)

    def read_by_ts(self, name: bytes, ts: int, count: int) -> list[Datum]:
        """Return at most `count` records of time `ts` (ns) or later, in order of time (as `Reader.read_by_ts`)."""
        return self._reader.read_by_ts(name, ts, count)

    def read_by_hash(self, name: bytes, record_hash: bytes) -> Datum | None:
        """Return the record with this hash, None if there is none (as `Reader.read_by_hash`)."""
        return self._reader.read_by_hash(name, record_hash)

    def frames(self, after: int) -> Iterator[list[Followed]]:
        """Return what follows a position in order of logged time: (log, record, logged time), frame by frame.

        Raises:
            Older: the position precedes the oldest segment; read log by log up to its `snapshot`, then follow.
            CorruptStore: a frame is damaged.
        """
        return frames_after(self._opened, after)

    def redelivery_window(self, limit: int) -> list[Delivered]:
        """Return the last stored MQTT deliveries, at most `limit`, newest last."""
        return last_deliveries(self._opened, limit)
