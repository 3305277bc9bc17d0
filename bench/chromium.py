"""Debian's Chromium as somebody's browser for a bench: a fresh profile, a cold cache, and what its own meters say."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Error, Page, sync_playwright

from bench.home import Home
from bench.process import BenchError

PROGRAM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTH, HEIGHT = 1440, 900
WAIT_MS = 120_000
REST_MS = 2_000
POLL_MS = 100

# The first frame that begins after a change paints it; when the next one begins, it is painted.
LOOK = """(sought) => {
    window.benchFound = window.benchShown = undefined;
    const look = () => {
        if (!sought()) return;
        eyes.disconnect();
        window.benchFound = performance.now();
        requestAnimationFrame(() => requestAnimationFrame(() => { window.benchShown = performance.now(); }));
    };
    const eyes = new MutationObserver(look);
    eyes.observe(document, { childList: true, characterData: true, subtree: true });
}"""
SHOWN = """(waitMs) => new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('what was looked for did not come')), waitMs);
    const look = () => window.benchShown ? resolve(window.benchShown) : requestAnimationFrame(look);
    look();
})"""
STROKES = """(() => {
    const { stroke } = CanvasRenderingContext2D.prototype;
    window.benchStrokes = [];
    CanvasRenderingContext2D.prototype.stroke = function (...path) {
        stroke.apply(this, path);
        window.benchStrokes.push(performance.now());
    };
})()"""
FRAMES = """() => {
    const times = [];
    window.benchFrames = times;
    const frame = (at) => { times.push(at); if (window.benchFrames === times) requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
}"""
RESOURCES = """() => performance.getEntriesByType('resource').map(({ name, encodedBodySize, startTime, responseEnd }) =>
    ({ path: new URL(name).pathname, bytes: encodedBodySize, start: startTime, end: responseEnd }))"""


@dataclass(frozen=True, slots=True)
class Resource:
    """What came over the network: body bytes as sent (gzip), when it was asked for and when all was there (page ms)."""

    path: str
    bytes: int
    start: float
    end: float


@dataclass(slots=True)
class Visit:
    """One page of one person, and the protocol of its browser."""

    page: Page
    cdp: CDPSession
    asked: list[float] = field(default_factory=list)
    """When each request was made, s of the monotonic clock."""

    def go(self, path: str, sought: str) -> float:
        """Open an address; ms until the first frame after `sought`, a condition in script, was painted."""
        self.page.add_init_script(f"({LOOK})(() => {sought})")
        self.page.goto(path)
        return self.shown()

    def look(self, sought: str) -> None:
        """From now on wait for another condition."""
        self.page.evaluate(f"() => ({LOOK})(() => {sought})")

    def shown(self) -> float:
        """When what is looked for was painted, ms of the page."""
        return float(self.page.evaluate(SHOWN, WAIT_MS))

    def found(self) -> float:
        """When it came into the document, ms of the page; call `shown` first."""
        return float(self.page.evaluate("window.benchFound"))

    def rest(self) -> None:
        """Wait until the page has asked for nothing for a while."""
        self.wait(lambda: not self.asked or time.monotonic() - self.asked[-1] > REST_MS / 1e3)

    def wait(self, happened: Callable[[], bool]) -> None:
        """Wait for what is seen from outside, while the page's events are heard."""
        deadline = time.monotonic() + WAIT_MS / 1e3
        while not happened():
            if time.monotonic() > deadline:
                raise BenchError(f"{self.page.url} did not come to it within {WAIT_MS / 1e3:g} s")
            self.page.wait_for_timeout(POLL_MS)

    def resources(self) -> list[Resource]:
        """All that came so far."""
        return [Resource(**one) for one in self.page.evaluate(RESOURCES)]

    def document_bytes(self) -> int:
        """Bytes of the document's body as they came."""
        return int(self.page.evaluate("performance.getEntriesByType('navigation')[0].encodedBodySize"))

    def meters(self) -> dict[str, float]:
        """The browser's own counts; durations in s of the page's main thread."""
        told: dict[str, Any] = self.cdp.send("Performance.getMetrics")
        return {one["name"]: float(one["value"]) for one in told["metrics"]}

    def heap_mb(self) -> float:
        """MB of live objects of script: the collector runs first."""
        self.cdp.send("HeapProfiler.collectGarbage")
        return self.meters()["JSHeapUsedSize"] / 1e6


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser; BenchError where there is none."""
    if not PROGRAM.exists():
        raise BenchError(f"{PROGRAM} is not installed")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=PROGRAM, args=list(ARGUMENTS))
            yield browser
            browser.close()
    except Error as fault:
        raise BenchError(f"the browser: {fault}") from fault


@contextlib.contextmanager
def visit(browser: Browser, there: Home, *, slowdown: int = 1, scripts: tuple[str, ...] = ()) -> Iterator[Visit]:
    """A logged-in person whose browser has nothing of the page yet, on a processor that is so many times slower."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        timezone_id="Europe/Berlin",
        locale="en-GB",
        base_url=f"http://127.0.0.1:{there.http}",
    )
    try:
        context.set_default_timeout(WAIT_MS)
        context.request.get(f"/?token={there.token}", max_redirects=0)
        for script in scripts:
            context.add_init_script(script)
        page = context.new_page()
        cdp = context.new_cdp_session(page)
        cdp.send("Performance.enable")
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        found = Visit(page, cdp)
        page.on("request", lambda _: found.asked.append(time.monotonic()))
        yield found
    finally:
        context.close()
