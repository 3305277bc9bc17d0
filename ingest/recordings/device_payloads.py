"""device-payloads: messages as devices really send them, topics and retain flags as given, a second apart."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

from ingest.recordings.files import lines
from ingest.replay import SECOND, Publish


def read(folder: Path) -> Iterator[Publish]:
    """In order of the file."""
    for number, line in enumerate(lines(folder / "payloads.ndjson")):
        entry = json.loads(line)
        text = entry["payload"]
        payload = base64.b64decode(text) if entry["encoding"] == "base64" else text.encode()
        yield Publish(number * SECOND, entry["topic"], payload, retain=entry["retain"])
