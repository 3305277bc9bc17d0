"""Telling gaps and outages: sentences, evidence by position, and what was kept all the same."""

from collections.abc import Callable, Mapping
from typing import Any

from api.gaps.kernel import SILENT, Gap
from api.gaps.outages import Entry, Outage
from api.words.quantities import counted, duration
from api.words.say import Said, own_log_words, say
from api.words.templates import EVIDENCE, FAULTS, REFUSED

KEPT_WHERE = {
    "store.restored": "kept.elsewhere",
    "store.behind": "kept.later",
    "broker.session_lost": "kept.lost",
}
"""What became of what was said during these, whatever else is known."""
Position = Callable[[int], str | None]
"""Writes a logged time as a position; None for a time that is none."""
Moment = Callable[[int], str]
"""Writes a time as the answer wants it."""


def outage_said(outage: Outage, *, now: int) -> Said:
    """The sentence about an outage of the recorder."""
    end = now if outage.standing else outage.end
    facts = {"lasted": duration(end - outage.start), "at_risk": duration(outage.at_risk_ns)}
    return say(outage.id, over=not outage.standing, facts=facts)


def gap_said(gap: Gap, *, now: int, name: str = "") -> Said:
    """The sentence about a gap: that of its outage, or that of the silence of its topic, or of what that is called."""
    if gap.outage is not None:
        return outage_said(gap.outage, now=now)
    until = now if gap.standing else gap.end
    since = gap.last if gap.id == SILENT else gap.start
    usual = "" if gap.usual is None else duration(gap.usual)
    name = name or (gap.topic if gap.field is None else f"{gap.topic} {gap.field}")
    return say(gap.id, over=not gap.standing, topic=name, lasted=duration(until - since), usual=usual)


def outage_object(outage: Outage, moment: Moment, position: Position, *, now: int) -> dict[str, Any]:
    """An outage as the API shows it."""
    said = outage_said(outage, now=now)
    return {
        "from": moment(outage.start),
        "to": moment(outage.end),
        "standing": outage.standing,
        "cause": outage.cause,
        "id": outage.id,
        "sentence": said.sentence,
        "remedy": said.remedy,
        "evidence": [_from_own_log(each, position) for each in outage.evidence],
    }


def gap_object(gap: Gap, moment: Moment, position: Position, *, beats: int, now: int) -> dict[str, Any]:
    """A gap as the API shows it; `beats` is how many signs of life the sink's own log has in it."""
    said = gap_said(gap, now=now)
    return {
        "topic": gap.topic,
        "field": gap.field,
        "from": moment(gap.start),
        "to": moment(gap.end),
        "standing": gap.standing,
        "cause": FAULTS[gap.id].kind,
        "id": gap.id,
        "sentence": said.sentence,
        "remedy": said.remedy,
        "kept": gap.kept,
        "kept_words": kept_words(gap),
        "usual_interval_s": None if gap.usual is None else gap.usual / 1e9,
        "evidence": evidence_of(gap, position, beats=beats),
    }


def kept_words(gap: Gap) -> str | None:
    """What became of what was said meanwhile; None for a silence of the device's own."""
    outage = gap.outage
    if outage is None:
        return None
    if outage.id in KEPT_WHERE:
        return say(KEPT_WHERE[outage.id]).sentence
    if gap.kept:
        return say("kept.waited", count=counted(gap.kept, "message")).sentence
    if outage.cause == "sink" and gap.qos == 0 and not outage.standing:
        return say("kept.unkept").sentence
    if outage.cause == "sink" and gap.qos and gap.kept is not None and not outage.standing:
        return say("kept.nothing").sentence
    return say("kept.unknown").sentence


def evidence_of(gap: Gap, position: Position, *, beats: int) -> list[dict[str, str | None]]:
    """What is known of it, in order: each with the position of the record that says so, where it is one."""
    if gap.outage is not None:
        return [_from_own_log(each, position) for each in gap.outage.evidence]
    spoke = EVIDENCE["spoke"].format(topic=gap.topic)
    found = [_evidence(position(gap.last), spoke)]
    if gap.id == SILENT:
        found.append(
            _evidence(None, EVIDENCE["heartbeats"].format(count=counted(beats, "sign of life", "signs of life")))
        )
    if gap.next is not None:
        found.append(_evidence(position(gap.next), spoke))
    elif gap.standing:
        found.append(_evidence(None, EVIDENCE["not_heard"]))
    return found


def refusal_words(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts of a refusal, with its reason in words."""
    reason, count = str(facts.get("reason")), facts.get("count")
    many = counted(int(count), "message") if isinstance(count, int | float) else "messages"
    return {**facts, "reason": REFUSED.get(reason, reason), "count": many}


def _from_own_log(entry: Entry, position: Position) -> dict[str, str | None]:
    facts = refusal_words(entry.facts) if entry.event == "refused" else entry.facts
    return _evidence(position(entry.logged), own_log_words(entry.event, facts))


def _evidence(position: str | None, words: str) -> dict[str, str | None]:
    return {"position": position, "words": words}
