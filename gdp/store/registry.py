"""All logs of an open store, found by id, by name and by topic."""

from gdp.catalogue import Kind
from gdp.store.logstate import LogState


class Registry:
    """The logs; a topic's current log is its latest generation. Changed under the store's lock, read by any thread."""

    __slots__ = ("_by_id", "_by_name", "_by_topic")

    def __init__(self) -> None:
        self._by_id: dict[int, LogState] = {}
        self._by_name: dict[bytes, LogState] = {}
        self._by_topic: dict[str, LogState] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, state: LogState) -> None:
        """Take a log up; adding one again by the same id changes nothing."""
        entry = state.entry
        if entry.id in self._by_id:
            return
        self._by_id[entry.id] = state
        self._by_name[entry.name] = state
        if entry.topic is not None and entry.kind is not Kind.FOREIGN:
            held = self._by_topic.get(entry.topic)
            if held is None or held.entry.generation < entry.generation:
                self._by_topic[entry.topic] = state

    def by_id(self, log: int) -> LogState | None:
        """Return the log with this short id."""
        return self._by_id.get(log)

    def by_name(self, name: bytes) -> LogState | None:
        """Return the log with this name."""
        return self._by_name.get(name)

    def current(self, topic: str) -> LogState | None:
        """Return the log that a topic's messages go to now."""
        return self._by_topic.get(topic)

    def all(self) -> list[LogState]:
        """Return all logs in order of creation."""
        return list(self._by_id.values())
