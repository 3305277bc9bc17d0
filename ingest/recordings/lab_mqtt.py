"""lab-mqtt: five minutes of a real broker, each message as it was, below the prefix `lab/`."""

import json
from collections.abc import Iterator
from pathlib import Path

from ingest.recordings.files import lines, moment
from ingest.replay import Publish


def read(folder: Path) -> Iterator[Publish]:
    """In order of receipt; repeats are messages of their own."""
    for line in lines(folder / "messages.ndjson"):
        entry = json.loads(line)
        topic = f"lab/{entry['topic']}"
        yield Publish(moment(entry["received_at"]), topic, entry["payload"].encode(), retain=entry["retain"])
