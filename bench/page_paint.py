"""What opening a screen costs: time to the first values, weight of script and style, requests."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from playwright.sync_api import Browser

from bench.budgeted import Row
from bench.chromium import Resource, visit
from bench.home import Home
from bench.options import Options
from bench.table import median

SLOWDOWN = 4
SHELL_MS, VALUES_MS = 300, 1_000
STYLE_KB, REQUESTS = 10, 30
FILTER_MS = 200
ROOM, ROOM_ROWS = "bench/room3/#", 10

VALUE = "[...document.querySelectorAll('button.row .value b')].some((one) => /\\d/.test(one.textContent))"
CHART = "document.querySelector('hearth-chart figure canvas')"
SENTENCE = "document.querySelector('.headline + .summary')"
ROWS = f"document.querySelectorAll('button.row').length === {ROOM_ROWS}"
ANNOUNCED = """() => [...document.querySelectorAll('link[rel=modulepreload], script[src]')]
    .map((one) => new URL(one.href || one.src).pathname)"""
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen, the condition that says that its first values are there, and what script may weigh until then (kB)."""

    name: str
    path: str
    sought: str
    script_kb: float = math.nan


SCREENS = (
    Screen("Now", "/now", VALUE, 40),
    Screen("History", "/history?filter=bench/room0/%23&start=-6h", CHART, 70),
    Screen("Datasets", "/datasets", SENTENCE),
    Screen("Health", "/health", SENTENCE),
)


def rows(browser: Browser, there: Home, options: Options) -> Iterator[Row]:
    """Paint, interaction, and each screen's weight."""
    for slowdown, shell_ms, values_ms in ((SLOWDOWN, SHELL_MS, VALUES_MS), (1, math.nan, math.nan)):
        paints = [paint(browser, there, slowdown) for _ in range(options.rounds + 1)][1:]
        name = f"Now, {slowdown}x slowdown"
        yield Row(f"{name}: shell", median(shell for shell, _ in paints), "ms", shell_ms)
        yield Row(f"{name}: first real values", median(values for _, values in paints), "ms", values_ms)
    found = median(narrowed(browser, there) for _ in range(options.rounds))
    yield Row("Now: filter to first result", found, "ms", FILTER_MS)
    for screen in SCREENS:
        yield from weights(browser, there, screen)


def paint(browser: Browser, there: Home, slowdown: int) -> tuple[float, float]:
    """Ms until Chromium painted the first content of Now, and until values were painted."""
    with visit(browser, there, slowdown=slowdown) as somebody:
        values = somebody.go("/now", VALUE)
        return float(somebody.page.evaluate(FIRST_PAINT)), values


def narrowed(browser: Browser, there: Home) -> float:
    """Ms from Enter in the filter box until what is on Now is one room."""
    with visit(browser, there) as somebody:
        somebody.go("/now", VALUE)
        somebody.rest()
        somebody.page.get_by_label("Add a topic filter").fill(ROOM)
        somebody.look(ROWS)
        somebody.page.evaluate("addEventListener('keydown', () => { window.benchKey = performance.now(); }, true)")
        somebody.page.keyboard.press("Enter")
        return somebody.shown() - float(somebody.page.evaluate("window.benchKey"))


def weights(browser: Browser, there: Home, screen: Screen) -> Iterator[Row]:
    """Script, style and requests of one screen: until its first values, then until it rests."""
    with visit(browser, there) as somebody:
        somebody.go(screen.path, screen.sought)
        found = somebody.found()
        early = [one for one in somebody.resources() if one.end <= found]
        somebody.rest()
        every = somebody.resources()
        # The document is a request too, and no resource of itself.
        asked = 1 + sum(one.start <= found for one in every)
        announced = set(somebody.page.evaluate(ANNOUNCED))
        needed = [one for one in every if one.path in announced]
        name = screen.name
        yield Row(f"{name}: script that its document announces", weight(needed, ".js"), "kB gzip", screen.script_kb)
        yield Row(f"{name}: script to first values", weight(early, ".js"), "kB gzip", screen.script_kb)
        yield Row(f"{name}: script in all", weight(every, ".js"), "kB gzip")
        yield Row(f"{name}: document, with its style", somebody.document_bytes() / 1e3, "kB gzip", STYLE_KB)
        yield Row(f"{name}: requests to first values", asked, "requests", REQUESTS)
        yield Row(f"{name}: requests in all", len(somebody.asked), "requests")


def weight(resources: Iterable[Resource], ending: str) -> float:
    """KB of the bodies of such files as they came over the network."""
    return sum(one.bytes for one in resources if one.path.endswith(ending)) / 1e3
