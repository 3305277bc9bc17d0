"""The questions of the comparison, in words of its own; each program's module says them in its language."""

from typing import NamedTuple

import numpy as np

from bench.peers.homes import DAY_MS, FIELDS, SENSORS_OF_HOME, Homes

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
GRID_MS = 5 * MINUTE_MS
BUCKET_MS = 45 * MINUTE_MS
HOLD_MS = DAY_MS
ZONE = "Europe/Berlin"
VARIANTS = 8
WINDOW_DAYS = 30
BUCKETS = WINDOW_DAYS * DAY_MS // BUCKET_MS


class Question(NamedTuple):
    """One question about start ≤ time < end (ms) of sensors' fields."""

    kind: str
    """latest raw buckets mean hold days count export hours"""
    sensors: tuple[int, ...]
    fields: tuple[str, ...]
    start: int = 0
    end: int = 0
    every: int = 0

    @property
    def series(self) -> int:
        """How many series it is about."""
        return len(self.sensors) * len(self.fields)


class Asked(NamedTuple):
    """One line of the table: what is asked, in variants that differ, so that nobody answers from a cache of answers."""

    name: str
    questions: tuple[Question, ...]
    small: bool = False


SMALL_REQUESTS = "small requests"


def asked_of(homes: Homes) -> list[Asked]:
    """The lines for a set."""
    chance = np.random.default_rng(homes.seed)
    end = homes.end // HOUR_MS * HOUR_MS
    start = end - WINDOW_DAYS * DAY_MS
    every = tuple(range(homes.sensors))
    some = every[: 500 // len(FIELDS)]
    names = {"latest": f"latest of {len(some) * len(FIELDS)}", "count": f"count over {len(some) * len(FIELDS)} series"}
    fifty = every[:50] if homes.sensors >= 50 else every
    fields = FIELDS[:1] if homes.sensors >= 50 else FIELDS
    lines = [
        Asked(names["latest"], (Question("latest", some, FIELDS),)),
        Asked("24 h raw", tuple(_raw(homes, chance, end) for _ in range(VARIANTS))),
        Asked(f"30 days to {BUCKETS} buckets", tuple(_buckets(homes, chance) for _ in range(VARIANTS))),
        *_matrices(homes, start, end),
        Asked(
            f"calendar days, {ZONE}, {len(fifty) * len(fields)} series", (Question("days", fifty, fields, start, end),)
        ),
        Asked(names["count"], (Question("count", some, FIELDS, start, end),)),
        _export(homes),
        Asked(SMALL_REQUESTS, tuple(_small(homes, chance, end)), small=True),
    ]
    if homes.sensors > len(some):
        lines.append(Asked(f"latest of {homes.series:,}", (Question("latest", every, FIELDS),)))
        lines.append(Asked(f"count over {homes.series:,} series", (Question("count", every, FIELDS, start, end),)))
    return lines


def _raw(homes: Homes, chance: np.random.Generator, end: int) -> Question:
    sensor, day = int(chance.integers(homes.sensors)), int(chance.integers(1, WINDOW_DAYS - 1))
    return Question("raw", (sensor,), FIELDS[:1], end - (day + 1) * DAY_MS, end - day * DAY_MS)


def _buckets(homes: Homes, chance: np.random.Generator) -> Question:
    """Whole buckets, that lie alike in every program: what is left over at an edge, each would treat in its own way."""
    end = homes.end // BUCKET_MS * BUCKET_MS
    sensor = int(chance.integers(homes.sensors))
    return Question("buckets", (sensor,), FIELDS[:1], end - BUCKETS * BUCKET_MS, end, BUCKET_MS)


def _matrices(homes: Homes, start: int, end: int) -> list[Asked]:
    whole = homes.sensors // SENSORS_OF_HOME
    chosen = [tuple(range(home * SENSORS_OF_HOME, (home + 1) * SENSORS_OF_HOME)) for home in range(min(whole, 3))]
    rows = (end - start) // GRID_MS
    return [
        Asked(
            f"matrix 40 x {rows:,}, {kind}", tuple(Question(kind, each, FIELDS, start, end, GRID_MS) for each in chosen)
        )
        for kind in ("mean", "hold")
    ]


def _export(homes: Homes) -> Asked:
    wanted = max(1_000_000 // homes.messages, 1)
    sensors = tuple(range(min(wanted, homes.sensors)))
    fields = FIELDS[: max(1, wanted // len(sensors))]
    rows = len(sensors) * len(fields) * homes.messages
    return Asked(f"export of {rows:,} rows", (Question("export", sensors, fields, homes.start, homes.end),))


def _small(homes: Homes, chance: np.random.Generator, end: int) -> list[Question]:
    """What a page asks for: the newest of a sensor, a day of one series raw, a day of one series by the hour."""
    found = []
    for _ in range(VARIANTS):
        sensor = int(chance.integers(homes.sensors))
        found.append(Question("latest", (sensor,), FIELDS))
        found.append(_raw(homes, chance, end))
        found.append(_raw(homes, chance, end)._replace(kind="hours", every=HOUR_MS))
    return found
