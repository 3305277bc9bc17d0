"""What a page costs while values come: frames at 1,000 messages/s, and memory over an hour said faster."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise

from playwright.sync_api import Browser

from bench import process
from bench.budgeted import Row
from bench.chromium import FRAMES, Visit, visit
from bench.home import Home
from bench.options import Options
from bench.page_paint import CHART, VALUE
from bench.table import median, percentile

SERIES = 100
RATE = 1_000
FRAME_MS, SCRIPT_MS = 1_000 / 60, 4
LATE_MS = 25
"""A frame that took longer has missed one of the screen's sixty a second."""
STRETCH = 3
HOUR_S, HOUR_RATE, MINUTE_S = 3_600, 150, 60
WARM_SHARE = 0.1
LEAST_S = 5.0
STATES = "filter=bench/%2B/%2B/state"
SCREENS = {"Now": (f"/now?{STATES}", VALUE), "History": (f"/history?{STATES}&start=-1h", CHART)}
TAKE_FRAMES = "() => { const times = window.benchFrames; window.benchFrames = null; return times; }"


@dataclass(frozen=True, slots=True)
class Flow:
    """One run: mean, 99th percentile and late share (%) of frames, script and whole main thread in ms a frame, MB."""

    frame_ms: float
    p99_ms: float
    late: float
    script_ms: float
    busy_ms: float
    heap_before_mb: float
    heap_after_mb: float


def frames(browser: Browser, there: Home, options: Options) -> Iterator[Row]:
    """Frames of both screens that show what is said, each alone."""
    seconds = max(LEAST_S, options.seconds * STRETCH)
    for name, (path, sought) in SCREENS.items():
        runs = []
        for _ in range(options.rounds):
            with visit(browser, there) as somebody:
                somebody.go(path, sought)
                somebody.rest()
                runs.append(flow(somebody, there, seconds))
        yield Row(f"{name}: a frame, mean", median(run.frame_ms for run in runs), "ms", FRAME_MS)
        yield Row(f"{name}: a frame, 99th percentile", median(run.p99_ms for run in runs), "ms")
        yield Row(f"{name}: frames over {LATE_MS} ms", median(run.late for run in runs), "%")
        yield Row(f"{name}: script a frame", median(run.script_ms for run in runs), "ms", SCRIPT_MS)
        yield Row(f"{name}: main thread a frame", median(run.busy_ms for run in runs), "ms")
        grown = median(run.heap_after_mb / run.heap_before_mb for run in runs)
        yield Row(f"{name}: heap after {seconds:g} s to before", grown, "x")


def flow(somebody: Visit, there: Home, seconds: float) -> Flow:
    """What the browser does while `seconds` are said, from one second after they began."""
    with saying(there, rate=RATE, seconds=seconds + 2):
        somebody.page.wait_for_timeout(1_000)
        heap = somebody.heap_mb()
        somebody.page.evaluate(FRAMES)
        before = somebody.meters()
        somebody.page.wait_for_timeout(seconds * 1e3)
        after = somebody.meters()
        times: list[float] = somebody.page.evaluate(TAKE_FRAMES)
        heap_after = somebody.heap_mb()
    lasted = [later - earlier for earlier, later in pairwise(times)]
    if not lasted:
        raise process.BenchError("the browser painted nothing")
    script, busy = ((after[name] - before[name]) * 1e3 / len(lasted) for name in ("ScriptDuration", "TaskDuration"))
    late = sum(one > LATE_MS for one in lasted) / len(lasted) * 100
    return Flow(sum(lasted) / len(lasted), percentile(lasted, 0.99), late, script, busy, heap, heap_after)


def hour(browser: Browser, there: Home) -> Iterator[Row]:
    """Memory of both screens, open beside each other, while device times go through an hour; each message is heard."""
    with ExitStack() as stack:
        open_now: dict[str, Visit] = {}
        for name, (path, sought) in SCREENS.items():
            open_now[name] = stack.enter_context(visit(browser, there))
            open_now[name].go(path, sought)
            open_now[name].rest()
        somebody = next(iter(open_now.values()))
        with saying(there, rate=HOUR_RATE, seconds=MINUTE_S, span=HOUR_S) as child:
            somebody.page.wait_for_timeout(MINUTE_S * 1e3 * WARM_SHARE)
            warm = {name: one.heap_mb() for name, one in open_now.items()}
            somebody.page.wait_for_timeout(MINUTE_S * 1e3 * (0.5 - WARM_SHARE))
            half = {name: one.heap_mb() for name, one in open_now.items()}
            somebody.wait(lambda: child.poll() is not None)
        for name, one in open_now.items():
            one.rest()
            heap, nodes = one.heap_mb(), one.meters()["Nodes"]
            yield Row(f"{name}: heap after 6 minutes", warm[name], "MB")
            yield Row(f"{name}: heap after half an hour", half[name], "MB", warm[name])
            yield Row(f"{name}: heap after an hour", heap, "MB", warm[name])
            yield Row(f"{name}: nodes of the document", nodes, "nodes")


@contextmanager
def saying(there: Home, *, rate: float, seconds: float, span: float = 0) -> Iterator["subprocess.Popen[bytes]"]:
    """`SERIES` devices speak meanwhile; waited for at the end."""
    account = ["--port", str(there.mqtt), "--user", "admin", f"--password={there.token}", "--topics", str(SERIES)]
    paced = ["--rate", str(rate), "--seconds", str(seconds), "--span", str(span)]
    with subprocess.Popen(process.python("bench.devices", *account, *paced), cwd=process.ROOT) as child:
        try:
            yield child
            if child.wait(seconds + 60):
                raise process.BenchError("the devices could not speak; their error is above")
        finally:
            process.stop(child)


def say(there: Home, *, rate: float, seconds: float) -> None:
    """Let the devices speak, and wait for it."""
    with saying(there, rate=rate, seconds=seconds):
        pass
