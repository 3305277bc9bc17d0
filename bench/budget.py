"""The budget of one message: what each step on its way costs in CPU, in one process, without a network."""

import asyncio
import gc
import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from api.follow.interpret import STORE, Filler, Interpreter
from api.live.record import event, event_data, from_feed
from api.readmodel.batch import Batch
from api.readmodel.series import SeriesTable
from bench import mqtt
from bench.load import payload, topics
from bench.options import Options
from bench.table import Table, median, number, ratio
from gdp.catalogue import Kind, LogEntry
from gdp.datum import Datum, LogHash
from gdp.datumcodec import encode_content, encode_datum
from gdp.keys import VerifyKey, WriterKey
from gdp.names import GdpName
from gdp.settings import StoreSettings
from gdp.store import Store, WriteFields
from gdp.wire import decode
from gdp.worker import Worker
from gdp_sink.counters import Counters
from gdp_sink.intake import Intake
from gdp_sink.process import calm_the_collector
from gdp_sink.publish_splitter import PublishSplitter
from gdp_sink.refusal import RefusalReport
from gdp_sink.source import AnyDelivery
from ingest.filters import FilterSet

MESSAGES = 5_000
LOGS = 1_000
SINGLES = 500  # of what is measured one by one
FEED_BATCH = 200  # records in a PDU: about what fits
COLUMNS = ("step", "to SHA-256 of the payload", "CPU µs", "design's figure, µs")
NAME = GdpName(bytes(32))
UNSIGNED = StoreSettings(signature_interval_s=1e9, signature_unsigned_max=1 << 62, commit_log_bytes=1 << 40)
BODY = payload(200)


class Step(NamedTuple):
    """One step: its words, the prototype's figure (store.md, read-model.md), and what measures it in µs a message."""

    title: str
    expected: str
    measure: Callable[[], float]


def budget(options: Options) -> Iterator[Table]:
    """The table of all steps, in the order in which a message takes them."""
    calm_the_collector()  # as the sink does
    table = Table("One message of 200 bytes, step by step", COLUMNS)
    yardstick = median(cost(lambda: hashlib.sha256(BODY).digest()) for _ in range(options.rounds))
    for step in STEPS:
        step.measure()
        spent = median(step.measure() for _ in range(options.rounds))
        table.add(step.title, ratio(spent / yardstick), number(spent), step.expected)
    table.note = f"SHA-256 of the payload here: {number(yardstick)} µs."
    yield table


def cost(work: Callable[[], object], times: int = MESSAGES, messages: int = 1) -> float:
    """CPU µs a message of calling `work`, which deals with `messages` of them, until `times` are done."""
    gc.collect()
    before = time.process_time_ns()
    for _ in range(times // messages):
        work()
    return (time.process_time_ns() - before) / 1e3 / (times // messages * messages)


def receive() -> float:
    """Take messages out of a chunk of the broker's stream."""
    names = topics(LOGS)
    chunk = b"".join(mqtt.publish_5(1 + index, names[index], BODY) for index in range(FEED_BATCH))
    splitter = PublishSplitter(1)
    return cost(lambda: splitter.feed(chunk), messages=FEED_BATCH)


def intake() -> float:
    """Decide what becomes of a chunk of messages, remember them, make what the store takes and the answers."""
    counters = Counters()
    report = RefusalReport(1, time.monotonic_ns)
    sorter = Intake(FilterSet.parse("#"), counters, report, topic_bytes_max=1_000, payload_bytes_max=1 << 20)
    names = [name.decode() for name in topics(LOGS)]
    batch: list[AnyDelivery] = [(names[at], BODY, 1, False, False, 1 + at, 1) for at in range(FEED_BATCH)]
    return cost(lambda: sorter.take(batch, 1), messages=FEED_BATCH)


def hand_over() -> float:
    """Give work to the store's thread and hear that it is done: twice a thread is woken, by whoever comes alone."""

    async def measure() -> float:
        worker = Worker("bench")
        await worker.call(int)
        before = time.process_time_ns()
        for _ in range(SINGLES):
            await worker.call(int)
        spent = time.process_time_ns() - before
        worker.stop()
        return spent / 1e3 / SINGLES

    return asyncio.run(measure())


def datum() -> Datum:
    """A chained, unsigned record."""
    return Datum(7, 1_795_478_401_123_456_789, 0.0, bytes(32), BODY, None)


def chain_hash() -> float:
    """Hash of a record, its log's state ready."""
    hasher, one = LogHash(NAME, bytes(250)), datum()
    return cost(lambda: hasher.digest(one.recno, one.ts, 0.0, one.prevhash, hashlib.sha256(one.data).digest()))


def sign() -> float:
    """One signature."""
    key, digest = WriterKey.generate(), bytes(32)
    return cost(lambda: key.sign(digest), times=1000)


def verify() -> float:
    """One verification."""
    key, digest = WriterKey.generate(), bytes(32)
    signature, public = key.sign(digest), VerifyKey.from_entry(key.entry)
    return cost(lambda: public.verify(digest, signature), times=1000)


def commit(size: int, settings: StoreSettings) -> Callable[[], float]:
    """Commit batches of `size`: plan, chain, frame, fdatasync."""

    def measure() -> float:
        with opened(settings) as store:
            count = SINGLES if size == 1 else max(MESSAGES, 4 * size)
            batches = iter([writes(size, first) for first in range(0, count, size)])
            return cost(lambda: store.commit(next(batches)), times=count, messages=size)

    return measure


def glog(each: int) -> Callable[[], float]:
    """Write `each` records a log behind, one transaction a log."""

    def measure() -> float:
        logs = MESSAGES // each
        with opened(UNSIGNED, logs) as store:
            store.flush_all()
            store.commit(writes(logs * each, 0, logs))
            return cost(store.flush_all, times=logs * each, messages=logs * each)

    return measure


def feed_out() -> float:
    """Encode records for the feed and put them into PDUs."""
    one = datum()

    def work() -> bytes:
        return encode_content(1, [encode_datum(one, NAME) for _ in range(FEED_BATCH)])

    return cost(work, messages=FEED_BATCH)


def feed_in() -> float:
    """Parse such a PDU in a follower."""
    pdu = encode_content(1, [encode_datum(datum(), NAME) for _ in range(FEED_BATCH)])
    return cost(lambda: decode(pdu), messages=FEED_BATCH)


def interpret() -> float:
    """Decode the payload and make the read model's rows (here four: the message and its three fields)."""
    entry, filler, reader = entry_of(), Filler(SeriesTable()), Interpreter()
    one = datum()

    def work() -> None:
        batch = Batch(STORE)
        for _ in range(FEED_BATCH):
            found = reader.read(entry, "bench/room0/sensor0/state", one, one.ts)
            assert found is not None
            filler.fill(found, batch)
        batch.rows()

    return cost(work, messages=FEED_BATCH)


def render() -> float:
    """Render an event of the event stream."""
    found = Interpreter().read(entry_of(), "bench/room0/sensor0/state", datum(), datum().ts)
    assert found is not None
    record = from_feed(found)
    return cost(lambda: event(event_data(record, "decoded", "rfc3339"), position="abcdefgh.1795478401123456789"))


def entry_of() -> LogEntry:
    """A topic's entry in the catalogue."""
    return LogEntry(5, NAME, Kind.TOPIC, "bench/room0/sensor0/state", 1, 0, b"")


def writes(count: int, first: int, logs: int = LOGS) -> list[WriteFields]:
    """Messages for the next topics in turn."""
    names = [name.decode() for name in topics(logs)]
    return [(names[(first + index) % logs], (BODY,), Kind.TOPIC, 1, 1) for index in range(count)]


class opened:  # noqa: N801 - a context manager, used like a function
    """A store in a directory of its own, in which each log exists."""

    def __init__(self, settings: StoreSettings, logs: int = LOGS) -> None:
        self._settings = settings
        self._logs = logs

    def __enter__(self) -> Store:
        self._directory = tempfile.TemporaryDirectory(prefix="hearthlog-bench-")
        root = Path(self._directory.name)
        self._store = Store.open(root / "store", keys=root / "keys", settings=self._settings)
        self._store.commit(writes(self._logs, 0, self._logs))
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.close()
        self._directory.cleanup()


STEPS = (
    Step("MQTT: take out of the stream", "2.6 to 5.6 with PUBACK", receive),
    Step("intake: decide, remember, prepare", "", intake),
    Step("to the store's thread and back, for each batch", "", hand_over),
    Step("chain hash", "1.0", chain_hash),
    Step("signature (budgeted: one in many)", "20 to 22", sign),
    Step("verification (readers)", "62 to 74", verify),
    Step("commit with fdatasync, one alone, unsigned", "", commit(1, UNSIGNED)),
    Step("commit with fdatasync, 50 a batch, unsigned", "2.6 + 1.0", commit(50, UNSIGNED)),
    Step("commit with fdatasync, 500 a batch, unsigned", "0.5 + 1.0", commit(500, UNSIGNED)),
    Step("commit with fdatasync, 5,000 a batch, unsigned", "0.23 + 1.0", commit(5000, UNSIGNED)),
    Step("commit with fdatasync, 500 a batch, signed by policy", "", commit(500, StoreSettings())),
    Step(".glog behind, 64 a transaction", "13", glog(64)),
    Step(".glog behind, 256 a transaction", "7 to 9", glog(256)),
    Step("feed: encode for one follower", "1.1 to 3.7", feed_out),
    Step("feed: parse in the follower", "", feed_in),
    Step("api: decode JSON of three fields, four rows", "", interpret),
    Step("api: render one event", "", render),
)
