"""The three that take messages from the broker in a bench: our sink, the C library's subscriber, the naive sink.

Each is started, paused while the broker's queue is filled (or not), and then measured until `count` messages have been
dealt with: seconds and CPU seconds from the moment it went on.
"""

import math
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench import process
from bench.load import Publisher

LIMIT_S = 120.0
SAMPLE_S = 0.1
CONNECT_S = 0.2  # mosquitto_sub does not say when it is connected; its session is there before, so nothing is lost
ACKNOWLEDGED = "hearthlog_sink_acknowledged_messages_total"  # after the fdatasync that covers them
SUBSCRIBED = "hearthlog_sink_subscribed"


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking messages took: how many, in which time, with how much CPU."""

    messages: int
    seconds: float
    cpu_s: float

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds

    @property
    def cpu_us(self) -> float:
        """CPU µs a message."""
        return self.cpu_s / self.messages * 1e6


class Taker(Protocol):
    """A started subscriber."""

    pid: int

    def prime(self, names: list[bytes]) -> None:
        """Make what the first message of each topic needs, where that is not what is measured."""

    def pause(self) -> None:
        """Stop taking; the connection stays."""

    def go(self) -> None:
        """Begin the measurement, and take again if paused."""

    def finish(self) -> Taken:
        """Wait until all are taken."""


class _Child:
    """What takers have in common: a child process with its log."""

    def __init__(self, child: "subprocess.Popen[bytes]", log: Path, count: int) -> None:
        self.pid = child.pid
        self._child = child
        self._log = log
        self._count = count
        self._start = 0.0
        self._cpu = 0.0

    def prime(self, names: list[bytes]) -> None:
        """Nothing to make."""

    def pause(self) -> None:
        self._child.send_signal(signal.SIGSTOP)

    def go(self) -> None:
        self._start, self._cpu = time.monotonic(), process.cpu_s(self.pid)
        self._child.send_signal(signal.SIGCONT)


class Counting(_Child):
    """A child that ends by itself after `count` messages."""

    def finish(self) -> Taken:
        deadline = time.monotonic() + LIMIT_S
        while True:
            pid, status, used = os.wait4(self.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                raise process.BenchError(f"{self._child.args!r} did not take its messages in {LIMIT_S:g} s")
            time.sleep(0.002)
        end = time.monotonic()
        self._child.returncode = os.waitstatus_to_exitcode(status)
        if self._child.returncode:
            process.still_running(self._child, self._log)
        return Taken(self._count, end - self._start, used.ru_utime + used.ru_stime - self._cpu)


def metric(port: int, name: str) -> float:
    """One figure of the sink's metrics page; nan while there is no page, or no such figure on it."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=LIMIT_S) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return math.nan
    return next((float(line.split()[-1]) for line in lines if line.startswith(name + " ")), math.nan)


class Sink(_Child):
    """Our sink; it goes on after `count` messages, so its own counter says when they are durable."""

    def __init__(self, child: "subprocess.Popen[bytes]", log: Path, count: int, port: int, metrics: int) -> None:
        super().__init__(child, log, count)
        self._port = port
        self._metrics = metrics
        self._before = 0

    def prime(self, names: list[bytes]) -> None:
        """One message for each topic, so that its log exists."""
        with Publisher(self._port) as publisher:
            publisher.flood(names, len(names), size=200, window=2000)
        process.wait_until(lambda: self.committed() >= len(names), "a log for each topic")
        self._before = self.committed()

    def committed(self) -> int:
        """Messages durable and acknowledged since the process began."""
        return int(metric(self._metrics, ACKNOWLEDGED))

    def finish(self) -> Taken:
        """Between the first and the last sample in which it was still busy: start and end are not rounded up."""
        samples = [(self._start, 0, self._cpu)]
        deadline = self._start + LIMIT_S
        while samples[-1][1] < self._count:
            process.still_running(self._child, self._log)
            if time.monotonic() > deadline:
                raise process.BenchError(f"the sink committed {samples[-1][1]} of {self._count} in {LIMIT_S:g} s")
            time.sleep(SAMPLE_S)
            taken = self.committed() - self._before
            samples.append((time.monotonic(), taken, process.cpu_s(self.pid)))
        last = samples[-2] if len(samples) > 5 else samples[-1]
        return Taken(last[1], last[0] - self._start, last[2] - self._cpu)


@contextmanager
def c_library(directory: Path, port: int, count: int) -> Iterator[Taker]:
    """mosquitto_sub: MQTT 5, QoS 1, persistent session, payloads to /dev/null. The ceiling: it keeps nothing."""
    log = directory / "c.log"
    session = ["-p", str(port), "-V", "mqttv5", "-i", "bench-c", "-c", "-x", "3600", "-q", "1", "-t", "#", "-k", "600"]
    subprocess.run(["mosquitto_sub", *session, "-E"], check=True, timeout=LIMIT_S)
    with (
        Path(os.devnull).open("wb") as nothing,
        log.open("ab") as errors,
        subprocess.Popen(["mosquitto_sub", *session, "-C", str(count)], stdout=nothing, stderr=errors) as child,
    ):
        try:
            time.sleep(CONNECT_S)
            yield Counting(child, log, count)
        finally:
            process.stop(child)


@contextmanager
def naive(directory: Path, port: int, count: int) -> Iterator[Taker]:
    """bench.naive: paho with its own thread, one SQLite commit a message."""
    command = process.python("bench.naive", "--database", str(directory / "naive.db"))
    with _module(command, directory / "naive.log", port, count) as taker:
        yield taker


@contextmanager
def receive_only(directory: Path, port: int, count: int) -> Iterator[Taker]:
    """bench.receive: our receive path that keeps nothing."""
    with _module(process.python("bench.receive"), directory / "receive.log", port, count) as taker:
        yield taker


@contextmanager
def _module(command: list[str], log: Path, port: int, count: int) -> Iterator[Taker]:
    with process.running([*command, "--port", str(port), "--count", str(count)], log) as child:
        process.wait_until(
            lambda: child.poll() is not None or b"subscribed" in log.read_bytes(), f"subscription of {command[2]}"
        )
        process.still_running(child, log)
        yield Counting(child, log, count)


@contextmanager
def hearthlog(directory: Path, port: int, count: int) -> Iterator[Taker]:
    """Our sink as a process of its own: chain, signatures, commit log with fdatasync, GDP server, `.glog` behind."""
    log = directory / "sink.log"
    metrics = process.free_port()
    env = {
        "HEARTHLOG_CONFIG": str(directory / "none.toml"),
        "HEARTHLOG_DATA": str(directory),
        "HEARTHLOG_MQTT": f"127.0.0.1:{port}",
        "HEARTHLOG_GDP": f"127.0.0.1:{process.free_port()}",
        "HEARTHLOG_SINK_METRICS": f"127.0.0.1:{metrics}",
    }
    with process.running(process.python("gdp_sink"), log, env=env) as child:
        process.wait_until(
            lambda: child.poll() is not None or metric(metrics, SUBSCRIBED) == 1, "the sink's subscription"
        )
        process.still_running(child, log)
        yield Sink(child, log, count, port, metrics)
