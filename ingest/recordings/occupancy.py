"""occupancy-room: an office room once a minute, one topic a column, each value as it is spelled."""

from collections.abc import Iterator
from pathlib import Path

from ingest.recordings.files import lines, moment
from ingest.replay import Publish

_FILES = ("datatraining.txt.gz", "datatest.txt.gz", "datatest2.txt.gz")
"""In this order the second file is a late upload: it was recorded before the first."""
_QUANTITIES = ("temperature", "humidity", "light", "co2", "humidity_ratio", "occupancy")


def read(folder: Path) -> Iterator[Publish]:
    """Six messages a row. Rows have one field more than the header names: their number comes first."""
    for name in _FILES:
        rows = lines(folder / name)
        next(rows)
        for line in rows:
            _number, date, *values = line.replace('"', "").split(",")
            due = moment(date)
            for quantity, value in zip(_QUANTITIES, values, strict=True):
                yield Publish(due, f"office/room1/{quantity}", value.encode())
