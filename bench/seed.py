"""What the seed of this project failed at, as rows: dashboards that eat a processor, readers that a writer stalls."""

import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench import process
from bench.home import Home, home
from bench.options import Options
from bench.reads import TARGETS, fill, together
from bench.table import Table, median, number, ratio

DASHBOARDS = 2
POLL_S = 0.5
STORM_RATE = 4000
LATEST = next(iter(TARGETS.values()))


def seed(options: Options) -> Iterator[Table]:
    """Both tables, on one home."""
    with options.directory() as directory, home(directory) as there:
        fill(there)
        yield dashboards(there, options)
        yield storm(there, options)


def dashboards(there: Home, options: Options) -> Table:
    """CPU of each process while two dashboards poll and one sensor posts, beside the sensor alone."""
    columns = ("process", "% of a core, dashboards and sensor", "% of a core, sensor alone")
    table = Table("Two dashboards polling `latest` of 500 topics twice a second, one sensor posting once", columns)
    seconds = max(5.0, options.seconds)
    alone: dict[str, list[float]] = defaultdict(list)
    polled: dict[str, list[float]] = defaultdict(list)
    for _ in range(options.rounds):
        with posting(there, 1, seconds):
            spend(there, alone, lambda: time.sleep(seconds))
        with posting(there, 1, seconds):
            poll = (DASHBOARDS, there.http, LATEST, there.token, seconds)
            spend(there, polled, lambda: together(*poll, every_s=POLL_S))  # noqa: B023 - called before the loop goes on
    for part in there.pids:
        table.add(part, number(median(polled[part])), number(median(alone[part])))
    return table


def spend(there: Home, shares: dict[str, list[float]], work: Callable[[], object]) -> None:
    """Note what share of a core (%) each part of the home used while `work` ran."""
    start, before = time.monotonic(), there.cpu_s()
    work()
    elapsed = time.monotonic() - start
    for part, now in there.cpu_s().items():
        shares[part].append((now - before[part]) / elapsed * 100)


def storm(there: Home, options: Options) -> Table:
    """Time of small and large requests in a quiet house and while a writer storms."""
    columns = ("request", "p50 under storm to quiet", "p50 ms quiet", "p50 ms storm", "p99 ms quiet", "p99 ms storm")
    title = f"A reader while a writer storms ({STORM_RATE:,} messages/s over 500 topics)"
    table = Table(title, columns)
    for name, target in TARGETS.items():
        quiet: list[dict[str, float]] = []
        stormy: list[dict[str, float]] = []
        for _ in range(options.rounds):
            quiet += together(1, there.http, target, there.token, options.seconds)
            with posting(there, STORM_RATE, options.seconds + 1.5):
                stormy += together(1, there.http, target, there.token, options.seconds)
        p50 = [median(one["p50_ms"] for one in rounds) for rounds in (quiet, stormy)]
        p99 = [median(one["p99_ms"] for one in rounds) for rounds in (quiet, stormy)]
        table.add(name, ratio(p50[1] / p50[0]), number(p50[0]), number(p50[1]), number(p99[0]), number(p99[1]))
    return table


@contextmanager
def posting(there: Home, rate: int, seconds: float) -> Iterator[None]:
    """A publisher beside what happens inside; waited for at the end."""
    account = ["--user", "admin", f"--password={there.token}", "--topics", "500"]
    paced = ["--rate", str(rate), "--seconds", str(seconds)]
    command = process.python("bench.load", "--port", str(there.mqtt), *account, *paced)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=process.ROOT) as child:
        try:
            yield
            child.wait(seconds + 60)
        finally:
            process.stop(child)
