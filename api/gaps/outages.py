"""What an outage of the recorder is, and how outages that overlap share the time. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from api.gaps.rules import EVIDENCE_MAX
from api.gaps.spans import Taken
from api.words.templates import FAULTS

RESTORED = "store.restored"
CRASHED = "broker.died"
ANEW = "broker.restarted"
ANEW_MEANWHILE = "sink.stopped_and_broker"
RANK = (RESTORED, "unknown.clock", "broker.session_lost", CRASHED, ANEW, "sink.paused", "sink.stopped", ANEW_MEANWHILE,
        "sink.died", "sink.stood_still", "sink.unreachable", "broker.taken_over", "broker.refuses", "broker.stopped",
        "broker.lost", "store.behind")  # fmt: skip
"""Where two would overlap the earlier one has the time: what is further down the path hides what is before it."""


class Entry(NamedTuple):
    """One record of the sink's own log, as far as it matters here."""

    logged: int
    event: str
    facts: Mapping[str, object] = {}


class Outage(NamedTuple):
    """A time in which the recorder, or a part of it, was away. Ns of logged time."""

    start: int
    end: int
    id: str
    evidence: tuple[Entry, ...] = ()
    back: int = 0
    """When messages began to come again; several causes in a row have this in common."""
    kept: bool = False
    """Whether the broker kept the session, and with it what was said at QoS 1."""
    standing: bool = False
    at_risk_ns: int = 0
    """Part at the beginning in which the broker was there, but may have lost what it acknowledged."""

    @property
    def cause(self) -> str:
        """Whose outage it is."""
        return FAULTS[self.id].kind


def disjoint(outages: Sequence[Outage]) -> list[Outage]:
    """The same outages, ascending, none overlapping another, each with as much evidence as can be read."""
    taken = Taken()
    pieces = []
    for outage in sorted(outages, key=lambda each: (RANK.index(each.id), each.start)):
        evidence = _shortened(outage.evidence)
        pieces += [
            outage._replace(
                start=start,
                end=end,
                evidence=evidence,
                standing=outage.standing and end == outage.end,
                at_risk_ns=max(min(outage.start + outage.at_risk_ns, end) - start, 0),
            )
            for start, end in taken.take((outage.start, outage.end))
        ]
    return sorted(pieces)


def _shortened(evidence: tuple[Entry, ...]) -> tuple[Entry, ...]:
    half = EVIDENCE_MAX // 2
    return evidence if len(evidence) <= EVIDENCE_MAX else evidence[:half] + evidence[-half:]
