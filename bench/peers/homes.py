"""The homes that every program of the comparison holds: sensors with four numbers a message, made from a seed.

Times are whole milliseconds, so that all of them can keep them. Now and then a sensor speaks twice in one millisecond.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FIELDS = ("temperature", "humidity", "pressure", "battery")
DAY_MS = 86_400_000
SENSORS_OF_HOME = 10
TWICE_SHARE = 0.005
SEED = 20_261_124
_CENTRE = np.array([[21.0], [45.0], [1013.0], [80.0]])
_STEP = np.array([[0.05], [0.3], [0.2], [0.01]])
_DIGITS = (2, 1, 1, 0)


@dataclass(frozen=True)
class Homes:
    """One set: `sensors` of four series each, with `messages` a sensor over `days` days that end at `end` (ms)."""

    name: str
    sensors: int
    messages: int
    days: int
    end: int
    seed: int = SEED

    @property
    def start(self) -> int:
        """The first millisecond that may have a message."""
        return self.end - self.days * DAY_MS

    @property
    def series(self) -> int:
        """How many series there are."""
        return self.sensors * len(FIELDS)

    @property
    def observations(self) -> int:
        """How many observations there are in all."""
        return self.series * self.messages

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """The topic of each sensor."""
        return tuple(topic_of(sensor) for sensor in range(self.sensors))

    def times(self, sensor: int) -> Ints:
        """When the sensor spoke, ms, ascending; equal times follow each other in the order of the messages."""
        return _times(self, sensor)

    def values(self, sensor: int) -> Floats:
        """What it said: a row per field, a column per message."""
        return _values(self, sensor)

    def arriving(self, rows: int = 100_000) -> Iterator["Messages"]:
        """All messages in the order of their times, so many at a time."""
        times = np.concatenate([self.times(sensor) for sensor in range(self.sensors)])
        order = np.argsort(times, kind="stable")
        sensors = np.repeat(np.arange(self.sensors), self.messages)
        values = np.concatenate([self.values(sensor) for sensor in range(self.sensors)], axis=1)
        for first in range(0, len(order), rows):
            chosen = order[first : first + rows]
            yield Messages(times[chosen], sensors[chosen], values[:, chosen])


class Messages(NamedTuple):
    """Messages in the order of their times (ms): sensor numbers, and a row of values per field."""

    times: Ints
    sensors: Ints
    values: Floats

    def texts(self) -> list[tuple[str, ...]]:
        """Each message's values as they are written everywhere."""
        columns = [list(map(written, row.tolist())) for row in self.values]
        return list(zip(*columns, strict=True))


def topic_of(sensor: int) -> str:
    """The topic of a sensor: ten of them live in a home."""
    return f"bench/home{sensor // SENSORS_OF_HOME}/sensor{sensor}"


def written(value: float) -> str:
    """A number as devices write it."""
    return repr(value).removesuffix(".0")


def payload(time: int, texts: tuple[str, ...]) -> bytes:
    """One message of a sensor, as it is published."""
    pairs = ",".join(f'"{field}":{text}' for field, text in zip(FIELDS, texts, strict=True))
    return f'{{"time":{time},{pairs}}}'.encode()


def line(topic: str, time: int, texts: tuple[str, ...]) -> str:
    """The same in InfluxDB's line protocol, which VictoriaMetrics takes too; times in ms."""
    pairs = ",".join(f"{field}={text}" for field, text in zip(FIELDS, texts, strict=True))
    return f"sensor,topic={topic} {pairs} {time}"


# Kept, for every program's answers are judged by them: some 100 MB.
@cache
def _times(homes: Homes, sensor: int) -> Ints:
    chance = np.random.default_rng((homes.seed, sensor, 0))
    step = (homes.end - homes.start) / homes.messages
    places = homes.start + np.arange(homes.messages) * step + chance.random(homes.messages) * step * 0.9
    times = places.astype(np.int64)
    twice = np.flatnonzero(chance.random(homes.messages) < TWICE_SHARE)
    twice = twice[twice > 0]
    times[twice] = times[twice - 1]
    return np.maximum.accumulate(times)


@cache
def _values(homes: Homes, sensor: int) -> Floats:
    chance = np.random.default_rng((homes.seed, sensor, 1))
    walk = np.cumsum(chance.standard_normal((len(FIELDS), homes.messages)) * _STEP, axis=1)
    # A walk that turns round at the edges of a range: values of real size, that change slowly.
    wide = _CENTRE * 0.1
    folded = np.abs((walk + wide) % (4 * wide) - 2 * wide) - wide + _CENTRE
    return np.array([np.round(row, digits) for row, digits in zip(folded, _DIGITS, strict=True)])


FULL = {"medium": (125, 20_000, 30), "small": (10, 25_920, 90), "wide": (5_000, 100, 30)}
"""Per set: sensors, messages a sensor, days."""
SHARES = {"full": 1, "small": 4, "tiny": 20}


def sets(scale: str, end: int, wanted: Sequence[str] = ()) -> list[Homes]:
    """The wanted sets (none: all), with all messages, a quarter, or so few that only whether it runs can be seen."""
    return [
        Homes(name, sensors, messages // SHARES[scale], days, end)
        for name, (sensors, messages, days) in FULL.items()
        if not wanted or name in wanted
    ]
