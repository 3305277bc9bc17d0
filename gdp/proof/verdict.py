"""The outcome of verifying a proof: a line per check, and what no proof can say."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from gdp.datum import Datum
from gdp.names import GdpName, printable


class State(StrEnum):
    """How a check ended."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"
    """It cannot be made yet, or not from this proof."""


class Check(NamedTuple):
    """One line.

    `id` is name, metadata, prevhash, signature, seal or catalogue; where a check is bad, `recno` and `field` name the
    record and the part of it that is to blame, if one is: recno, contents, prevhash, sig, or seal.
    """

    id: str
    state: State
    text: str
    recno: int | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a proof was found to prove.

    Attributes:
        log: the log that the records are said to be of.
        topic: the topic that its metadata gives, None if none.
        records: the records.
        checks: every check, in the order in which they were made.
        not_proven: sentences on what remains open though all is good.
    """

    log: GdpName
    topic: str | None
    records: tuple[Datum, ...]
    checks: tuple[Check, ...]
    not_proven: tuple[str, ...]

    @property
    def proven(self) -> bool:
        """Whether every check is good."""
        return all(check.state is State.GOOD for check in self.checks)

    @property
    def sentence(self) -> str:
        """The outcome in one sentence."""
        what = f"{recnos(self.records[0].recno, self.records[-1].recno)} of log {printable(self.log)}"
        what += "" if self.topic is None else f" ({self.topic})"
        bad = next((check for check in self.checks if check.state is State.BAD), None)
        if bad is not None:
            return f"Not proven: {what}: {bad.text}"
        waiting = next((check for check in self.checks if check.state is State.OPEN), None)
        return f"Proven: {what}." if waiting is None else f"Not proven yet: {what}: {waiting.text}"


def recnos(first: int, last: int) -> str:
    """Name one record, or a range of them."""
    return f"record {first}" if first == last else f"records {first} to {last}"


EVER = (
    "That the device measured what it said, or that its clock was right: a proof is about what was recorded.",
    "That these are all: later records, and messages that never arrived, are not in a proof of these.",
    "That nobody else has the writer's secret key: whoever has it can sign another history.",
)
"""What no proof says."""
BY_LOG = (
    "That this is the log of the topic: it says so itself; only the catalogue's name, known from elsewhere, ties both."
)
