"""What a chart over a million observations costs: its answer, its drawing, and moving in it."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser

from bench.budgeted import Row
from bench.chromium import STROKES, Visit, visit
from bench.home import Home
from bench.options import Options
from bench.page_paint import CHART
from bench.table import median
from bench.year import TOPIC

PATH = f"/history?filter={TOPIC}&start=-365d"
ANSWER_KB, DRAWN_MS, HAND_MS = 60, 50, 16
POINTS_A_PIXEL = 2
MOVES, PANS = 100, 10
PAUSE_MS = 50
# Strokes that follow each other without a frame between them are one drawing.
BURST_MS = 16
DRAWING = """([since, pause]) => {
    const strokes = window.benchStrokes.filter((at) => at >= since);
    const end = strokes.findIndex((at, place) => place && at - strokes[place - 1] > pause);
    return (end < 0 ? strokes.at(-1) : strokes[end - 1]) - since;
}"""


def rows(browser: Browser, there: Home, options: Options) -> Iterator[Row]:
    """The answer and its drawing by rounds, then the hand's moves."""
    opened = [drawing(browser, there) for _ in range(options.rounds + 1)]
    answer_kb, points, width, _, _ = opened[0]
    yield Row("plot: points", points, "points", POINTS_A_PIXEL * width)
    yield Row("plot: answer", answer_kb, "kB gzip", ANSWER_KB)
    yield Row("plot: from asking to its last byte", median(one[3] for one in opened[1:]), "ms")
    yield Row("drawn after it arrived", median(one[4] for one in opened[1:]), "ms", DRAWN_MS)
    yield from hand(browser, there)


def drawing(browser: Browser, there: Home) -> tuple[float, int, int, float, float]:
    """KB, points and width of the chart's answer; ms that it took to come, and from then to the last stroke."""
    with visit(browser, there, scripts=(STROKES,)) as somebody:
        with somebody.page.expect_response(lambda one: urlsplit(one.url).path == "/v1/plot") as heard:
            somebody.go(PATH, CHART)
        answer = heard.value
        width = int(parse_qs(urlsplit(answer.url).query)["width"][0])
        points = POINTS_A_PIXEL * sum(len(series["x"]) for series in answer.json()["series"])
        plot = next(one for one in somebody.resources() if one.path == "/v1/plot")
        drawn = float(somebody.page.evaluate(DRAWING, [plot.end, BURST_MS]))
        return plot.bytes / 1e3, points, width, plot.end - plot.start, drawn


def hand(browser: Browser, there: Home) -> Iterator[Row]:
    """What the main thread does for a move of the cursor, and for a pan, on the whole year."""
    with visit(browser, there, scripts=(STROKES,)) as somebody:
        somebody.go(PATH, CHART)
        somebody.rest()
        box = somebody.page.locator("hearth-chart .plot").first.bounding_box()
        assert box is not None
        middle = box["y"] + box["height"] / 2

        def move(step: int) -> None:
            somebody.page.mouse.move(box["x"] + box["width"] * (0.2 + 0.6 * step / MOVES), middle)

        def pan(step: int) -> None:
            somebody.page.keyboard.press("." if step % 2 else ",")

        yield Row("main thread for a move of the cursor", busy_ms(somebody, move, MOVES), "ms", HAND_MS)
        yield Row("main thread for a pan", busy_ms(somebody, pan, PANS), "ms", HAND_MS)


def busy_ms(somebody: Visit, act: Callable[[int], None], count: int) -> float:
    """Ms of the main thread for one of `count` acts, at a pace of a hand; nothing is asked for before it rests."""
    before = somebody.meters()["TaskDuration"]
    for step in range(count):
        act(step)
        somebody.page.wait_for_timeout(PAUSE_MS)
    return (somebody.meters()["TaskDuration"] - before) / count * 1e3
