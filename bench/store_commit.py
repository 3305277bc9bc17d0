"""CPU and wall time of committing to the store, as a ratio to appending the same bytes to a plain file with fdatasync.

    python -m bench.store_commit [--records N] [--profile]

One line per (batch, logs): µs of CPU and wall a record, and both divided by those of plain append + fdatasync.
`unsigned` leaves signatures out, which have a budget of their own; `default` is what a sink pays.
"""

import argparse
import cProfile
import os
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from gdp.settings import StoreSettings
from gdp.store import Kind, Store

PAYLOAD_BYTES = 200
BATCHES = (50, 500, 5_000)
LOGS = (1, 1_000)
NEVER = StoreSettings(signature_interval_s=1e9, signature_unsigned_max=1 << 62)


class Cost(NamedTuple):
    """µs a record."""

    cpu: float
    wall: float


def measure(work, records):
    """Return what `work` costs a record."""
    cpu, wall = time.process_time_ns(), time.perf_counter_ns()
    work()
    return Cost((time.process_time_ns() - cpu) / records / 1e3, (time.perf_counter_ns() - wall) / records / 1e3)


def batches_of(size, logs, records):
    """Return batches in which each message goes to the next topic."""
    payload = os.urandom(PAYLOAD_BYTES)
    topics = [f"homes/h1/room{number}/temperature" for number in range(logs)]
    return [
        [(topics[(first + at) % logs], (payload,), Kind.TOPIC, 1, 1) for at in range(size)]
        for first in range(0, records, size)
    ]


def store_cost(directory, batches, records, settings):
    """Return the store's cost, and the size of the frames that it wrote."""
    with Store.open(directory / "store", keys=directory / "keys", settings=settings) as store:
        for first in batches_of(5_000, len({topic for batch in batches for topic, *_ in batch}), 5_000):
            store.commit(first)  # every log exists
        before = store.commit_log_bytes
        cost = measure(lambda: [store.commit(batch) for batch in batches], records)
        return cost, (store.commit_log_bytes - before) // len(batches)


def plain_cost(directory, frame_bytes, count, records):
    """Return the cost of appending as many bytes in as many frames."""
    frame = os.urandom(frame_bytes)
    fd = os.open(directory / "plain", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def append():
        for _ in range(count):
            os.write(fd, frame)
            os.fdatasync(fd)

    try:
        return measure(append, records)
    finally:
        os.close(fd)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--profile", action="store_true", help="profile the largest batch instead")
    options = parser.parse_args()
    if options.profile:
        with tempfile.TemporaryDirectory() as directory, cProfile.Profile() as profile:
            store_cost(Path(directory), batches_of(5_000, 1_000, options.records), options.records, NEVER)
        profile.print_stats("tottime")
        return
    print("signatures  batch   logs   cpu µs  wall µs  cpu ratio wall ratio")
    for label, settings in (("unsigned", NEVER), ("default", StoreSettings())):
        for size in BATCHES:
            records = min(options.records, size * 400)
            for logs in LOGS:
                with tempfile.TemporaryDirectory() as name:
                    batches = batches_of(size, logs, records)
                    cost, frame = store_cost(Path(name), batches, records, settings)
                    plain = plain_cost(Path(name), frame, len(batches), records)
                print(
                    f"{label:10} {size:6} {logs:6} {cost.cpu:8.2f} {cost.wall:8.2f} "
                    f"{cost.cpu / plain.cpu:10.1f} {cost.wall / plain.wall:10.1f}"
                )


if __name__ == "__main__":
    main()
