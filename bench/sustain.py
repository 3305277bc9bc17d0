"""What the whole path sustains while a publisher never rests: rate, CPU and memory by process, and what queues up.

Memory is told apart: what is a process's own (`RssAnon`), and mapped files in memory, which the kernel takes back when
it needs room (`RssFile`).
"""

import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bench import process
from bench.home import PARTS, Home, home
from bench.options import Options
from bench.table import Table, median, number, ratio

STRETCH = 20
"""The run lasts so many times `--seconds`: a minute by default, ten minutes with `--seconds 30`."""
TOPICS = 1000
EVERY_S = 1.0
DRAIN_S = 900.0
NEVER = 1 << 40
MIB = 1 << 20
STORED = "hearthlog_sink_stored_messages_total"


@dataclass(frozen=True, slots=True)
class Resident:
    """Resident bytes of a process: its own, and mapped files."""

    anon: int
    file: int


@dataclass(frozen=True, slots=True)
class Moment:
    """What was seen at one moment: seconds since the start, messages stored, memory and CPU seconds by part."""

    at_s: float
    stored: float
    resident: dict[str, Resident]
    cpu_s: dict[str, float]


def sustain(options: Options) -> Iterator[Table]:
    """Both tables, from one run."""
    seconds = options.seconds * STRETCH
    with options.directory() as directory, home(directory) as there:
        account = ["--user", "admin", f"--password={there.token}", "--topics", str(TOPICS)]
        command = process.python("bench.load", "--port", str(there.mqtt), *account, "--count", str(NEVER))
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=process.ROOT) as load:
            try:
                seen = watch(there, seconds)
            finally:
                process.stop(load)
        drained = drain(there, seen[-1])
    yield rates(seen, drained)
    yield costs(seen)


def watch(there: Home, seconds: float) -> list[Moment]:
    """Look at the home every second for so long."""
    start = time.monotonic()
    seen = [look(there, start)]
    while seen[-1].at_s < seconds:
        time.sleep(EVERY_S)
        seen.append(look(there, start))
    return seen


def look(there: Home, start: float) -> Moment:
    """Ask the sink's metrics and the kernel."""
    resident = {part: resident_of(pid) for part, pid in there.pids.items()}
    stored = metric(there.metrics, STORED)
    return Moment(time.monotonic() - start, stored, resident, there.cpu_s())


def drain(there: Home, last: Moment) -> tuple[float, float]:
    """Wait until nothing new is stored; return how many messages still came, and the seconds that took."""
    start = time.monotonic()
    stored, quiet = last.stored, 0
    while quiet < 3 and time.monotonic() - start < DRAIN_S:
        time.sleep(EVERY_S)
        now = metric(there.metrics, STORED)
        quiet = quiet + 1 if now == stored else 0
        stored = now
    return stored - last.stored, time.monotonic() - start - quiet * EVERY_S


def rates(seen: list[Moment], drained: tuple[float, float]) -> Table:
    """The first and the last quarter of the run side by side: what is sustained does not sink."""
    perseconds = [(after.stored - before.stored) / (after.at_s - before.at_s) for before, after in pairwise(seen)]
    quarter = max(1, len(perseconds) // 4)
    first, last = median(perseconds[:quarter]), median(perseconds[-quarter:])
    columns = (
        "last quarter to first",
        "stored/s, whole run",
        "first quarter",
        "last quarter",
        "left in the broker",
        "s",
    )
    title = f"{seen[-1].at_s:.0f} s of a publisher that never rests, 200 bytes, {TOPICS:,} topics, api following"
    table = Table(title, columns)
    whole = (seen[-1].stored - seen[0].stored) / seen[-1].at_s
    table.add(ratio(last / first), number(whole), number(first), number(last), number(drained[0]), number(drained[1]))
    return table


def costs(seen: list[Moment]) -> Table:
    """CPU and memory of each process over the run."""
    columns = (
        "process",
        "% of a core",
        "CPU µs a stored message",
        "own MiB at the start",
        "at the end",
        "largest",
        "mapped files MiB at the end",
    )
    table = Table("The same, by process", columns)
    first, last = seen[0], seen[-1]
    for part in PARTS:
        spent = last.cpu_s[part] - first.cpu_s[part]
        own = [moment.resident[part].anon / MIB for moment in seen]
        share, each = spent / last.at_s * 100, spent / max(1.0, last.stored - first.stored) * 1e6
        mapped = last.resident[part].file / MIB
        table.add(part, number(share), number(each), *map(number, (own[0], own[-1], max(own), mapped)))
    return table


def resident_of(pid: int) -> Resident:
    """Resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    split = (line.partition(":") for line in lines if line.startswith("Rss"))
    sizes = {name: int(value.split()[0]) * 1024 for name, _, value in split}
    return Resident(sizes.get("RssAnon", 0), sizes.get("RssFile", 0) + sizes.get("RssShmem", 0))


def metric(port: int, name: str) -> float:
    """One value of the sink's metrics."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
    raise process.BenchError(f"the sink has no metric {name}")
