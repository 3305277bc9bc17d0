"""What is worth telling: outages, silent devices, numbers out of bounds, each as a fact with its evidence. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from api.gaps.kernel import SILENT, Gap
from api.gaps.lines import OURS
from api.gaps.outages import Entry, Outage
from api.gaps.tell import Position, evidence_of, gap_said, outage_object, outage_said, refusal_words
from api.health.books import Books
from api.health.forecast import HISTORY_NS, Forecast
from api.health.vitals import Vitals
from api.times import format_time
from api.words.quantities import NS_PER_MS, NS_PER_S, counted, duration
from api.words.say import Said, own_log_words, say
from api.words.templates import HAPPENED, TEMPLATES, Severity

CLOCK_AHEAD_NS = 2 * NS_PER_S
DISK_LEFT_NS = 14 * 86_400 * NS_PER_S
"""Bounds beyond which a number is worth telling: too late to be noise, early enough to act."""
REFUSED_NS = 3_600 * NS_PER_S
"""How long a refusal goes on standing."""
LINGER = frozenset({"broker.session_lost", "broker.taken_over"})
"""Outages that end by themselves and come again if nobody looks: they go on standing as long."""
RISES = {"broker_dropped": ("broker.dropped", "message"), "clients_turned_away": ("sink.turned_away", "client")}
"""Events of the own log that only count: the fault each tells of, and what is counted."""

MARGIN_NS = 900 * NS_PER_S
MARGIN_SHARE = 4
"""So much of a stretch is shown before and after it."""
LINKED_MAX = 8
"""So many topics are shown together."""

Told = list[dict[str, str | None]]
Called = Callable[[str], str]
"""What a person calls a topic."""


class Bounds(NamedTuple):
    """From where on a number is told. Ns."""

    waiting_ns: int
    save_ns: int


class Fact(NamedTuple):
    """Something that a person would want told."""

    id: str
    subject: str
    """What it is about beside the home itself: a topic; empty for the home."""
    severity: Severity
    since: int | None
    """Ns; None where its beginning is not known."""
    until: int | None
    """Ns; None while it stands."""
    sentence: str
    remedy: str
    evidence: Told
    link: str
    goes_on: bool = True
    """Whether it lasts; else it has happened, and stands for a while so that somebody looks."""

    def as_json(self, moment: Callable[[int], str]) -> dict[str, Any]:
        """The fact as the API shows it."""
        return {
            "id": self.id,
            "kind": TEMPLATES[self.id].kind,
            "subject": self.subject,
            "severity": self.severity.name,
            "since": None if self.since is None else moment(self.since),
            "until": None if self.until is None else moment(self.until),
            "sentence": self.sentence,
            "evidence": self.evidence,
            "remedy": self.remedy,
            "link": self.link,
        }


def from_outage(outage: Outage, position: Position, *, now: int) -> Fact:
    """An outage of the recorder; what needs a look though it is over stands for a while."""
    evidence = outage_object(outage, str, position, now=now)["evidence"]
    stands = outage.standing or (outage.id in LINGER and now - outage.end < REFUSED_NS)
    until = None if stands else outage.end
    link = past_link((), outage.start, now if outage.standing else outage.end)
    fact = _fact(outage_said(outage, now=now), outage.start, until, evidence, link)
    return fact._replace(goes_on=outage.standing)


def from_gap(gap: Gap, beats: int, called: Called, *, now: int) -> Fact:
    """A silence of a device, by the name that a person calls it."""
    evidence = evidence_of(gap, lambda _: None, beats=beats)
    until = None if gap.standing else gap.end
    said = gap_said(gap, now=now, name=called(gap.topic))
    link = past_link((gap.topic,), gap.last, now if until is None else until)
    return _fact(said, gap.last, until, evidence, link, subject=gap.topic)


def past_link(topics: Sequence[str], since: int, until: int) -> str:
    """The address of History where it can be seen, with some time before and after it."""
    margin = max((until - since) // MARGIN_SHARE, MARGIN_NS)
    chosen = "".join(f"filter={quote(topic)}&" for topic in topics[:LINKED_MAX])
    return f"/history?{chosen}start={_second(since - margin)}&end={_second(until + margin)}"


def from_refusals(entries: Sequence[Entry], position: Position, *, now: int) -> Iterator[Fact]:
    """Messages that were refused, one fact a reason."""
    refused = [each for each in entries if each.event == "refused"]
    for reason in sorted({str(each.facts.get("reason")) for each in refused}):
        told = [each for each in refused if str(each.facts.get("reason")) == reason]
        count = sum(_whole(each.facts.get("count")) for each in told)
        last = told[-1]
        facts = refusal_words({"reason": reason, "count": count})
        evidence = [
            _evidence(position(each.logged), own_log_words("refused", refusal_words(each.facts))) for each in told[-3:]
        ]
        until = None if now - last.logged < REFUSED_NS else last.logged
        yield _fact(
            say("sink.refused", facts=facts), told[0].logged, until, evidence, "/v1/history?filter=$hearthlog/sink"
        )._replace(goes_on=False)


def from_rises(entries: Sequence[Entry], position: Position, *, now: int) -> Iterator[Fact]:
    """What should not happen at all and is only counted: one fact a kind."""
    for event, (id_, noun) in RISES.items():
        told = [each for each in entries if each.event == event]
        if told:
            counts = [_whole(each.facts.get("count")) for each in told]
            evidence = [
                _evidence(position(each.logged), own_log_words(event, {"count": counted(count, noun)}))
                for each, count in list(zip(told, counts, strict=True))[-3:]
            ]
            until = None if now - told[-1].logged < REFUSED_NS else told[-1].logged
            said = say(id_, count=counted(sum(counts), noun))
            fact = _fact(said, told[0].logged, until, evidence, "/v1/history?filter=$hearthlog/sink")
            yield fact._replace(goes_on=False)


def from_saving(entries: Sequence[Entry], position: Position, *, now: int) -> Iterator[Fact]:
    """Times in which the broker did not save, by what the sink saw."""
    begun: Entry | None = None
    for each in entries:
        if each.event == "broker_not_saving" and begun is None:
            begun = each
        elif begun is not None and each.event in {"broker_saving", "disconnected", "started", "stopped"}:
            yield _not_saving(begun, each.logged, position, now)
            begun = None
    if begun is not None:
        yield _not_saving(begun, None, position, now)


def from_numbers(vitals: Vitals, foreseen: Forecast, books: Books | None, bounds: Bounds) -> Iterator[Fact]:
    """Numbers that are out of bounds now."""
    told = [_evidence(None, f"heartbeat of {duration(vitals.now - vitals.heartbeat)} ago")] if vitals.heartbeat else []
    if abs(vitals.clock_offset_ns) > CLOCK_AHEAD_NS:
        said = say("sink.clock", facts=clock_facts(vitals.clock_offset_ns))
        yield _fact(said, None, None, told, "/v1/health")
    oldest = vitals.span_ns("oldest_s", NS_PER_S)
    if oldest > bounds.waiting_ns:
        fsync = duration(vitals.span_ns("fsync_ms_max", NS_PER_MS))
        said = say("sink.waits", oldest=duration(oldest), fsync=fsync)
        yield _fact(said, None, None, told, "/v1/health")
    usual = vitals.span_ns("fsync_ms", NS_PER_MS)
    if usual > bounds.save_ns:
        yield _fact(say("disk.slow", fsync=duration(usual)), None, None, told, "/v1/health")
    if foreseen.full_in_ns is not None and foreseen.full_in_ns < DISK_LEFT_NS:
        window = duration(min(foreseen.history_ns, HISTORY_NS))
        yield _fact(
            say("disk.filling", left=duration(foreseen.full_in_ns), window=window), None, None, told, "/v1/health"
        )
    if vitals.unencrypted:
        said = say("home.unencrypted", where=" and ".join(vitals.unencrypted))
        yield _fact(said, None, None, [], "/v1/health")
    if books is not None and books.difference:
        delivered = counted(books.delivered, "message")
        said = say("books.differ", difference=f"{books.difference:,}", delivered=delivered)
        yield _fact(said, None, None, told, "/v1/health")


def clock_facts(offset_ns: int) -> dict[str, object]:
    """How far the wall clock is from logged time, in words."""
    return {"offset": duration(offset_ns), "direction": "ahead of" if offset_ns > 0 else "behind"}


def ranked(facts: Iterable[Fact]) -> list[Fact]:
    """Worst first: what stands before what is over, then by severity, faults before what happened, then the newest."""
    places = {id_: place for place, id_ in enumerate(HAPPENED)}
    return sorted(
        facts,
        key=lambda each: (
            *(each.until is not None, -each.severity, places.get(each.id, -1), -(each.since or 0), each.subject),
        ),
    )


def newest(facts: Iterable[Fact]) -> list[Fact]:
    """Of what came more than once and still stands, the last: it says what the others say."""
    last = {(each.id, each.subject): each for each in sorted(facts, key=lambda each: each.since or 0)}
    return list(last.values())


def is_silence(gap: Gap) -> bool:
    """Whether a gap is worth telling by itself; those of outages are told once, as the outage."""
    return gap.id == SILENT and not gap.topic.startswith(OURS)


def _not_saving(begun: Entry, until: int | None, position: Position, now: int) -> Fact:
    lasted = duration((now if until is None else until) - begun.logged)
    said = say("broker.not_saving", over=until is not None, lasted=lasted)
    evidence = [_evidence(position(begun.logged), own_log_words(begun.event, begun.facts))]
    return _fact(said, begun.logged, until, evidence, "/v1/health")


def _fact(said: Said, since: int | None, until: int | None, evidence: Told, link: str, *, subject: str = "") -> Fact:
    return Fact(said.id, subject, said.severity, since, until, said.sentence, said.remedy, evidence, link)


def _evidence(position: str | None, words: str) -> dict[str, str | None]:
    return {"position": position, "words": words}


def _second(ns: int) -> str:
    return format_time(ns - ns % NS_PER_S).replace(".000000000", "")


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0
