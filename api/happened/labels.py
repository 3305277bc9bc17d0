"""What people did, as somebody labelled it, or as a model says where nobody did."""

from collections.abc import Iterator, Sequence

from api.happened.records import Records
from api.happened.scene import Scene
from api.happened.spells import Spell, Stay, spells, stays
from api.happened.told import Kind
from api.health.facts import Fact
from api.topics.roles import PREDICTED
from api.words.quantities import NS_PER_S, counted, duration

BREAK_NS = 1_800 * NS_PER_S
"""Whoever is back within this had a break."""
STAY_NS = 3_600 * NS_PER_S
"""What was done for less is not told by itself."""
DIFFER_NS = 600 * NS_PER_S


def labels(scene: Scene, told: Sequence[Records]) -> Iterator[Fact]:
    """For each person: what they did longest, what came after it, and how often a model was wrong about it."""
    known = {each.teller.series.topic: each for each in told if each.teller.kind is Kind.label}
    for each in known.values():
        yield from _stayed(scene, each)
    for each in told:
        if each.teller.kind is Kind.prediction:
            label = known.get(_labelled(each.teller.series.topic))
            yield from _stayed(scene, each) if label is None else _differs(scene, label, each)


def agreed(one: Sequence[Spell[str]], two: Sequence[Spell[str]]) -> tuple[int, int]:
    """For how long both said something, and for how long of that something else (ns)."""
    known = differed = at = 0
    for each in one:
        while at < len(two) and two[at].end <= each.start:
            at += 1
        place = at
        while place < len(two) and two[place].start < each.end:
            both = min(each.end, two[place].end) - max(each.start, two[place].start)
            known += both
            differed += both if two[place].state != each.state else 0
            place += 1
    return known, differed


def _stayed(scene: Scene, records: Records) -> Iterator[Fact]:
    kind, name, topic = records.teller.kind.value, records.teller.name, records.teller.series.topic
    found = _spells(scene, records)
    # What lasted longest of the window, told from its beginning.
    main = max(stays(found, break_max=BREAK_NS), key=lambda each: each.end - max(each.start, scene.start), default=None)
    if main is None or main.end - main.start < STAY_NS:
        return
    what, last = main.spells[0].state, main.spells[-1]
    span = (main.start, main.end)
    evidence = {topic: records.logged[main.start]}
    lasted = duration(main.end - main.start)
    yield scene.fact(f"{kind}.stayed", topic, span, evidence, name=name, what=what, lasted=lasted, breaks=_breaks(main))
    then = next((each for each in found if each.start == last.end), None) if last.ended else None
    if then is not None:
        told = {"name": name, "then": then.state, "what": what}
        yield scene.fact(f"{kind}.then", topic, (then.start, then.start), {topic: records.logged[then.start]}, **told)


def _differs(scene: Scene, label: Records, prediction: Records) -> Iterator[Fact]:
    known, differed = agreed(_within(scene, label), _within(scene, prediction))
    if differed < DIFFER_NS:
        return
    records = {each.teller.series.topic: each.logged[each.told[0][0]] for each in (label, prediction)}
    told = {"name": label.teller.name, "lasted": duration(differed), "known": duration(known)}
    yield scene.fact("label.differs", label.teller.series.topic, (scene.start, scene.end), records, **told)


def _breaks(stay: Stay[str]) -> str:
    breaks = [(begin, end) for begin, end in stay.breaks if end > begin]
    if not breaks:
        return ""
    lasted = duration(sum(end - begin for begin, end in breaks))
    return f", with {counted(len(breaks), 'break')} of {lasted}"


def _spells(scene: Scene, records: Records) -> list[Spell[str]]:
    return spells(records.told, scene.end, scene.unwatched)


def _within(scene: Scene, records: Records) -> list[Spell[str]]:
    clipped = (each._replace(start=max(each.start, scene.start)) for each in _spells(scene, records))
    return [each for each in clipped if each.end > each.start]


def _labelled(topic: str) -> str:
    """The topic that a prediction is about."""
    return "/".join(level for level in topic.split("/") if level not in PREDICTED)
