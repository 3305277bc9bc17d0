"""What the comparison needs to know of a program: how it is started and filled, how a question is said to it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from bench.peers.homes import Homes
from bench.peers.http import Request
from bench.peers.questions import Question
from bench.peers.truth import Answer


class Sql(NamedTuple):
    """A question to PostgreSQL, in its own protocol."""

    text: str
    parameters: tuple[Any, ...] = ()


Ask = Request | Sql


@dataclass(frozen=True, slots=True)
class Place:
    """Where a program that runs is found."""

    port: int
    pids: tuple[int, ...]
    """The processes that answer."""
    token: str = ""
    mqtt: int = 0
    """Port of the broker through which observations arrive; 0: they are written to `port`."""
    others: tuple[int, ...] = ()
    """Processes that only take in."""


@dataclass(slots=True)
class Loaded:
    """What loading took."""

    seconds: float
    notes: dict[str, float] = field(default_factory=dict)


class Program(Protocol):
    """One program of the comparison."""

    name: str
    timeless: frozenset[str]
    """Kinds of questions in whose answers it does not say when the values are of."""

    def missing(self) -> str | None:
        """The line that installs it; None where it is there."""
        ...

    def load(self, directory: Path, homes: Homes) -> Loaded:
        """Fill it with the homes, its data in `directory`; it does not run before or after."""
        ...

    @contextmanager
    def running(self, directory: Path) -> Iterator[Place]:
        """Run it on what `load` left, until it answers."""
        ...

    def ask(self, homes: Homes, question: Question) -> Ask | None:
        """The question in its language; None where it has no words for it."""
        ...

    def answer(self, question: Question, parsed: Any) -> Answer:
        """What an answer says, in the words of the comparison."""
        ...

    def newest(self, topic: str) -> Ask:
        """Ask for the newest temperature of a topic."""
        ...

    def newest_value(self, parsed: Any) -> float | None:
        """What the answer to `newest` says."""
        ...

    def disk(self, directory: Path) -> Mapping[str, int]:
        """Bytes on disk, by part."""
        ...


def bytes_below(directory: Path) -> int:
    """The sizes of all files below a directory."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
