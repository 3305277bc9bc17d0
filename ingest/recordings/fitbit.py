"""fitbit-heart-rate: a watch over three days, the wall time without a zone as the device has it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ingest.recordings.files import lines
from ingest.replay import SECOND, Publish


def read(folder: Path) -> Iterator[Publish]:
    """One message a row; the month comes first in its dates, and noon is 12 PM."""
    rows = lines(folder / "heartrate_seconds_merged.csv.gz")
    next(rows)
    for line in rows:
        _identity, time, value = line.split(",")
        due = int(datetime.strptime(time, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=UTC).timestamp()) * SECOND
        payload = json.dumps({"bpm": int(value), "time": time}, separators=(",", ":"))
        yield Publish(due, "watches/fitbit1/heart_rate", payload.encode())
