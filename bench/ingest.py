"""Bench (a): what a message costs from the publisher to the disk, beside the C library's subscriber and a naive sink.

*flood*: the publisher as fast as the broker takes it, the sink there all the time: the whole path's rate.
*drain*: the sink is paused, the broker's queue filled, the sink goes on: how fast does it empty the queue.
*steady*: so many messages a second, the sink always there: what does each process spend on one.
"""

import json
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench import process, sinks
from bench.broker import Broker, broker
from bench.load import topics
from bench.options import Options
from bench.sinks import Taker
from bench.table import Table, median, number, ratio

Start = Callable[[Path, int, int], AbstractContextManager[Taker]]

TAKERS: dict[str, Start] = {
    "C library, keeps nothing": sinks.c_library,
    "hearthlog, keeps nothing": sinks.receive_only,
    "hearthlog": sinks.hearthlog,
    "naive": sinks.naive,
}
CEILING = "C library, keeps nothing"
QUEUED = 10_000  # messages to flood or queue for each second of measurement
NAIVE_SHARE = 0.1  # the naive sink gets this share of a queue, or nobody would wait for it
COLUMNS = (
    "case",
    "taken by",
    "CPU to the C library's",
    "rate to the naive sink's",
    "messages/s",
    "sink CPU µs",
    "broker CPU µs",
    "publisher CPU µs",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of load: `rate` messages a second, or 0 = as many as will go, while the sink is there or `away`."""

    topics: int
    rate: int = 0
    away: bool = False

    @property
    def name(self) -> str:
        """As the table says it."""
        topics = f"{self.topics:,} topic" + ("s" if self.topics > 1 else "")
        if self.rate:
            return f"steady {self.rate:,}/s, {topics}"
        return f"{'drain' if self.away else 'flood'}, {topics}"


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: messages a second and CPU µs a message of each process."""

    rate: float
    sink_us: float
    broker_us: float
    publisher_us: float


CASES = (Case(1), Case(1000), Case(1, away=True), Case(1000, away=True), Case(1000, 1000), Case(1000, 5000))


def ingest(options: Options) -> Iterator[Table]:
    """The table of all cases and takers."""
    found: dict[tuple[Case, str], list[Measured]] = defaultdict(list)
    for turn in range(options.rounds + 1):
        for case in CASES:
            for name, start in TAKERS.items():
                measured = measure(case, name, start, options, warm_up=not turn)
                if turn:
                    found[case, name].append(measured)
    table = Table("Ingest: durable and acknowledged messages, 200 bytes", COLUMNS)
    for case in CASES:
        lines = {name: middle(found[case, name]) for name in TAKERS}
        for name, line in lines.items():
            table.add(
                case.name,
                name,
                ratio(line.sink_us / lines[CEILING].sink_us),
                ratio(line.rate / lines["naive"].rate) if not case.rate else "",
                number(line.rate),
                number(line.sink_us),
                number(line.broker_us),
                number(line.publisher_us),
            )
    yield table


def middle(rounds: list[Measured]) -> Measured:
    """The median of each figure."""
    return Measured(*(median(getattr(one, name) for one in rounds) for name in Measured.__slots__))


def measure(case: Case, name: str, start: Start, options: Options, *, warm_up: bool) -> Measured:
    """One taker under one load, with a broker and directories of its own."""
    seconds = min(1.0, options.seconds) if warm_up else options.seconds
    count = int((case.rate or QUEUED) * seconds * (NAIVE_SHARE if name == "naive" and not case.rate else 1))
    with options.directory() as directory, broker(directory / "broker") as there:
        (directory / "sink").mkdir()
        with start(directory / "sink", there.port, count) as taker:
            taker.prime(topics(case.topics))
            return take(case, there, taker, count)


def take(case: Case, there: Broker, taker: Taker, count: int) -> Measured:
    """Publish `count` messages and wait until they are taken."""
    broker_cpu = process.cpu_s(there.pid)
    if case.away:
        taker.pause()
    else:
        taker.go()
    how = ("--rate", str(case.rate), "--seconds", str(count / case.rate)) if case.rate else ("--count", str(count))
    sent = publish(there, "--topics", str(case.topics), *how)
    if case.away:
        taker.go()
    taken = taker.finish()
    broker_us = (process.cpu_s(there.pid) - broker_cpu) / count * 1e6
    return Measured(taken.rate, taken.cpu_us, broker_us, sent["cpu_s"] / count * 1e6)


def publish(there: Broker, *arguments: str) -> dict[str, float]:
    """Run the publisher to its end; what it says."""
    command = process.python("bench.load", "--port", str(there.port), *arguments)
    done = subprocess.run(command, check=True, capture_output=True, cwd=process.ROOT, timeout=sinks.LIMIT_S)
    said: dict[str, float] = json.loads(done.stdout)
    return said
