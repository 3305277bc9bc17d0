"""Who follows what: readers that stay, of single logs or of the feed, and how they end (gdp-protocol §5)."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from gdp.codes import Cmd
from gdp.errors import BadRequest
from gdp.server.connection import Connection, Work
from gdp.server.counters import Counters
from gdp.server.replies import Replies, Request
from gdp.settings import ServerSettings

Key = tuple[bytes, bytes, int]  # client, name, request id


class Reader:
    """One reader: its request, its numbered replies, and the task that brings it up to date while it is behind."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.replies = Replies(request)
        self.refreshed = 0.0
        self.task: asyncio.Task[None] | None = None

    @property
    def key(self) -> Key:
        """What tells it from others of its connection."""
        return _key(self.request)


R = TypeVar("R", bound=Reader)


class Readers(Generic[R]):
    """The readers of one kind; the same client, name and request id never has two."""

    def __init__(self, settings: ServerSettings, counters: Counters, *, monotonic: Callable[[], float]) -> None:
        self._settings = settings
        self._counters = counters
        self._monotonic = monotonic
        self._held: dict[Connection, dict[Key, R]] = {}

    def __iter__(self) -> Iterator[R]:
        """Yield all readers; the answer does not change while some end."""
        return iter([reader for held in self._held.values() for reader in held.values()])

    def find(self, request: Request) -> R | None:
        """Return the reader with the request's client, name and id.

        Raises:
            BadRequest: without an id nothing could be told apart.
        """
        if request.message.rid == 0:
            raise BadRequest("a subscription needs a request id")
        return self._held.get(request.connection, {}).get(_key(request))

    def count(self, connection: Connection) -> int:
        """Return how many readers a connection has."""
        return len(self._held.get(connection, {}))

    def hold(self, fresh: R) -> None:
        """Take a reader up, in the place of one with the same key; the numbering of replies goes on, as C expects."""
        held = self._held.setdefault(fresh.request.connection, {})
        known = held.get(fresh.key)
        if known is not None:
            fresh.replies = known.replies
            self.end(known)
        held[fresh.key] = fresh
        self.renew(fresh)

    def renew(self, reader: R) -> None:
        """Note that its client is still there."""
        reader.refreshed = self._monotonic()

    def start(self, reader: R, work: Work, *, name: str) -> None:
        """Run what brings the reader up to date, until the reader ends at the latest."""
        reader.task = reader.request.connection.start(work, name=name)

    def end(self, reader: R) -> bool:
        """Let a reader go; return whether it was held."""
        held = self._held.get(reader.request.connection, {})
        if held.get(reader.key) is not reader:
            return False
        del held[reader.key]
        if reader.task is not None and reader.task is not asyncio.current_task():
            reader.task.cancel()
        return True

    def remove(self, request: Request) -> None:
        """End the reader that UNSUBSCRIBE names, if there is one."""
        known = self.find(request)
        if known is not None:
            self.end(known)

    def remove_all(self, request: Request) -> None:
        """End all that this client has of this name (CLOSE)."""
        for known in tuple(self._held.get(request.connection, {}).values()):
            if known.key[:2] == _key(request)[:2]:
                self.end(known)

    def forget(self, connection: Connection) -> None:
        """End all readers of a connection that ended."""
        for known in tuple(self._held.get(connection, {}).values()):
            self.end(known)
        self._held.pop(connection, None)

    def expire(self) -> None:
        """End what came through another router and was not renewed: nobody may be there any more."""
        oldest = self._monotonic() - self._settings.subscription_lifetime_s
        for known in self:
            if known.refreshed < oldest and not known.request.direct:
                self._counters.expired += 1
                self._lose(known)

    def lose_all(self) -> None:
        """Tell all readers that the server goes."""
        for known in self:
            self._lose(known)

    def _lose(self, known: R) -> None:
        known.replies.send(Cmd.NAK_SUBSCRIPTION_LOST)
        self.end(known)


def _key(request: Request) -> Key:
    return (request.client, request.name, request.message.rid)
