"""History: a silence is shaded by its cause, told in words, and never bridged."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page.conftest import PICTURES
from tests.page.history_looking import Walker, charts, table
from tests.page.visitor import Visitor
from tests.support.home import Home

TOPIC = "homes/h1/hall/steps"
CAUSES = ("device", "broker", "sink")
# Pixels of the canvas between pairs of instants, as colours with how often each occurs; null for what has no pixels.
PIXELS = """(spans) => {
    const {u} = document.querySelector('hearth-chart');
    const top = Math.ceil(u.bbox.top);
    const whole = u.ctx.getImageData(0, top, u.ctx.canvas.width, Math.floor(u.bbox.height));
    return spans.map(([from, to]) => {
        const edge = 2 * devicePixelRatio;
        const first = Math.ceil(u.valToPos(from, 'x', true) + edge);
        const last = Math.floor(u.valToPos(to, 'x', true) - edge);
        if (last <= first) return null;
        const found = {};
        for (let y = 0; y < whole.height; y += 1)
            for (let x = first; x < last; x += 1) {
                const at = 4 * (y * whole.width + x);
                const colour = whole.data.slice(at, at + 3).join();
                found[colour] = (found[colour] ?? 0) + 1;
            }
        return found;
    });
}"""
WINDOW = "() => { const {start, end} = document.querySelector('hearth-chart').scene; return [start, end]; }"
COLOUR = """() => {
    const chart = document.querySelector('hearth-chart');
    return chart.scene.colours[`s${chart.panel.drawn[0].colour}`].match(/\\d+/g).join();
}"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home in which a device fell silent, then the broker died, then the sink."""
    with Home(tmp_path_factory.mktemp("broken"), settings={"silent_min_s": 1}) as home:
        walker = Walker(home, TOPIC)
        try:
            walker.walk(16)
            time.sleep(1.6)  # the device's own silence: there is no event to wait for
            walker.walk(4)
            for name in ("mosquitto", "sink"):
                home.wait_restarted(name, home.kill(name))
                home.wait_ready()
                walker.walk(5)
        finally:
            walker.stop()
        home.wait_for(lambda: {gap["cause"] for gap in gaps(home)} >= set(CAUSES), "three causes to be known")
        yield home


def gaps(home: Home) -> list[dict[str, str]]:
    """The silences of the device, as the API tells them."""
    answer = home.get("/v1/plot", filter=TOPIC, start="-10m", explain="true").json()
    return answer["series"][0]["gaps"] if answer["series"] else []


@pytest.fixture(scope="module")
def page(browser: Browser, broken: Home) -> Iterator[Page]:
    PICTURES.mkdir(exist_ok=True)
    somebody = Visitor(browser, broken, PICTURES / "history-whose-silence.png")
    told = [gap for gap in gaps(broken) if gap["cause"] in CAUSES]
    # Absolute, and close enough that each silence has pixels.
    first, last = min(gap["from"] for gap in told), max(gap["to"] for gap in told)
    page = somebody.visit(f"/history?filter={TOPIC}&start={_shifted(first, -4)}&end={_shifted(last, 2)}")
    expect(charts(page)).to_have_count(1)
    expect(page.locator("hearth-table table")).to_be_attached()
    yield page
    somebody.leave()


def test_no_pixel_in_the_colour_of_the_line_lies_in_a_silence_and_each_cause_looks_different(
    page: Page, broken: Home
) -> None:
    colour = page.evaluate(COLOUR)
    told = gaps(broken)
    spans = [page.evaluate(WINDOW), *([_ns(gap["from"]) / 1e6, _ns(gap["to"]) / 1e6] for gap in told)]
    everything, *silent = page.evaluate(PIXELS, spans)
    assert everything[colour] > 20
    looks: dict[str, set[str]] = {}
    for gap, found in zip(told, silent, strict=True):
        if found is not None:
            assert colour not in found, gap
            looks.setdefault(gap["cause"], set()).update(one for one, count in found.items() if count > 8)
    assert set(looks) >= set(CAUSES)
    for cause in CAUSES:
        others = set().union(*(looks[other] for other in looks if other != cause))
        assert looks[cause] - others, f"{cause} looks like another"


def test_each_silence_is_told_in_its_own_sentence(page: Page) -> None:
    holes = [str(row["silence"]) for row in table(page) if row["silence"]]
    for words in ("silent, ", "broker away, ", "sink away, "):
        assert any(hole.startswith(words) for hole in holes), (words, holes)
    assert len({hole.split(": ", 1)[1] for hole in holes}) >= len(CAUSES)
    for name in ("Device", "Broker", "Sink"):
        expect(page.locator(".whose li", has_text=name)).to_be_visible()
    expect(charts(page)).to_have_attribute("aria-label", re.compile(r"silences$"))


def test_in_a_silence_the_read_out_has_a_dash_and_says_whose_it_was(page: Page) -> None:
    page.locator("body").click(position={"x": 4, "y": 400})
    expect(page.locator("hearth-keys dialog")).to_be_attached()
    seen = set()
    for _ in range(8):
        page.keyboard.press("]")
        page.keyboard.press("ArrowRight")
        value = page.locator(".readout .stand .value").first
        text = value.inner_text()
        if "—" in text:
            seen.add(text.split("—")[1].strip())
    assert len(seen) >= 2, seen


def test_the_path_strip_tells_of_broker_and_sink(page: Page) -> None:
    for words in ("broker away", "sink away"):
        expect(page.locator("hearth-path li", has_text=words).first).to_be_visible()


def _ns(time_: str) -> int:
    seconds, fraction = time_.rstrip("Z").split(".")
    return int(datetime.fromisoformat(seconds).replace(tzinfo=UTC).timestamp()) * 10**9 + int(fraction)


def _shifted(time_: str, seconds: int) -> str:
    moment = datetime.fromtimestamp(_ns(time_) / 1e9, UTC) + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
