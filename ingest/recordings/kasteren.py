"""kasteren: motion and contact sensors of two homes as ON and OFF, and the activities that people noted as labels."""

import json
from collections.abc import Iterator
from pathlib import Path

from ingest.recordings.files import lines
from ingest.replay import SECOND, Publish, merged

_HOMES = (("kA", "houseA", "houseA.sensors"), ("kB", "houseB", "houseB.sensors.gz"))


def read(folder: Path) -> Iterator[Publish]:
    """An ON and an OFF for each interval, one message for each label, both homes in order of (their own) time."""
    streams = []
    for home, stem, sensors in _HOMES:
        streams.append(_switches(home, folder / sensors))
        streams.append(_labels(home, folder / f"{stem}.activities", folder / f"{stem}.activity_names"))
    return merged(*streams)


def _switches(home: str, path: Path) -> Iterator[Publish]:
    events = []
    for start, duration, sensor in _intervals(path):
        topic = f"homes/{home}/{sensor}/state"
        events.append(Publish(start * SECOND, topic, b"ON"))
        events.append(Publish((start + duration) * SECOND, topic, b"OFF"))
    # Stable: of an OFF and the next ON in one second the OFF stays first, as in the file.
    return iter(sorted(events, key=lambda event: event.due))


def _labels(home: str, path: Path, names_path: Path) -> Iterator[Publish]:
    names = dict(line.split("\t") for line in lines(names_path))
    for start, duration, activity in _intervals(path):
        label = {"activity": names[activity], "start": start, "duration": duration}
        yield Publish(start * SECOND, f"homes/{home}/labels/activity", json.dumps(label).encode())


def _intervals(path: Path) -> Iterator[tuple[int, int, str]]:
    for line in lines(path):
        start, duration, identity = line.split("\t")
        yield int(start), int(duration), identity
