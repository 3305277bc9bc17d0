"""Measuring one program on one set: loaded, started, asked alone and while observations arrive."""

import contextlib
import json
import math
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import process
from bench.peers.arriving import QUIET_SENSOR, texts_of
from bench.peers.asking import Asker
from bench.peers.family import cpu_s, resident
from bench.peers.homes import Homes, topic_of
from bench.peers.program import Ask, Loaded, Place, Program
from bench.peers.questions import Asked
from bench.peers.truth import judged
from bench.peers.writing import Said, writer_of
from bench.progress import tell
from bench.table import median, number, percentile

MODES = ("alone, 1", "alone, 4", "arriving, 1", "arriving, 4")
CLIENTS = 4
PROBES = 60
PROBES_S = 12.0
PROBE_PAUSE_S = 0.03
VISIBLE_S = 30.0
FIRST_ANSWER_S = 120.0
SLOW_MS = 1_000.0


@dataclass(slots=True)
class Measured:
    """One program on one set."""

    loaded: Loaded
    disk: dict[str, int]
    start_s: float = 0.0
    anon_mib: float = 0.0
    file_mib: float = 0.0
    times: dict[tuple[str, str], float] = field(default_factory=dict)
    """Median ms by line and mode."""
    spread: dict[tuple[str, str], tuple[float, float, float]] = field(default_factory=dict)
    """Median, mean, 99th percentile of all clients' times, ms, by line and mode: what a median alone hides."""
    cpu_ms: dict[str, float] = field(default_factory=dict)
    """CPU of the program a request, one client alone: it hardly depends on what else the machine does."""
    verdicts: dict[str, str] = field(default_factory=dict)
    visible_ms: list[float] = field(default_factory=list)
    arrived: float = 0.0
    """Observations a second that were written meanwhile."""


def measure(program: Program, homes: Homes, lines: Sequence[Asked], directory: Path, seconds: float) -> Measured:
    """Everything about a program, with its data in `directory`."""
    tell(f"{homes.name}, {program.name}: loading")
    loaded = program.load(directory, homes)
    found = Measured(loaded, dict(program.disk(directory)))
    sql = program.name == "PostgreSQL"
    said = {each.name: [program.ask(homes, question) for question in each.questions] for each in lines}
    asks = {name: own for name, every in said.items() if (own := [ask for ask in every if ask is not None])}
    before = time.monotonic()
    who = f"{homes.name}, {program.name}"
    tell(f"{who}: loaded in {loaded.seconds:.0f} s; starting")
    with program.running(directory) as place:
        wait_for_answer(program, place, sql=sql)
        found.start_s = time.monotonic() - before
        tell(f"{who}: comparing its answers with what was generated")
        _judge(program, place, homes, lines, found, sql=sql)
        with clients(place, CLIENTS, sql=sql) as workers:

            def together(count: int, own: Sequence[Ask]) -> list[float]:
                return _together(workers[:count], own, seconds)

            _ask_all(found, asks, together, "alone", who)
            found.cpu_ms = {name: _cpu_ms(place, workers[:1], own, seconds) for name, own in asks.items()}
            found.anon_mib, found.file_mib = resident(place.pids)
            with arriving(program, place, homes) as arrived:
                found.visible_ms = visible(program, place, sql=sql)
                _ask_all(found, asks, together, "arriving", who)
            found.arrived = arrived[0]
    return found


def wait_for_answer(program: Program, place: Place, *, sql: bool) -> None:
    """Wait until the program answers a question about what it was loaded with."""

    def answered() -> bool:
        asker = Asker(place, sql=sql)
        try:
            return program.newest_value(asker.ask(program.newest(topic_of(0)))) is not None
        except process.BenchError:
            return False
        finally:
            asker.close()

    process.wait_until(answered, f"an answer of {program.name}", seconds=FIRST_ANSWER_S)


def _judge(program: Program, place: Place, homes: Homes, lines: Sequence[Asked], found: Measured, *, sql: bool) -> None:
    """Before anything else is written: whether each first variant's answer is right."""
    asker = Asker(place, sql=sql)
    for each in lines:
        kinds = {question.kind: question for question in each.questions}
        verdicts = []
        for question in kinds.values():
            ask = program.ask(homes, question)
            if ask is not None:
                answer = program.answer(question, asker.ask(ask))
                verdicts.append(judged(homes, question, answer, timeless=question.kind in program.timeless))
        found.verdicts[each.name] = "; ".join(dict.fromkeys(verdicts))
    asker.close()


def _ask_all(
    found: Measured,
    asks: Mapping[str, Sequence[Ask]],
    together: Callable[[int, Sequence[Ask]], list[float]],
    when: str,
    who: str,
) -> None:
    """The times of each line, with one client and with all."""
    for name, own in asks.items():
        for count in (1, CLIENTS):
            # Who is that slow need not show what it takes with several.
            is_slow = count > 1 and found.times[name, f"{when}, 1"] >= SLOW_MS
            times = [math.nan] if is_slow else together(count, own)
            mode = f"{when}, {count}"
            found.times[name, mode] = median(times)
            found.spread[name, mode] = median(times), sum(times) / len(times), percentile(times, 0.99)
        tell(f"{who}, {when}: {name}: {number(found.times[name, f'{when}, 1'])} ms")


def _cpu_ms(place: Place, workers: Sequence["subprocess.Popen[str]"], asks: Sequence[Ask], seconds: float) -> float:
    before = cpu_s(place.pids)
    times = _together(workers, asks, seconds)
    # The first one is not among the times, unless it is the only one.
    asked = len(times) + (times[0] < seconds * 1e3)
    return (cpu_s(place.pids) - before) / asked * 1e3


@contextlib.contextmanager
def clients(place: Place, count: int, *, sql: bool) -> Iterator[list["subprocess.Popen[str]"]]:
    """So many clients, each a process with a connection."""
    command = process.python("bench.peers.asking")
    with contextlib.ExitStack() as stack:
        workers = []
        for _ in range(count):
            worker = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=process.ROOT, text=True
            )
            stack.callback(_end, worker)
            workers.append(worker)
            _tell(worker, [{"port": place.port, "pids": place.pids, "token": place.token}, sql])
        yield workers


def _end(worker: "subprocess.Popen[str]") -> None:
    if worker.stdin is not None:
        worker.stdin.close()
    process.stop(worker)  # type: ignore[arg-type]  # text or bytes makes no difference to a signal
    if worker.stdout is not None:
        worker.stdout.close()


def _tell(worker: "subprocess.Popen[str]", what: object) -> None:
    assert worker.stdin is not None
    worker.stdin.write(json.dumps(what, default=lambda each: each.decode()) + "\n")
    worker.stdin.flush()


def _together(workers: Sequence["subprocess.Popen[str]"], asks: Sequence[Ask], seconds: float) -> list[float]:
    """Let clients ask at the same time; the times of all, ms."""
    for worker in workers:
        _tell(worker, [[list(ask) for ask in asks], seconds])
    times: list[float] = []
    for worker in workers:
        assert worker.stdout is not None
        line = worker.stdout.readline()
        if not line:
            raise process.BenchError("a client failed; its error is above")
        times += json.loads(line)
    return times


@contextlib.contextmanager
def arriving(program: Program, place: Place, homes: Homes) -> Iterator[list[float]]:
    """Let observations arrive; at the end the list has how many a second they were."""
    command = process.python("bench.peers.arriving", "--program", program.name, "--sensors", str(homes.sensors))
    command += ["--port", str(place.mqtt or place.port), f"--token={place.token}"]
    found = [0.0]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=process.ROOT, text=True
    ) as worker:
        try:
            yield found
            out, _ = worker.communicate("end\n", timeout=VISIBLE_S)
            if not out:
                raise process.BenchError(f"nothing arrived at {program.name}; why is above")
            messages, seconds = json.loads(out)
            found[0] = messages * 4 / seconds
        finally:
            process.stop(worker)  # type: ignore[arg-type]  # text or bytes makes no difference to a signal


def visible(program: Program, place: Place, *, sql: bool) -> list[float]:
    """How long after it was written an observation is in an answer, ms."""
    writer = writer_of(program.name, place.mqtt or place.port, place.token, "bench-probe")
    asker = Asker(place, sql=sql)
    ask = program.newest(topic_of(QUIET_SENSOR))
    found: list[float] = []
    start = time.monotonic()
    for probe in range(PROBES):
        if time.monotonic() - start > PROBES_S:
            break
        value = 100 + probe / 100
        before = time.perf_counter()
        writer.write([Said(QUIET_SENSOR, time.time_ns() // 1_000_000, (f"{value:.2f}", *texts_of(probe)[1:]))])
        while program.newest_value(asker.ask(ask)) != value:
            if time.perf_counter() - before > VISIBLE_S:
                raise process.BenchError(f"{program.name} did not show what was written within {VISIBLE_S:g} s")
        found.append((time.perf_counter() - before) * 1e3)
        time.sleep(PROBE_PAUSE_S)
    writer.close()
    asker.close()
    return found
