"""A real home, a real Chromium, and a visitor who notes every fault of the page and leaves a picture behind."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.support.home import Home

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = Path(__file__).parents[1] / "screenshots"
WAIT_MS_MAX = 30_000
# What the browser itself writes about an answer that was no success; the page says it in words, which tests look for.
OF_THE_NETWORK = re.compile(r"Failed to load resource")

SAID = [
    ("homes/h1/kitchen/temperature", "21.5"),
    ("homes/h1/kitchen/motion", "true"),
    ("homes/h1/bathroom/temperature", "22.25"),
    ("homes/h1/bathroom/thermostat_temperature", '{"value": 24.5, "ts": 1795000000}'),
    ("homes/h1/phone", '{"battery": 64, "steps": 1204, "activity": "walking", "place": "home"}'),
    ("homes/h1/hall/camera", b"\x89PNG\x0d\x0a\x1a\x0a\x00\xff"),
    ("homeassistant/sensor/kitchen_temperature/config",
     '{"state_topic": "homes/h1/kitchen/temperature", "unit_of_measurement": "°C", "name": "Temperature"}'),
]


class Visitor:
    """One person's browser at one home."""

    def __init__(self, browser: Browser, home: Home, picture: Path) -> None:
        self.home = home
        self._browser = browser
        self._picture = picture
        self._pages: list[Page] = []
        self.faults: list[str] = []

    def visit(self, path: str = "/now", *, width: int = 1440, height: int = 900, scheme: str = "light",
              logged_in: bool = True, scripts: bool = True, touch: bool = False) -> Page:
        """Opens an address in a fresh profile; logged in by the address that the terminal prints."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=scripts,
            has_touch=touch, timezone_id="Europe/Berlin", locale="en-GB", base_url=self.home.http,
        )
        context.set_default_timeout(WAIT_MS_MAX)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda fault: self.faults.append(f"script error: {fault}"))
        if logged_in:
            page.goto(f"/?token={self.home.token}")
        if not logged_in or page.url != f"{self.home.http}{path}":
            page.goto(path)
        self._pages.append(page)
        return page

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not OF_THE_NETWORK.match(message.text):
            self.faults.append(f"{message.type}: {message.text}")

    def leave(self) -> None:
        """Takes the picture, closes, and fails for what the console held."""
        for number, page in enumerate(self._pages):
            page.screenshot(path=self._picture.with_stem(f"{self._picture.stem}-{number}" if number else self._picture.stem))
            page.context.close()
        assert not self.faults


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed")
    expect.set_options(timeout=WAIT_MS_MAX)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home in which a few devices have spoken."""
    with Home(tmp_path_factory.mktemp("house")) as home:
        print(home.get("/v1/topics").text)
        home.publish(SAID)
        home.wait_for(lambda: len(home.get("/v1/topics").json()["topics"]) == len(SAID), "the messages to be readable")
        yield home


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Path:
    """Where the picture of this test goes."""
    PICTURES.mkdir(exist_ok=True)
    return PICTURES / f"{re.sub(r'[^a-zA-Z0-9]+', '-', request.node.name.removeprefix('test_')).strip('-')}.png"


@pytest.fixture
def visitor(browser: Browser, house: Home, picture: Path) -> Iterator[Visitor]:
    """Somebody who visits the home that has spoken."""
    somebody = Visitor(browser, house, picture)
    yield somebody
    somebody.leave()


@pytest.fixture
def visit(visitor: Visitor) -> Callable[..., Page]:
    return visitor.visit
