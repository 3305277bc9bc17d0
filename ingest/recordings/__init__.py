"""The registry of recorded sets: which folder is which, and how its README maps it to MQTT."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ingest.errors import RecordingError
from ingest.recordings import (
    device_payloads,
    fitbit,
    kasteren,
    lab_mqtt,
    occupancy,
    open_smart_home,
    owntracks,
    watch_motions,
)
from ingest.replay import Publish


class Recording(NamedTuple):
    """One recorded set."""

    name: str
    marker: str
    """The file by which its folder is known."""
    read: Callable[[Path], Iterator[Publish]]
    """Its messages in the order in which they were, or are to be, published; `due` in ns as recorded."""


RECORDINGS = (
    Recording("open-smart-home", "series.json", open_smart_home.read),
    Recording("kasteren", "houseA.sensors", kasteren.read),
    Recording("occupancy-room", "datatraining.txt.gz", occupancy.read),
    Recording("watch-basicmotions", "BasicMotions_TRAIN.ts.gz", watch_motions.read),
    Recording("owntracks-demo", "demo-iphone.rec", owntracks.read),
    Recording("lab-mqtt", "messages.ndjson", lab_mqtt.read),
    Recording("fitbit-heart-rate", "heartrate_seconds_merged.csv.gz", fitbit.read),
    Recording("device-payloads", "payloads.ndjson", device_payloads.read),
)


def recording_in(folder: Path) -> Recording:
    """Recognise the set in a folder.

    Raises:
        RecordingError: no such folder, or none of the sets that are known here.
    """
    if not folder.is_dir():
        raise RecordingError(f"{folder} is not a folder")
    for recording in RECORDINGS:
        if (folder / recording.marker).is_file():
            return recording
    known = ", ".join(recording.name for recording in RECORDINGS)
    raise RecordingError(f"{folder} holds none of the recorded sets that are known here: {known}")
