"""watch-basicmotions: accelerometer and gyroscope in batches of ten, and what the person did as a label."""

from collections.abc import Iterator
from pathlib import Path

from ingest.recordings.files import lines
from ingest.replay import SECOND, Publish

_FILES = ("BasicMotions_TRAIN.ts.gz", "BasicMotions_TEST.ts.gz")
_START_S = 1_577_836_800
"""The recordings have no times; we give the first one 1 January 2020, 00:00 UTC, and each ten seconds."""
_BATCH = 10


def read(folder: Path) -> Iterator[Publish]:
    """Ten batches and a label for each recording."""
    number = 0
    for name in _FILES:
        for line in lines(folder / name):
            if line and line[0] not in "#@":
                yield from _recording(number, line)
                number += 1


def _recording(number: int, line: str) -> Iterator[Publish]:
    *channels, label = line.split(":")
    columns = [channel.split(",") for channel in channels]
    topic = f"watches/bm{number:02}"
    start = _START_S + number * 10
    for batch in range(0, len(columns[0]), _BATCH):
        rows = list(zip(*(column[batch : batch + _BATCH] for column in columns), strict=True))
        begin = start + batch // _BATCH
        payload = f'{{"t0":{begin},"dt":0.1,"acc":{_table(rows, 0)},"gyro":{_table(rows, 3)}}}'
        yield Publish((begin + 1) * SECOND, f"{topic}/imu", payload.encode())
    yield Publish((start + 10) * SECOND, f"{topic}/activity", label.encode())


def _table(rows: list[tuple[str, ...]], first: int) -> str:
    """Three columns as JSON, numbers spelled as in the source."""
    return "[" + ",".join("[" + ",".join(row[first : first + 3]) + "]" for row in rows) + "]"
