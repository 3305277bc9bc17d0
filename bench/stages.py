"""What each stage of the sink costs a message: taken, kept, signed, filed, beside the C library's subscriber.

The broker's queue is filled while the taker is stopped, then it goes on, on one core; every topic has its log before.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import process, sinks
from bench.broker import Broker, broker
from bench.ingest import Case, publish, take
from bench.options import Options
from bench.sinks import Counting, Taker
from bench.table import Table, median, number, ratio

TOPICS = (1, 1_000, 50_000)
PER_SECOND = 30_000  # messages for each second of measurement: enough that what is done once does not show
FILED_RECORDS = 256  # of a log in one transaction, by the store's defaults
CEILING = "C library, keeps nothing"
COLUMNS = ("topics", "stage", "CPU to the C library's", "gate", "CPU µs", "messages/s")
NOTE = (
    "The gates are store.md's. With 50,000 topics nothing is filed by 256 records a log in a run of bearable length: "
    "see the `.glog` rows of `budget`."
)


@dataclass(frozen=True, slots=True)
class Stage:
    """How far the sink goes (`bench.receive --keep`; empty is the C library), and what that may cost at most."""

    name: str
    keep: str = ""
    gate: str = ""


STAGES = (
    Stage(CEILING),
    Stage("taken and acknowledged", "nothing", "0.35"),
    Stage("in the commit log, unsigned", "log", "0.6"),
    Stage("signed by policy, no .glog", "signed", "1.0"),
    Stage("and filed in .glog", "filed", "2.0"),
)


def stages(options: Options) -> Iterator[Table]:
    """The table of all stages and numbers of topics."""
    found: dict[tuple[int, Stage], list[tuple[float, float]]] = defaultdict(list)
    cases = [(topics, stage) for topics in TOPICS for stage in STAGES if stage.keep != "filed" or topics < max(TOPICS)]
    for _ in range(options.rounds):
        for topics, stage in cases:
            found[topics, stage].append(measure(topics, stage, options))
    table = Table("Stages of the sink: 200-byte messages out of the broker's queue", COLUMNS, NOTE)
    for topics, stage in cases:
        cost, rate = (median(one[index] for one in found[topics, stage]) for index in (0, 1))
        ceiling = median(one[0] for one in found[topics, STAGES[0]])
        table.add(f"{topics:,}", stage.name, ratio(cost / ceiling), stage.gate, number(cost), number(rate))
    yield table


def measure(topics: int, stage: Stage, options: Options) -> tuple[float, float]:
    """CPU µs a message, and messages a second, with a broker and directories of its own."""
    count = int(PER_SECOND * options.seconds)
    if stage.keep:
        count = max(count, 2 * topics)
    if stage.keep == "filed":
        count = max(count, FILED_RECORDS * topics)
    with (
        options.directory() as directory,
        broker(directory / "broker") as there,
        started(directory, there, topics, stage, count) as taker,
    ):
        pin(taker.pid)
        taken = take(Case(topics, away=True), there, taker, count)
        return taken.sink_us, taken.rate


@contextmanager
def started(directory: Path, there: Broker, topics: int, stage: Stage, count: int) -> Iterator[Taker]:
    """A taker that is subscribed; if it keeps messages, every topic has its log."""
    if not stage.keep:
        with sinks.c_library(directory, there.port, count) as taker:
            yield taker
        return
    log = directory / "receive.log"
    warm = 0 if stage.keep == "nothing" else topics
    arguments = {"port": there.port, "count": count, "warm": warm, "keep": stage.keep, "directory": directory / "sink"}
    words = [word for name, value in arguments.items() for word in (f"--{name}", str(value))]
    with process.running(process.python("bench.receive", *words), log) as child:

        def said(word: bytes) -> bool:
            return child.poll() is not None or word in log.read_bytes()

        process.wait_until(lambda: said(b"subscribed"), "subscription")
        if warm:
            publish(there, "--topics", str(topics), "--count", str(warm))
            process.wait_until(lambda: said(b"warm"), "a log for each topic")
        process.still_running(child, log)
        yield Counting(child, log, count)


def pin(pid: int) -> None:
    """Let all threads of a process run on the last core only, so that each taker has the same one."""
    core = max(os.sched_getaffinity(0))
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})
