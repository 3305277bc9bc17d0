"""Bench (b): how old a message is when a browser has it, beside what the broker alone takes."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator

from bench import process
from bench.broker import broker
from bench.home import PARTS, home
from bench.options import Options
from bench.table import Table, median, number, ratio

RATES = (100, 200, 1000, 5000)
TOPICS = 100
LIMIT_S = 120.0
COLUMNS = ("messages/s", "who hears it", "p50 to the broker's", "p50 ms", "p99 ms", "largest ms")
CPU_COLUMNS = ("messages/s", "broker CPU µs a message", "sink CPU µs", "api CPU µs")
NAMES = {"mqtt": "MQTT subscriber", "live": "event stream"}


def live(options: Options) -> Iterator[Table]:
    """The table of both listeners at each rate."""
    found: dict[tuple[int, str], list[dict[str, float]]] = defaultdict(list)
    spent: dict[tuple[int, str], list[float]] = defaultdict(list)
    with options.directory() as directory, home(directory) as there, broker(directory / "floor") as floor:
        publisher = ["--port", str(there.mqtt), "--user", "admin", f"--password={there.token}"]
        streams = {
            "mqtt": (["--port", str(floor.port)], ["--port", str(floor.port)]),
            "live": (["--port", str(there.http), f"--token={there.token}"], publisher),
        }
        for turn in range(options.rounds + 1):
            for rate in RATES:
                for name, (listener, source) in streams.items():
                    seconds = options.seconds if turn else min(1.0, options.seconds)
                    before = there.cpu_s()
                    measured = ages(listener, source, rate, seconds)
                    if turn:
                        found[rate, name].append(measured)
                    if turn and name == "live":
                        for part, now in there.cpu_s().items():
                            spent[rate, part].append((now - before[part]) / measured["messages"] * 1e6)
    table = Table("Live: age of a message on arrival, publisher and listener on this machine", COLUMNS)
    for rate in RATES:
        floor_ms = median(one["p50_ms"] for one in found[rate, "mqtt"])
        for name, title in NAMES.items():
            p50, p99, most = (median(one[key] for one in found[rate, name]) for key in ("p50_ms", "p99_ms", "max_ms"))
            table.add(f"{rate:,}", title, ratio(p50 / floor_ms), number(p50), number(p99), number(most))
    yield table
    costs = Table("The same in CPU: the whole home with one event stream", CPU_COLUMNS)
    for rate in RATES:
        costs.add(f"{rate:,}", *(number(median(spent[rate, part])) for part in PARTS))
    yield costs


def ages(listener: list[str], source: list[str], rate: int, seconds: float) -> dict[str, float]:
    """Listen, publish stamped messages at `rate`, and return what the listener says (ms)."""
    command = process.python("bench.listen", *listener, "--count", str(int(rate * seconds)))
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=process.ROOT) as ears:
        try:
            assert ears.stdout is not None
            if ears.stdout.readline().strip() != b"ready":
                raise process.BenchError("the listener could not subscribe; its error is above")
            paced = ["--topics", str(TOPICS), "--rate", str(rate), "--seconds", str(seconds)]
            subprocess.run(
                process.python("bench.load", *source, *paced),
                check=True,
                capture_output=True,
                cwd=process.ROOT,
                timeout=LIMIT_S,
            )
            out, _ = ears.communicate(timeout=LIMIT_S)
        finally:
            process.stop(ears)
    said: dict[str, float] = json.loads(out)
    return said
