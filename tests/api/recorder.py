"""A real store with its log server, in the test's own process: what a sink would be, without a broker."""

import json
import time
from pathlib import Path
from typing import Self

from gdp.committer import Committer
from gdp.server import GdpServer
from gdp.settings import ServerSettings, StoreSettings
from gdp.store import Store, Write
from ingest.envelope import Message, pack
from tests.support.broker import free_port

WELL = {"session": True, "subscribed": True, "saving": True}


class Recorder:
    """`say` stores messages; `stop` and `start` are a sink that goes and comes back on the same port."""

    def __init__(self, data: Path, settings: StoreSettings | None = None, *, ahead_ns: int = 0) -> None:
        self.data = data
        self.ahead_ns = ahead_ns
        self.settings = settings
        self.port = free_port()
        self.said = 0

    async def __aenter__(self) -> Self:
        await self.start()
        await self.report()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.committer is not None:
            await self.stop()

    async def start(self) -> None:
        self.store = Store.open(
            self.data / "store",
            keys=self.data / "keys",
            settings=self.settings,
            wall=lambda: time.time_ns() + self.ahead_ns,
        )
        self.committer = await Committer(self.store).__aenter__()
        settings = ServerSettings(port=self.port, watermark_interval_s=0.1)
        self.server = await GdpServer(self.committer, settings).__aenter__()

    async def stop(self) -> None:
        await self.server.__aexit__(None, None, None)
        await self.committer.__aexit__(None, None, None)
        self.store.close()
        self.committer = None

    async def say(self, *messages: tuple[str, bytes | Message]) -> int:
        """Store messages in this order; returns the logged time of the last, when all are durable."""
        writes = [Write(topic, pack(said if isinstance(said, Message) else Message(said))) for topic, said in messages]
        self.said += len(writes)
        results = await self.committer.submit(writes)
        return results[-1].ts

    async def report(self, event: str = "heartbeat", **state: object) -> None:
        """A record of the sink's own log."""
        record = {"event": event, "state": WELL | state, "counters": {"received": self.said}}
        await self.committer.submit([Write("$hearthlog/sink", (json.dumps(record).encode(),), kind="sink")])
