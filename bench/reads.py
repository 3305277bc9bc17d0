"""Bench (c): `latest` and `history` over HTTP, beside a bare server that has the same bytes ready."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench import process
from bench.fetch import Client
from bench.home import Home, home
from bench.load import Publisher, topics
from bench.options import Options
from bench.table import Table, median, number, ratio

TOPICS = 500
DEEP = b"bench/deep/state"
DEEP_COUNT = 12_000
CLIENTS = 4
LIMIT_S = 120.0
TARGETS = {
    f"latest of {TOPICS}": "/v1/latest?filter=bench/%2B/%2B/state&field=temperature",
    "history of 100": "/v1/history?filter=bench/deep/state&field=temperature&limit=100",
    "history of 10,000": "/v1/history?filter=bench/deep/state&field=temperature&limit=10000",
}
COLUMNS = (
    "request",
    "server",
    "time to the bare server's",
    "p50 ms",
    "p99 ms",
    "requests/s",
    f"requests/s, {CLIENTS} clients",
    "CPU ms a request",
    "bytes",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One server under one request: ms, requests a second, CPU ms of the server a request."""

    p50_ms: float
    p99_ms: float
    rate: float
    rate_together: float
    cpu_ms: float
    body_bytes: float


def reads(options: Options) -> Iterator[Table]:
    """The table of all requests, ours and the bare server's."""
    table = Table("Reads over HTTP, answer parsed by the client", COLUMNS)
    with options.directory() as directory, home(directory) as there:
        fill(there)
        for title, target in TARGETS.items():
            found = ours_and_bare(options, directory, there, target)
            for name, rounds in found.items():
                line = middle(rounds)
                table.add(
                    title,
                    name,
                    ratio(line.p50_ms / middle(found["bare uvicorn"]).p50_ms),
                    number(line.p50_ms),
                    number(line.p99_ms),
                    number(line.rate),
                    number(line.rate_together),
                    number(line.cpu_ms),
                    number(line.body_bytes),
                )
    yield table


def ours_and_bare(options: Options, directory: Path, there: Home, target: str) -> dict[str, list[Measured]]:
    """Rounds of both servers in turn, the first dropped."""
    found: dict[str, list[Measured]] = defaultdict(list)
    client = Client(there.http, target, there.token)
    body = directory / "body"
    body.write_bytes(client.get())
    client.close()
    port = process.free_port()
    command = process.python("bench.bare", "--port", str(port), "--file", str(body))
    with process.running(command, directory / "bare.log") as bare:
        process.wait_until(lambda: process.listening(port), "the bare server listening")
        servers = {"hearthlog": (there.http, there.pids["api"]), "bare uvicorn": (port, bare.pid)}
        for turn in range(options.rounds + 1):
            for name, (at, pid) in servers.items():
                measured = measure(at, pid, target, there.token, options.seconds / 2)
                if turn:
                    found[name].append(measured)
    return found


def measure(port: int, pid: int, target: str, token: str, seconds: float) -> Measured:
    """One client, then several at once."""
    cpu = process.cpu_s(pid)
    (alone,) = together(1, port, target, token, seconds)
    cpu_ms = (process.cpu_s(pid) - cpu) / alone["requests"] * 1e3
    many = together(CLIENTS, port, target, token, seconds)
    rate = sum(one["requests"] / one["seconds"] for one in many)
    alone_rate = alone["requests"] / alone["seconds"]
    return Measured(alone["p50_ms"], alone["p99_ms"], alone_rate, rate, cpu_ms, alone["body_bytes"])


def together(
    clients: int, port: int, target: str, token: str, seconds: float, *, every_s: float = 0
) -> list[dict[str, float]]:
    """Run clients as processes at the same time; what each says."""
    command = process.python("bench.fetch", "--port", str(port), "--target", target, f"--token={token}")
    command += ["--seconds", str(seconds), "--every", str(every_s)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=process.ROOT) for _ in range(clients)]
    said = []
    for child in children:
        out, _ = child.communicate(timeout=LIMIT_S)
        if child.returncode:
            raise process.BenchError(f"a client of {target} failed; its error is above")
        said.append(json.loads(out))
    return said


def middle(rounds: list[Measured]) -> Measured:
    """The median of each figure."""
    return Measured(*(median(getattr(one, name) for one in rounds) for name in Measured.__slots__))


def fill(there: Home) -> None:
    """A home of many topics and one deep series, visible in the api when this returns."""
    with Publisher(there.mqtt, user="admin", password=there.token) as publisher:
        publisher.flood([DEEP], DEEP_COUNT, size=200, window=2000)
        publisher.flood(topics(TOPICS), 4 * TOPICS, size=200, window=2000)
        publisher.flood([b"bench/end"], 1, size=200, window=100)
    client = Client(there.http, "/v1/latest?filter=bench/end", there.token)
    process.wait_until(lambda: bool(orjson.loads(client.get())["observations"]), "the last message visible in the api")
    client.close()
