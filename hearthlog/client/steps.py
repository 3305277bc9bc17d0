"""What a call wants of the world: requests and pauses, as values. No I/O: `Home` and `AsyncHome` do it."""

from collections.abc import Generator, Mapping
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

T = TypeVar("T")

Pairs: TypeAlias = tuple[tuple[str, str], ...]


class Sink(Protocol):
    """Where the body of a good answer goes, piece by piece."""

    def begin(self) -> None:
        """A body begins, or begins anew because the one before broke off."""

    def feed(self, chunk: bytes) -> None:
        """The next bytes."""


class Ask(NamedTuple):
    """One request. `path` may hold a query of its own; `params` are added to it."""

    path: str
    params: Pairs = ()
    headers: Mapping[str, str] = {}
    method: str = "GET"
    content: bytes | None = None
    sink: Sink | None = None
    """Takes the body of an answer with status 200; `Answer.content` is empty then."""


class Pause(NamedTuple):
    """Wait this long."""

    seconds: float
    why: str = ""
    """What for, in words; empty where it is not worth telling."""


class Note(NamedTuple):
    """How far a call is with what it does; nothing is waited for."""

    what: str
    done: int
    total: int


class Answer(NamedTuple):
    """What came back. Names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Broken(NamedTuple):
    """The request did not come through, or its answer broke off."""

    why: str


Effect: TypeAlias = Ask | Pause | Note
Reply: TypeAlias = Answer | Broken | None
Steps: TypeAlias = Generator[Effect, Reply, T]
"""A call: gives effects, is sent their outcomes, returns what the caller asked for."""
