"""A real sink process for tests, and what it has put into its store."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import defaultdict
from contextlib import contextmanager

import httpx

from gdp.chain import verify
from gdp.store import Store
from gdp_sink.lookback import messages_backward
from gdp_sink.own_log import TOPIC
from tests.support.broker import free_port
from tests.support.waiting import poll

EXIT_S_MAX = 60
STORED_S_MAX = 600
"""Opening the store to look takes a while when much is in it; a test's own timeout comes first."""


class SinkProcess:
    """`python -m gdp_sink` on a data directory; may be started again and again."""

    def __init__(self, directory, mqtt_port, **settings):
        self.data = directory
        self.mqtt_port = mqtt_port
        self.gdp_port, self.metrics_port = free_port(), free_port()
        self.settings = {"heartbeat_s": 0.5, "reconnect_delay_max_s": 0.5, "broker_database": "", **settings}
        self.process = None

    async def __aenter__(self):
        try:
            await self.start()
        except BaseException:
            self.end()
            raise
        return self

    async def __aexit__(self, failed, *_):
        if failed is not None:
            self.end()
        if self.process.returncode is None:
            await self.stop()
        await asyncio.wait({self._drain})

    def end(self):
        """Kill it if it still runs."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()

    @property
    def environment(self):
        own = {
            "config": str(self.data / "none.toml"),
            "data": self.data,
            "mqtt": f"127.0.0.1:{self.mqtt_port}",
            "gdp": f"127.0.0.1:{self.gdp_port}",
            "sink_metrics": f"127.0.0.1:{self.metrics_port}",
            **self.settings,
        }
        return {**os.environ, **{f"HEARTHLOG_{name.upper()}": str(value) for name, value in own.items()}}

    command = (sys.executable, "-m", "gdp_sink")

    async def start(self, *, subscribed=True):
        self.process = await asyncio.create_subprocess_exec(*self.command, env=self.environment, stderr=subprocess.PIPE)
        self._drain = asyncio.create_task(self.process.stderr.read())
        await self.metric("hearthlog_sink_subscribed", 1.0) if subscribed else await self.scrape()

    async def stop(self):
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self.exited()

    async def kill(self):
        self.process.kill()
        await self.exited()

    async def exited(self):
        async with asyncio.timeout(EXIT_S_MAX):
            return await self.process.wait()

    async def said(self):
        """What a dead process wrote to stderr."""
        return (await self._drain).decode()

    async def metric(self, name, value):
        """Wait until a metric has a value."""
        await poll(self.scrape, until=lambda found: found.get(name) == value)

    async def scrape(self):
        """Wait until the process answers; its metrics by name and labels."""
        async with httpx.AsyncClient(trust_env=False, verify=False, timeout=60) as client:
            while True:
                assert self.process.returncode is None, await self.said()
                try:
                    answer = await client.get(f"http://127.0.0.1:{self.metrics_port}/metrics")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.01)
        text = answer.raise_for_status().text
        lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in lines}

    async def stored(self, topic, count=1):
        """Wait until the store holds `count` records of a topic; what the broker delivered before is there then too."""

        def records():
            assert self.process.returncode is None
            with self.store() as store:
                log = store.current(topic)
                return 0 if log is None else log.tip_recno

        async with asyncio.timeout(STORED_S_MAX):
            while await asyncio.to_thread(records) < count:  # noqa: ASYNC110  # another process writes it
                await asyncio.sleep(0.05)

    @contextmanager
    def store(self):
        """The store as it is on disk now."""
        yield Store.open_readonly(self.data / "store")

    def messages(self):
        """All messages of a stopped sink by topic, in the order of the log; every chain is verified."""
        with self.store() as store:
            found = {}
            for log in store.logs():
                datums = store.read(log.name, 1, -1)
                report = verify(log.metadata, datums)
                assert report.ok, (log.topic, report)
                assert report.records == log.tip_recno
                if log.kind == "topic":
                    backward = list(messages_backward([datum.data for datum in datums]))
                    found[log.topic] = backward[::-1]
            return found

    def events(self, kind=None):
        """The records of the own log of a stopped sink, of one kind or all."""
        with self.store() as store:
            log = store.current(TOPIC)
            records = [json.loads(datum.data) for datum in store.read(log.name, 1, -1)] if log else []
        return [record for record in records if kind in (None, record["event"])]


def by_topic(published):
    """(topic, message) pairs in the order of publishing → messages by topic."""
    found = defaultdict(list)
    for topic, message in published:
        found[topic].append(message)
    return dict(found)
