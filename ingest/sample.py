"""The sample home: fourteen recorded days of a real flat, packed with the product under their own licence.

Source, attribution and what was changed: `samples/open_smart_home/README.md`.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import NamedTuple

from ingest.replay import SECOND, Publish

DAY_S = 86_400
DAYS = 14
"""Length of the sample; a multiple of a week, so that repeating it keeps the days of the week."""
WEEK_S = 7 * DAY_S
START_S = 1_494_201_600
"""Its first second: Monday, 8 May 2017, 00:00 UTC."""
END_S = START_S + DAYS * DAY_S


class Series(NamedTuple):
    """One series of the sample, in the words of its `series.json`."""

    topic: str
    room: str
    quantity: str
    position: str | None
    unit: str
    device_class: str
    kind: str
    source: str
    rows: int


class Row(NamedTuple):
    """One recorded observation."""

    time_s: int
    series: int
    value: str
    """The value's text exactly as recorded."""


def load_series() -> tuple[Series, ...]:
    """The series of the sample; a row names one by its place in this tuple."""
    entries = json.loads(files("ingest").joinpath("samples/open_smart_home/series.json").read_bytes())
    return tuple(Series(**entry) for entry in entries)


def load_rows() -> tuple[Row, ...]:
    """All rows in order of time, then of series."""
    packed = files("ingest").joinpath("samples/open_smart_home/observations.tsv.gz").read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()
    return tuple(Row(int(time), int(series), value) for time, series, value in (line.split("\t") for line in lines))


def shift_for(now_s: int) -> int:
    """Seconds to add to recorded times so that the home lives until `now_s`: whole weeks.

    The recorded moment that becomes now has its day of the week and its time of day (UTC), and at least a week of
    recorded life before it.
    """
    return -(-(now_s - END_S) // WEEK_S) * WEEK_S


def home(series: Sequence[Series], rows: Sequence[Row], *, start_s: int, shift_s: int) -> Iterator[Publish]:
    """The home's messages from `start_s` on, without end: after its last day the sample begins again.

    Args:
        series: as `load_series` gave it.
        rows: as `load_rows` gave them.
        start_s: first moment, Unix seconds.
        shift_s: added to recorded times, for the first round.
    """
    round_s = shift_s - -(-(END_S + shift_s - start_s) // (DAYS * DAY_S)) * DAYS * DAY_S
    while True:
        for row in rows:
            if row.time_s + round_s >= start_s:
                yield as_publish(series[row.series].topic, row.time_s + round_s, row.value)
        round_s += DAYS * DAY_S


def as_publish(topic: str, time_s: int, value: str) -> Publish:
    """One row as the home's device would send it: the value in its recorded spelling, and when it was measured."""
    return Publish(time_s * SECOND, topic, f'{{"value": {value}, "ts": {time_s}}}'.encode())
