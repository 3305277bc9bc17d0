"""Doors that opened, and motion in the night."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from api.happened.records import Records
from api.happened.scene import Scene, at_hours, times
from api.happened.spells import Spell, spells
from api.happened.told import Kind
from api.health.facts import Fact
from api.words.quantities import NS_PER_S, duration

LEFT_OPEN_NS = 3_600 * NS_PER_S
VISIT_NS = 600 * NS_PER_S
"""Motion within this is of one visit."""
PLACES_MAX = 2
"""In more places than this motion is told as one fact."""
night_of_doors = at_hours(23, 6)
night_of_motion = at_hours(0, 5)


def events(scene: Scene, told: Sequence[Records]) -> Iterator[Fact]:
    """What doors and motion sensors told."""
    for each in told:
        if each.teller.kind in {Kind.opening, Kind.contact}:
            yield from _openings(scene, each)
    yield from _motions(scene, [each for each in told if each.teller.kind is Kind.motion])


def _openings(scene: Scene, records: Records) -> Iterator[Fact]:
    topic, name = records.teller.series.topic, records.teller.name
    on = [each for each in _on(scene, records) if each.lasted > 0]
    opened = [each for each in on if each.start >= scene.start]
    standing = on[-1] if on and not on[-1].ended and on[-1].end == scene.end else None
    if standing is not None and standing.lasted >= LEFT_OPEN_NS:
        span = (standing.start, None if scene.present else scene.end)
        evidence = _evidence(records, standing)
        yield scene.fact("event.left_open", topic, span, evidence, name=name, lasted=duration(standing.lasted))
        opened = [each for each in opened if each is not standing]
    at_night = [each for each in opened if night_of_doors(scene.hour(each.start))]
    by_day = [each for each in opened if each not in at_night]
    for id_, found in (("event.opened_at_night", at_night), ("event.opened", by_day)):
        if found:
            lasted = duration(sum(each.lasted for each in found))
            told = f"once, for {lasted}" if len(found) == 1 else f"{times(len(found))}, for {lasted} altogether"
            span = (found[0].start, found[-1].end)
            yield scene.fact(id_, topic, span, _evidence(records, found[0]), name=name, told=told)


def _motions(scene: Scene, told: Sequence[Records]) -> Iterator[Fact]:
    found = []
    for records in told:
        at_night = [each for each in _on(scene, records) if night_of_motion(scene.hour(each.start))]
        if at_night := [each for each in at_night if each.start >= scene.start]:
            found.append((records, at_night))
    if len(found) > PLACES_MAX:
        span = (min(each[0].start for _, each in found), max(each[-1].end for _, each in found))
        evidence = {records.teller.series.topic: records.logged[each[0].start] for records, each in found}
        names = ", ".join(records.teller.place for records, _ in found[:4]) + (" …" if len(found) > 4 else "")
        yield scene.fact("event.motion_in_many", "", span, evidence, count=len(found), names=names)
        return
    for records, at_night in found:
        count = 1 + sum(two.start - one.end > VISIT_NS for one, two in pairwise(at_night))
        span = (at_night[0].start, at_night[-1].end)
        lasted = duration(span[1] - span[0])
        how = f"for {lasted}" if count == 1 else f"{times(count)} within {lasted}"
        topic, place, evidence = records.teller.series.topic, records.teller.place, _evidence(records, at_night[0])
        yield scene.fact("event.motion_at_night", topic, span, evidence, place=place, told=how)


def _on(scene: Scene, records: Records) -> list[Spell[str]]:
    return [each for each in spells(records.told, scene.end, scene.unwatched) if each.state == "on"]


def _evidence(records: Records, spell: Spell[str]) -> dict[str, int]:
    return {records.teller.series.topic: records.logged[spell.start]}
