"""One schedule: devices, a broker, and the sink's own code on a virtual disk, with faults at moments chosen by a seed."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

from gdp.committer import Committer
from gdp.errors import GdpError
from gdp.names import GdpName
from gdp.settings import StoreSettings
from gdp.store import Commit, Store
from gdp_sink.redelivery import RedeliveryWindow
from gdp_sink.settings import SinkSettings
from gdp_sink.sink import Sink
from ingest.envelope import unpack
from tests.gdp.stores import die
from tests.simulator.broker_lives import Lives
from tests.simulator.stored import payloads, records
from tests.simulator.virtual_broker import VirtualBroker
from tests.simulator.virtual_disk import VirtualDisk
from tests.simulator.virtual_source import VirtualSource
from tests.simulator.virtual_time import VirtualClock, VirtualLoop

PACKET_IDS, WINDOW, REDELIVERY_WINDOW = 20, 3, 10
"""As 65,535 to 1,000 to 32,000: a packet id comes back soon, and never within the window of redeliveries."""
STORE = StoreSettings(
    segment_bytes=6_000,
    commit_log_bytes=20_000,
    commit_log_keep_bytes=8_000,
    glog_pending_max=16,
    glog_disk_share_max=1.0,
)
FAULTS_S, QUIET_S_MAX = 1.2, 120.0
FILING = 16
"""One schedule in so many writes log files too; they cost more than all else, and power cuts try them at each write."""


KINDS = 3
"""Of brokers: one whose starts are noted, as by `hearthlog up`; one that says its uptime; one that nothing tells of."""
BEAT_S = 0.4
"""Heartbeats where they keep what it says: rare ones would not, in so short a time."""

Fault = Callable[["World"], Coroutine[None, None, None]]


class World:
    """Everything that one schedule needs. All randomness is the seed's."""

    def __init__(self, seed: int, directory: Path, settings: SinkSettings, faults: Sequence[Fault]) -> None:
        self.random = Random(seed)
        self.loop = VirtualLoop(Random(seed + 1))
        self.clock = VirtualClock(self.loop)
        self.equal = self.random.random() < 0.3
        self.filing = seed % FILING == 0
        self.noted, self.says = seed % KINDS == 0, seed % KINDS == 1
        update = {"data": directory, "heartbeat_s": BEAT_S if self.says else settings.heartbeat_s}
        self._settings = settings.model_copy(update=update)
        notes = self._settings.broker_starts_path if self.noted else None
        self.broker = VirtualBroker(
            self.loop,
            self.random,
            Lives(self.clock.monotonic, notes, says=self.says),
            packet_ids=PACKET_IDS,
            window=WINDOW,
            queue_max=self.random.choice((10_000, 40)),
        )
        self.happened: list[tuple[float, str]] = []
        self.bounds = replace(STORE, commit_inline_bytes_max=0) if seed % 2 else STORE
        self._faults = faults
        self._directory = directory
        self._durable: set[int] = set()
        self._by_payload: dict[bytes, int] = {}
        self._seen: dict[GdpName, int] = {}
        self.disk = VirtualDisk()
        self._source: VirtualSource | None = None
        self.stopping = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self.fatal = asyncio.Event()
        self._over = False

    @property
    def faults(self) -> Counter[str]:
        return Counter(fault for _, fault in self.happened)

    def run(self) -> None:
        """Live through the schedule, then let everything come to rest, and check."""
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(self._live())
        finally:
            asyncio.set_event_loop(None)
            self.loop.close()

    async def _live(self) -> None:
        supervisor = self.loop.create_task(self._supervise())
        devices = self.loop.create_task(self._publish())
        for at in sorted(self.random.uniform(0.2, FAULTS_S) for _ in range(self.random.randint(1, 6))):
            await asyncio.sleep(max(0.0, at - self.loop.time()))
            fault = self.random.choice(self._faults)
            self.happened.append((round(self.loop.time(), 3), fault.__name__))
            await fault(self)
        await devices
        await self._come_to_rest(supervisor)
        supervisor.cancel()
        with suppress(asyncio.CancelledError):
            await supervisor

    async def _publish(self) -> None:
        random, number = self.random, 0
        while self.loop.time() < FAULTS_S + 0.3:
            await asyncio.sleep(random.choice((0.01, 0.05, 0.2, 0.4)))
            for _ in range(random.choice((1, 1, 1, 2, 8))):
                number += 1
                topic = random.choice(("a", "b/c", "r/state"))
                payload = f"{topic} {len(self.broker.books.published)}".encode()
                if self.equal and topic == "a":
                    payload = b"on"
                self._by_payload[payload] = len(self.broker.books.published)
                self.broker.publish(topic, payload, retain=topic == "r/state")

    async def _come_to_rest(self, supervisor: asyncio.Task[None]) -> None:
        self.broker.start()
        self.disk.full = False
        self.loop.work_s = 0.001
        deadline = self.loop.time() + QUIET_S_MAX
        while not self.broker.idle:
            if supervisor.done():
                supervisor.result()
            assert self.loop.time() < deadline, "the sink never took what the broker has for it"
            await asyncio.sleep(0.2)
        await asyncio.sleep(0.2)
        self._over = True
        self.stopping.set()
        running = self._running
        assert running is not None
        await running

    async def _supervise(self) -> None:
        """Start the sink, and again when it ends, as a supervisor does."""
        while True:
            self.disk, self.fatal = VirtualDisk(), asyncio.Event()  # whoever kills it now kills it, and no earlier one
            self._running = self.loop.create_task(self._process())
            await asyncio.wait((self._running,))
            self._running.result()
            if self._over:
                return
            self.stopping = asyncio.Event()
            await asyncio.sleep(0.1)

    async def _process(self) -> None:
        """One process, from its start to its end, in order or not."""
        disk = self.disk
        if disk.dead:
            return
        try:
            store = self._open(disk)
        except GdpError:
            return
        source = self._source = VirtualSource(self.loop, self.broker, self.random, self._durable)
        sink_ended = False
        try:
            async with Committer(store, fatal=lambda _: self.fatal.set(), clock=self.clock.monotonic) as committer:
                committer.on_commit(self._note)
                sink = Sink(self._settings, committer, source, clock=self.clock.monotonic)
                sink._intake.window = RedeliveryWindow(REDELIVERY_WINDOW)
                sink.recover()
                run = self.loop.create_task(sink.run(self.stopping))
                died = self.loop.create_task(self.fatal.wait())
                filing = self.loop.create_task(self._file(store))
                await asyncio.wait((run, died), return_when=asyncio.FIRST_COMPLETED)
                if not run.done():
                    disk.dead = source.dead = True
                    source.leave()
                    run.cancel()
                died.cancel()
                filing.cancel()
                results = await asyncio.gather(run, return_exceptions=True)
                sink_ended = results == [None]
                if sink_ended:
                    check_books(sink)
                elif isinstance(results[0], AssertionError) or not (disk.dead or disk.sync_fails or disk.full):
                    raise_first(results[0])
        finally:
            source.dead = True
            if sink_ended and not disk.dead:
                self._close(store)
            else:
                die(store)

    def _close(self, store: Store) -> None:
        """Write the files and go; or go, as when the time to stop is over."""
        if self.filing:
            with suppress(GdpError):
                store.close()
        else:
            die(store)

    def _open(self, disk: VirtualDisk) -> Store:
        store = Store.open(
            self._directory / "store",
            keys=self._directory / "keys",
            settings=self.bounds,
            wall=self.clock.wall,
            monotonic=self.clock.monotonic,
            entropy=self.random.randbytes,
            disk=disk,
        )
        for info, datums in records(store, self._seen):
            self._seen[info.name] = info.tip_recno
            for payload in payloads(datums):
                self._know(info.topic, payload)
        return store

    def _note(self, commit: Commit) -> None:
        assert self.disk.all_durable, "a commit was told of before it was durable"
        for entry, datum, _ in commit.records:
            if entry.topic is not None and not entry.topic.startswith("$"):
                self._know(entry.topic, unpack([datum.data]).payload)

    def _know(self, topic: str, payload: bytes) -> None:
        if self.equal and topic == "a":  # which of them it is nobody can tell; their number is checked at the end
            self._durable.update(each.number for each in self.broker.books.published if each.topic == "a")
        else:
            self._durable.add(self._by_payload[payload])

    async def _file(self, store: Store) -> None:
        while self.filing:
            with suppress(GdpError):
                store.flush_due()
            await asyncio.sleep(1.0)

    async def ended(self) -> None:
        running = self._running
        if running is not None:
            await asyncio.wait((running,))


def raise_first(error: object) -> None:
    """Raise what a process ended with, were it no fault of its disk."""
    if isinstance(error, BaseExceptionGroup):
        raise_first(error.exceptions[0])
    assert isinstance(error, BaseException)
    raise error


def check_books(sink: Sink) -> None:
    """Delivered = stored + duplicates + repeated retained + unwanted + refused, when nothing is in flight."""
    counters = sink._counters
    accounted = counters.stored + counters.duplicates + counters.retained_repeats + counters.unwanted
    assert counters.received == accounted + sum(counters.refused.values())
