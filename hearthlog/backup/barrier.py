"""Waiting until the store holds everything that the broker has acknowledged so far, by a message that comes last.

The broker keeps the order of what it queues for the sink. So when a message that we publish now is in the store,
whatever the broker acknowledged to anybody before it is there too. The message is also the record of the backup.
"""

import asyncio
import json
import secrets
from typing import NamedTuple

from broker_config import ADMIN
from compose.addresses import Address
from gdp.client import FeedRecords, GdpClient
from gdp.errors import GdpError
from gdp.names import GdpName
from ingest.publisher import Account, Publisher
from ingest.replay import Publish

TOPIC = "hearthlog/backup"


class Home(NamedTuple):
    """Where a running home is reached."""

    mqtt: Address
    gdp: Address
    server: GdpName
    password: str


async def drained(home: Home, *, made: int, timeout_s: float) -> bool:
    """Return whether everything acknowledged before the call is in the store; False if that cannot be had in time.

    `made` (ns) goes into the message.
    """
    mark = secrets.token_hex(8)
    payload = json.dumps({"event": "backup", "made": str(made), "mark": mark}).encode()
    account = Account(*home.mqtt.reachable, ADMIN, home.password)
    listening = asyncio.Event()
    try:
        async with (
            asyncio.timeout(timeout_s),
            GdpClient.connect(*home.gdp.reachable) as client,
            Publisher(account) as publisher,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(_arrival(client, home.server, mark.encode(), listening), name="backup-barrier")
            await listening.wait()
            await publisher.publish(Publish(0, TOPIC, payload))
    except (TimeoutError, OSError, GdpError, ExceptionGroup):
        return False
    return True


async def _arrival(client: GdpClient, server: GdpName, mark: bytes, listening: asyncio.Event) -> None:
    """Return when the mark is stored; `listening` is set when it may be sent, so that it cannot be missed."""
    async for item in client.feed(server, None):
        listening.set()
        if isinstance(item, FeedRecords) and any(mark in datum.data for _, datum, _ in item.records):
            return
