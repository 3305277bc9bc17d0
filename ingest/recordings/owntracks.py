"""owntracks-demo: one real phone with late points and wills, payloads as they came, in order of receipt."""

from collections.abc import Iterator
from pathlib import Path

from ingest.recordings.files import lines, moment
from ingest.replay import Publish


def read(folder: Path) -> Iterator[Publish]:
    """One message a line."""
    for line in lines(folder / "demo-iphone.rec"):
        received, _kind, payload = line.split("\t", 2)
        yield Publish(moment(received), "owntracks/demo/iphone", payload.encode())
