"""Filling a real store quickly: one process, large commits through `gdp.store`, as the sink would have written it."""

from pathlib import Path

from bench.peers.homes import Homes, payload
from bench.peers.loading import loading
from gdp.settings import StoreSettings
from gdp.store import Store
from gdp.store.items import Write

COMMIT_MESSAGES = 20_000
FLUSH_EVERY = 10


def fill(data: Path, homes: Homes) -> None:
    """Log every message of `homes` in the store of the data directory `data`, whose processes are stopped."""
    topics = homes.topics
    # Nothing else uses the disk: what is due is filed at once.
    settings = StoreSettings(glog_disk_share_max=1.0)
    with Store.open(data / "store", keys=data / "keys", settings=settings) as store:
        for number, messages in enumerate(loading(homes, "hearthlog", COMMIT_MESSAGES)):
            store.commit(
                [
                    Write(topics[sensor], (payload(time, texts),))
                    for sensor, time, texts in zip(
                        messages.sensors.tolist(), messages.times.tolist(), messages.texts(), strict=True
                    )
                ]
            )
            if number % FLUSH_EVERY == 0:
                store.flush_due()
