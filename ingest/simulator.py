"""Simulated people: a phone and a watch, day by day, the same for the same seed whenever one begins to look.

Both lose their connection now and then. The phone then sends its points late, one by one, each with its own `tst`; the
watch sends what it kept as one array.
"""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from ingest.replay import SECOND, Publish

DAY_S = 86_400
PHONE_TOPIC = "homes/osh/phone/location"
HEART_RATE_TOPIC = "homes/osh/watch/heart_rate"
STEPS_TOPIC = "homes/osh/watch/steps"

_HOME = (49.4521, 11.0767)
_WORK = (49.4773, 10.9886)
HOUR_S = 3_600
_CHARGED_S, _BEDTIME_S = 6 * HOUR_S, 22 * HOUR_S + 1_800
COMMUTE_S = 35 * 60
_BEAT_S = 15
"""The watch measures this often: often enough that a live page is seen to live."""
_LATENCY_MS = (200, 3_000)


class Routine(NamedTuple):
    """A person's day, in seconds since midnight UTC; `None` for a spell without connection that does not happen."""

    leave: int
    back: int
    phone_offline: tuple[tuple[int, int], ...]
    run: tuple[int, int] | None
    """Out running with the watch only: it has no connection."""
    watch_charging: tuple[int, int]

    @classmethod
    def of(cls, seed: int, day: int) -> "Routine":
        """The routine of day number `day` (since 1970)."""
        random = random_of("routine", seed, day)
        leave = 7 * HOUR_S + random.randrange(3_000)
        back = 16 * HOUR_S + random.randrange(2 * HOUR_S)
        tunnel = leave + random.randrange(300, 900)
        offline = [(tunnel, tunnel + random.randrange(600, 1_500))]
        if random.random() < 0.5:
            cellar = 12 * HOUR_S + random.randrange(3_600)
            offline.append((cellar, cellar + random.randrange(1_800, 3 * HOUR_S)))
        run_start = 19 * HOUR_S + random.randrange(1_800)
        run = (run_start, run_start + random.randrange(1_500, 3_000)) if random.random() < 0.6 else None
        charging = 21 * HOUR_S + random.randrange(1_800)
        return cls(leave, back, tuple(offline), run, (charging, charging + 2_400))


def phone(seed: int, start: int) -> Iterator[Publish]:
    """A phone's messages from `start` (ns since 1970) on, without end, in order of sending."""
    return days_from(start, lambda day: _phone_day(seed, day))


def watch(seed: int, start: int) -> Iterator[Publish]:
    """A watch's messages from `start` (ns since 1970) on, without end, in order of sending."""
    return days_from(start, lambda day: _watch_day(seed, day))


def days_from(start: int, make: Callable[[int], list[Publish]]) -> Iterator[Publish]:
    """What `make` gives for each day (since 1970) from `start` (ns) on, without end, in order of sending."""
    day = start // SECOND // DAY_S
    while True:
        for each in sorted(make(day), key=lambda each: each.due):
            if each.due >= start:
                yield each
        day += 1


def _phone_day(seed: int, day: int) -> list[Publish]:
    routine = Routine.of(seed, day)
    random = random_of("phone", seed, day)
    sent = []
    second = random.randrange(300)
    while second < DAY_S - 60:
        travelled = _travelled(routine, second)
        point = _point(random, travelled, second, day)
        held_until = next((end for begin, end in routine.phone_offline if begin <= second < end), second)
        sent.append(publish_at(PHONE_TOPIC, point, day, held_until, random))
        second += 120 if 0 < travelled < 1 else 1_200 + random.randrange(600)
    return sent


def _point(random: Random, travelled: float, second: int, day: int) -> dict[str, object]:
    latitude, longitude = (
        begin + (end - begin) * travelled + random.gauss(0, 4e-5) for begin, end in zip(_HOME, _WORK, strict=True)
    )
    moving = 0 < travelled < 1
    return {
        "_type": "location",
        "lat": round(latitude, 6),
        "lon": round(longitude, 6),
        "acc": random.choice((5, 8, 12, 35) if moving else (10, 14, 20)),
        "vel": random.randrange(15, 60) if moving else 0,
        "batt": _battery(second),
        "tid": "ph",
        "tst": day * DAY_S + second,
    }


def _travelled(routine: Routine, second: int) -> float:
    """Where on the way to work: 0 at home, 1 at work."""
    if second < routine.back:
        return min(max((second - routine.leave) / COMMUTE_S, 0.0), 1.0)
    return max(1 - (second - routine.back) / COMMUTE_S, 0.0)


def _battery(second: int) -> int:
    if second < _CHARGED_S:
        return min(100, 40 + second * 60 // (3 * HOUR_S))
    return max(5, 100 - (second - _CHARGED_S) * 62 // (_BEDTIME_S - _CHARGED_S))


def _watch_day(seed: int, day: int) -> list[Publish]:
    routine = Routine.of(seed, day)
    random = random_of("watch", seed, day)
    sent: list[Publish] = []
    kept: list[dict[str, int]] = []
    steps = 0.0
    for second in range(random.randrange(_BEAT_S), DAY_S - 60, _BEAT_S):
        running = routine.run is not None and routine.run[0] <= second < routine.run[1]
        if kept and not running:
            sent.append(publish_at(HEART_RATE_TOPIC, kept, day, second, random))
            kept = []
        cadence = _cadence(random, routine, second, running=running)
        steps += cadence * _BEAT_S / 60
        if routine.watch_charging[0] <= second < routine.watch_charging[1]:
            continue
        beat = {"bpm": _heart_rate(random, second, cadence), "ts": day * DAY_S + second}
        if running:
            kept.append(beat)
            continue
        sent.append(publish_at(HEART_RATE_TOPIC, beat, day, second, random))
        if second % 300 < _BEAT_S:
            sent.append(publish_at(STEPS_TOPIC, {"steps": int(steps), "ts": day * DAY_S + second}, day, second, random))
    return sent


def _cadence(random: Random, routine: Routine, second: int, *, running: bool) -> int:
    """Steps a minute."""
    if running:
        return random.randrange(150, 175)
    if 0 < _travelled(routine, second) < 1:
        return random.randrange(40, 110)
    awake = _CHARGED_S <= second < _BEDTIME_S
    return random.randrange(60) if awake and random.random() < 0.15 else 0


def _heart_rate(random: Random, second: int, cadence: int) -> int:
    rest = 66 if _CHARGED_S <= second < _BEDTIME_S else 53
    return round(rest + cadence * 0.5 + random.gauss(0, 2.5))


def publish_at(topic: str, content: object, day: int, second: int, random: Random) -> Publish:
    """A message of a second of a day, sent as soon as a radio does."""
    due = (day * DAY_S + second) * SECOND + random.randrange(*_LATENCY_MS) * 1_000_000
    return Publish(due, topic, json.dumps(content).encode())


def random_of(what: str, seed: int, day: int) -> Random:
    """Chance that is the same whenever one looks at that day."""
    return Random(f"{what} {seed} {day}")  # noqa: S311  # a simulation, no secret
