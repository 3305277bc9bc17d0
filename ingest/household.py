"""A simulated person's days in the flat: what they do, what a model takes it for, what motion and door sensors notice.

The same for the same seed whenever one begins to look, and in step with the phone and the watch.
"""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from random import Random

from ingest.replay import Publish
from ingest.simulator import COMMUTE_S, DAY_S, HOUR_S, Routine, days_from, publish_at, random_of

ACTIVITY_TOPIC = "homes/osh/anna/activity"
PREDICTED_TOPIC = f"{ACTIVITY_TOPIC}/predicted"
DOOR_TOPIC = "homes/osh/hall/front_door"
MOTION_TOPICS = {"bathroom": "homes/osh/bathroom/motion", "kitchen": "homes/osh/kitchen/motion"}

SLEEPING, WASHING, COOKING, EATING, RESTING, OUT = "sleeping", "bathroom", "cooking", "eating", "resting", "out"
_PLACES = {WASHING: "bathroom", COOKING: "kitchen", EATING: "kitchen"}
_MISTAKEN = {COOKING: EATING, EATING: COOKING, SLEEPING: RESTING, RESTING: SLEEPING}
"""What the model takes for what when it is wrong."""
_PREDICTED_EVERY_S = 300
_MOTION_EVERY_S = (60, 240)

Spell = tuple[int, int, str]
"""From and until, in seconds since midnight UTC, and what was done."""


def household(seed: int, start: int) -> Iterator[Publish]:
    """Messages from `start` (ns since 1970) on, without end, in order of sending."""
    return days_from(start, partial(_day, seed))


def _day(seed: int, day: int) -> list[Publish]:
    random = random_of("household", seed, day)
    routine = Routine.of(seed, day)
    spells = _flattened(_plan(random, routine))
    sent = [
        publish_at(ACTIVITY_TOPIC, {"activity": what, "ts": day * DAY_S + begin}, day, begin, random)
        for begin, _, what in spells
        if begin
    ]
    sent += _predictions(random, spells, day)
    for begin, end, what in spells:
        if what in _PLACES:
            sent += _motion(random, MOTION_TOPICS[_PLACES[what]], (begin, end), day)
    for moment in _door_moments(random, routine):
        closed = moment + random.randrange(6, 25)
        sent += [_switch(DOOR_TOPIC, state, day, at, random) for at, state in ((moment, "ON"), (closed, "OFF"))]
    return sent


def _plan(random: Random, routine: Routine) -> list[Spell]:
    """What was done; where two overlap, the later one in the list counts."""
    wake = routine.leave - 3_000 - random.randrange(600)
    home = routine.back + COMMUTE_S
    cooked = home + random.randrange(1_500, 2_700)
    bedtime = 22 * HOUR_S + 1_500 + random.randrange(2_400)
    visit = random.randrange(HOUR_S, 4 * HOUR_S)
    spells = [
        (0, DAY_S, RESTING),
        (0, wake, SLEEPING),
        (visit, visit + random.randrange(200, 500), WASHING),
        (wake, wake + random.randrange(900, 1_300), WASHING),
        (wake + 1_300, routine.leave, EATING),
        (routine.leave, home, OUT),
        (home, cooked, COOKING),
        (cooked, cooked + random.randrange(900, 1_500), EATING),
        (bedtime - 900, bedtime, WASHING),
        (bedtime, DAY_S, SLEEPING),
    ]
    if routine.run is not None:
        begin, end = routine.run
        spells += [(begin, end, OUT), (end, end + 1_000, WASHING)]
    return spells


def _flattened(plan: list[Spell]) -> list[Spell]:
    """The same without overlaps, ascending."""
    edges = sorted({edge for begin, end, _ in plan for edge in (begin, end)})
    found: list[Spell] = []
    for begin, end in pairwise(edges):
        what = [each for first, last, each in plan if first <= begin < last][-1]
        if found and found[-1][2] == what:
            found[-1] = (found[-1][0], end, what)
        else:
            found.append((begin, end, what))
    return found


def _predictions(random: Random, spells: list[Spell], day: int) -> Iterator[Publish]:
    """A model that looks every few minutes, is unsure for a while after a change, and now and then is wrong."""
    for second in range(random.randrange(_PREDICTED_EVERY_S), DAY_S - 60, _PREDICTED_EVERY_S):
        begin, _, what = next(each for each in spells if each[0] <= second < each[1])
        settling = begin > 0 and second - begin < 3 * _PREDICTED_EVERY_S
        wrong = random.random() < (0.3 if settling else 0.01)
        said = _MISTAKEN.get(what, what) if wrong else what
        sure = random.uniform(0.45, 0.7) if wrong or settling else random.uniform(0.8, 0.98)
        content = {"activity": said, "confidence": round(sure, 2), "ts": day * DAY_S + second}
        yield publish_at(PREDICTED_TOPIC, content, day, second, random)


def _motion(random: Random, topic: str, span: tuple[int, int], day: int) -> Iterator[Publish]:
    second, end = span
    while second < end:
        still = min(second + random.randrange(30, 90), end)
        yield _switch(topic, "ON", day, second, random)
        yield _switch(topic, "OFF", day, still, random)
        second = still + random.randrange(*_MOTION_EVERY_S)


def _door_moments(random: Random, routine: Routine) -> list[int]:
    """Out and in again; and most evenings once more, with the rubbish."""
    moments = [routine.leave, routine.back + COMMUTE_S, *(routine.run or ())]
    if random.random() < 0.8:
        rubbish = 22 * HOUR_S + random.randrange(120, 600)
        moments += [rubbish, rubbish + 200]
    return moments


def _switch(topic: str, state: str, day: int, second: int, random: Random) -> Publish:
    return publish_at(topic, {"state": state, "ts": day * DAY_S + second}, day, second, random)
