"""A real home in which a few devices have spoken, and a real Chromium."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench.chromium import ARGUMENTS, PROGRAM
from tests.page.visitor import WAIT_MS_MAX, Visitor
from tests.support.home import Home

PICTURES = Path(__file__).parents[1] / "screenshots"

SAID = [
    ("homes/h1/kitchen/temperature", "21.5"),
    ("homes/h1/kitchen/motion", "true"),
    ("homes/h1/bathroom/temperature", "22.25"),
    ("homes/h1/bathroom/thermostat_temperature", '{"value": 24.5, "ts": 1795000000}'),
    ("homes/h1/phone", '{"battery": 64, "steps": 1204, "activity": "walking", "place": "home"}'),
    ("homes/h1/hall/camera", b"\x89PNG\x0d\x0a\x1a\x0a\x00\xff"),
    (
        "homeassistant/sensor/kitchen_temperature/config",
        '{"state_topic": "homes/h1/kitchen/temperature", "unit_of_measurement": "°C", "name": "Temperature"}',
    ),
]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not PROGRAM.exists():
        pytest.skip("chromium is not installed")
    expect.set_options(timeout=WAIT_MS_MAX)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home in which a few devices have spoken."""
    with Home(tmp_path_factory.mktemp("house")) as home:
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
