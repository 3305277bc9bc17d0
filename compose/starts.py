"""The note of the broker's starts, by which the sink learns of a crash that it was not there to see."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import broker_config
from compose.datadir import DataDirectory, write_private
from compose.owner import give_to_owner


def note_start(directory: DataDirectory, *, clock: Callable[[], int] = time.monotonic_ns) -> None:
    """Notes that the broker begins another life, and whether the one before ended in order; before it begins.

    Args:
        directory: The home's.
        clock: The machine's monotonic clock, ns: the sink asks the same one.
    """
    alive, path = directory.broker / broker_config.ALIVE, directory.broker / broker_config.STARTS
    starts, crashes = _noted(path)
    entry = {"starts": starts + 1, "crashes": crashes + alive.exists(), "began_ns": clock()}
    # A full disk must not keep the broker from being started again; then the sink knows less.
    with suppress(OSError):
        write_private(path, json.dumps(entry) + "\n")
        give_to_owner(directory.root, path)
        # Not left to the broker: one that does not get as far as to make its own is no second crash.
        alive.unlink(missing_ok=True)


def _noted(path: Path) -> tuple[int, int]:
    try:
        entry = json.loads(path.read_bytes())
        return int(entry["starts"]), int(entry["crashes"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, 0
