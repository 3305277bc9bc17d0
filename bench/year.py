"""A home that holds one sensor's year: a million observations of one series, logged as the sink would have."""

import math
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import process
from bench.home import Home, home
from bench.peers.fill import COMMIT_MESSAGES, FLUSH_EVERY
from bench.peers.ours import held
from gdp.settings import StoreSettings
from gdp.store import Store
from gdp.store.items import Write

TOPIC = "bench/year/temperature"
OBSERVATIONS = 1_000_000
YEAR_MS = 365 * 86_400_000
DAY = OBSERVATIONS / 365
READY_S = 1_800.0
SEED = 20_261_124


@contextmanager
def home_of_a_year(directory: Path) -> Iterator[Home]:
    """A running home whose readers see all of the year; its data is in `directory`."""
    with home(directory):
        pass
    # The api makes its read model anew from the logs, which is quicker than following them.
    shutil.rmtree(directory / "data" / "read-model")
    fill(directory / "data", end_ms=time.time_ns() // 1_000_000)
    with home(directory, ready_s=READY_S) as there:
        process.wait_until(lambda: held(there) >= OBSERVATIONS, "the year", seconds=READY_S, poll_s=0.2)
        yield there


def fill(data: Path, *, end_ms: int) -> None:
    """Log the year that ends at `end_ms` in the store of a home whose processes are stopped."""
    # Nothing else uses the disk: what is due is filed at once.
    with Store.open(data / "store", keys=data / "keys", settings=StoreSettings(glog_disk_share_max=1.0)) as store:
        said = messages(end_ms)
        for number, first in enumerate(range(0, OBSERVATIONS, COMMIT_MESSAGES)):
            last = min(first + COMMIT_MESSAGES, OBSERVATIONS)
            store.commit([Write(TOPIC, (next(said),)) for _ in range(first, last)])
            if number % FLUSH_EVERY == 0:
                store.flush_due()


def messages(end_ms: int) -> Iterator[bytes]:
    """Payloads of an even rhythm: a day's and a year's wave, and noise that no picture of it may lose."""
    noise = random.Random(SEED)
    for index in range(OBSERVATIONS):
        wave = 8 * math.sin(index / OBSERVATIONS * math.tau) + 4 * math.sin(index / DAY * math.tau)
        at = end_ms - YEAR_MS + YEAR_MS * index // OBSERVATIONS
        yield b'{"value":%.2f,"time":%d}' % (12 + wave + noise.gauss(0, 0.5), at)
