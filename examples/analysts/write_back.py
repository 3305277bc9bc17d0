"""Publishing predictions, so that they are logged, signed and asked for like anything that a device says."""

import asyncio
import json
import os
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from hearthlog import Home
from ingest.publisher import Account, Publisher
from ingest.replay import Publish


class Prediction(NamedTuple):
    """What a model says of one moment, and how sure it is, if it says so."""

    at: datetime
    value: bool | str
    probability: float | None = None

    def payload(self, dataset: str) -> bytes:
        """As a message: with its own time, and the dataset that the model learned from."""
        sure = {} if self.probability is None else {"confidence": round(self.probability, 4)}
        return json.dumps({"value": self.value, **sure, "dataset": dataset, "time": self.at.isoformat()}).encode()


def write_back(home: Home, topic: str, dataset: str, predictions: Sequence[Prediction]) -> str:
    """Publish predictions under a topic; returns a position at which all of them are in the history."""
    before = home.position()
    messages = [Publish(0, topic, each.payload(dataset)) for each in predictions]
    asyncio.run(_publish(str(home.store()["broker"]), messages))
    logged = list(islice(home.live(topic, since=before), len(messages)))
    return logged[-1].position if logged else before


async def _publish(broker: str, messages: list[Publish]) -> None:
    host, _, port = broker.rpartition(":")
    secret = os.environ.get("HEARTHLOG_TOKEN")
    if secret is None:
        secret = (Path(os.environ.get("HEARTHLOG_DATA", "data")) / "secrets" / "admin.token").read_text().strip()
    account = Account(host, int(port), os.environ.get("HEARTHLOG_ACCOUNT", "admin"), secret)
    async with Publisher(account) as publisher:
        for message in messages:
            await publisher.publish(message)
        await publisher.drain()
