"""What each stage of the sink costs a message: taken, kept, signed, filed, beside the C library's subscriber.

The broker's queue is filled while the taker is stopped, then it goes on, on one core; every topic has its log before.
"""

import math
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

PER_SECOND = 30_000  # messages for each second of measurement: enough that what is done once does not show
CEILING = "C library, keeps nothing"
COLUMNS = ("topics", "stage", "CPU to the C library's", "gate", "met", "CPU µs", "messages/s")
NOTE = (
    "The gates are store.md's. Filed: 256 records a log in one transaction, as by default; with 50,000 topics 64, in "
    "2,000 of them, as store.md's budget of the commit log allows there (a log that is silent costs nothing)."
)


@dataclass(frozen=True, slots=True)
class Stage:
    """How far the sink goes (`bench.receive --keep`; empty is the C library), and what that may cost at most."""

    name: str
    keep: str = ""
    gate: float = math.nan


STAGES = (
    Stage(CEILING),
    Stage("taken and acknowledged", "nothing", 0.35),
    Stage("in the commit log, unsigned", "log", 0.6),
    Stage("signed by policy, no .glog", "signed", 1.0),
    Stage("and filed in .glog", "filed", 2.0),
)


@dataclass(frozen=True, slots=True)
class Home:
    """A number of topics; if they are filed: how many of them speak, and how many records make a transaction."""

    topics: int
    speaking: int
    records: int


HOMES = (Home(1, 1, 256), Home(1_000, 1_000, 256), Home(50_000, 2_000, 64))


def stages(options: Options) -> Iterator[Table]:
    """The table of all stages and numbers of topics."""
    found: dict[tuple[Home, Stage], list[tuple[float, float]]] = defaultdict(list)
    cases = [(home, stage) for home in HOMES for stage in STAGES]
    for _ in range(options.rounds):
        for home, stage in cases:
            found[home, stage].append(measure(home, stage, options))
    table = Table("Stages of the sink: 200-byte messages out of the broker's queue", COLUMNS, NOTE)
    for home, stage in cases:
        cost, rate = (median(one[index] for one in found[home, stage]) for index in (0, 1))
        # Neighbours in time are compared: the machine is not equally fast all the while.
        times = median(one[0] / floor[0] for one, floor in zip(found[home, stage], found[home, STAGES[0]], strict=True))
        gate = "" if math.isnan(stage.gate) else f"{stage.gate:g}"
        met = gate and ("yes" if times <= stage.gate else "no")
        table.add(f"{home.topics:,}", stage.name, ratio(times), gate, met, number(cost), number(rate))
    yield table


def measure(home: Home, stage: Stage, options: Options) -> tuple[float, float]:
    """CPU µs a message, and messages a second, with a broker and directories of its own."""
    topics, count = home.topics, int(PER_SECOND * options.seconds)
    if stage.keep:
        count = max(count, 2 * topics)
    if stage.keep == "filed":
        topics, count = home.speaking, max(count // home.speaking, home.records) * home.speaking
    with (
        options.directory() as directory,
        broker(directory / "broker") as there,
        started(directory, there, home, stage, count) as taker,
    ):
        pin(taker.pid)
        taken = take(Case(topics, away=True), there, taker, count)
        return taken.sink_us, taken.rate


@contextmanager
def started(directory: Path, there: Broker, home: Home, stage: Stage, count: int) -> Iterator[Taker]:
    """A taker that is subscribed; if it keeps messages, every topic has its log."""
    if not stage.keep:
        with sinks.c_library(directory, there.port, count) as taker:
            yield taker
        return
    log = directory / "receive.log"
    warm = 0 if stage.keep == "nothing" else home.topics
    arguments = {
        "port": there.port,
        "count": count,
        "warm": warm,
        "keep": stage.keep,
        "pending": home.records,
        "directory": directory / "sink",
    }
    words = [word for name, value in arguments.items() for word in (f"--{name}", str(value))]
    with process.running(process.python("bench.receive", *words), log) as child:

        def said(word: bytes) -> bool:
            return child.poll() is not None or word in log.read_bytes()

        process.wait_until(lambda: said(b"subscribed"), "subscription")
        if warm:
            publish(there, "--topics", str(home.topics), "--count", str(warm))
            process.wait_until(lambda: said(b"warm"), "a log for each topic")
        process.still_running(child, log)
        yield Counting(child, log, count)


def pin(pid: int) -> None:
    """Let all threads of a process run on the last core only, so that each taker has the same one."""
    core = max(os.sched_getaffinity(0))
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})
