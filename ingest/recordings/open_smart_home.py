"""open-smart-home: a real flat over 90 days, 37 series merged in order of time, `{"value": …, "ts": …}`."""

import json
from collections.abc import Iterator
from pathlib import Path

from ingest.recordings.files import lines
from ingest.replay import Publish, merged
from ingest.sample import as_publish


def read(folder: Path) -> Iterator[Publish]:
    """One message a row."""
    entries = json.loads((folder / "series.json").read_bytes())
    return merged(*(_series(folder / entry["file"], entry["topic"]) for entry in entries))


def _series(path: Path, topic: str) -> Iterator[Publish]:
    for line in lines(path):
        time, value = line.split("\t")
        yield as_publish(topic, int(time), value)
