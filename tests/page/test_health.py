"""Health: what is lost, where it is stuck and what to do, in the words of the API; and what the page knows without it."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.page.visitor import Visitor
from tests.support.home import Home

Visit = Callable[..., Page]


def stage(page: Page, name: str) -> Locator:
    """One part of the path."""
    return page.locator(".stage", has=page.get_by_role("heading", name=re.compile(f"^{name}")))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home in which nothing has happened yet, as other tests see to in the one that they share."""
    settings = {"keepalive_s": 1, "heartbeat_s": 2}
    with Home(tmp_path_factory.mktemp("health") / "home", settings=settings) as running:
        running.publish([("homes/h1/kitchen/temperature", "20.5")])
        running.wait_for(lambda: running.get("/v1/topics").json()["topics"], "the message to be readable")
        yield running


@pytest.fixture
def somebody(browser: Browser, home: Home, picture: Path) -> Iterator[Visitor]:
    """Somebody who visits it."""
    visitor = Visitor(browser, home, picture)
    yield visitor
    visitor.leave()


def test_a_home_that_is_well_says_so_along_the_whole_path(home: Home, somebody: Visitor) -> None:
    page = somebody.visit("/health")
    health = home.get("/v1/health").json()
    expect(page.get_by_role("heading", level=1)).to_have_text(health["sentence"])
    for each in health["path"]:
        name = {"device": "Devices", "store": "Log", "read_model": "Readers"}.get(each["stage"], each["stage"].title())
        expect(stage(page, name).get_by_role("heading")).to_have_text(f"{name}: well")
        expect(stage(page, name).locator(".facts li").first).to_be_attached()
    books = page.get_by_role("region", name="The books balance")
    expect(books).to_contain_text("0 missing")
    expect(books.get_by_role("row", name="Difference")).to_contain_text("0")
    expect(books).to_contain_text(health["uncounted"])
    expect(page.get_by_role("region", name="What needs you")).to_contain_text("Nothing.")
    expect(page.get_by_role("region", name="How far behind").get_by_role("listitem").first).to_be_attached()
    home.publish([("homes/h1/kitchen/temperature", "21.5")])
    expect(page.get_by_role("region", name="One message")).to_contain_text("from the log to here")
    expect(page.get_by_role("region", name="14 days")).to_contain_text(
        # On a busy machine the broker may have been missed for a moment.
        re.compile("Everything ran all the time since|of the time everything ran since")
    )


def test_what_each_fault_means_is_said_in_the_words_of_the_documents(visit: Visit) -> None:
    page = visit("/health")
    told = (Path(__file__).parents[2] / "docs/faults.md").read_text()
    faults = page.get_by_role("region", name="What each fault means")
    faults.get_by_role("button", name="The sink").click()
    sections = re.findall(r"^## (sink\.\S+)\n\n\*\w+\*, whose: \*sink\*\n\n> (.*)\n", told, re.MULTILINE)
    assert len(sections) > 3
    for name, sentence in sections:
        shown = faults.locator(f"[id='fault-{name}'] th")
        expect(shown).to_have_text(re.compile(rf"^\s*{re.escape(re.sub(r'[*]', '', sentence))}$"))


def test_a_broker_that_is_down_is_told_in_the_words_of_the_api_and_then_the_api_goes_too(
    home: Home, somebody: Visitor, picture: Path
) -> None:
    page = somebody.visit("/health")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recording well.")
    broker = home.pid("mosquitto")
    os.kill(broker, signal.SIGSTOP)
    try:
        home.wait_for(lambda: not home.get("/v1/health").json()["well"], "the broker to be missed")
        (fact, *_) = home.get("/v1/health").json()["needs"]
        assert fact["id"] == "broker.lost"
        # How long it lasts has changed by the time that somebody looks.
        words = re.compile(f"^{re.escape(re.split(r'[0-9]', fact['sentence'])[0])}")
        expect(page.get_by_role("heading", level=1)).to_have_text(words)
        expect(stage(page, "Broker").get_by_role("heading")).to_have_text("Broker: down")
        needs = page.get_by_role("region", name="What needs you")
        expect(needs.get_by_role("heading", level=3)).to_have_text(words)
        expect(needs).to_contain_text(fact["remedy"].split(". ")[0])
        expect(page.locator(".out.broker")).to_have_count(1)
        page.screenshot(path=picture.with_stem("the-broker-is-down"), full_page=True)
    finally:
        os.kill(broker, signal.SIGCONT)
    expect(page.get_by_role("heading", level=1)).to_have_text("Recording well.")
    page.get_by_role("region", name="14 days").get_by_text("As a table").click()
    expect(page.get_by_role("table").get_by_role("row", name=re.compile("The broker was away"))).to_be_visible()
    home.stop()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"^No answer for .+\. What you see is from \d\d:\d\d\.$")
    )
    expect(stage(page, "Readers")).to_contain_text("The api does not answer.")
    expect(stage(page, "Broker").get_by_role("heading")).to_have_text("Broker: not known")


def test_an_account_is_asked_for_and_a_dead_api_is_said(house: Home, visit: Visit) -> None:
    page = visit("/health", logged_in=False)
    expect(page.get_by_role("heading", name="This home is locked")).to_be_visible()
    page.get_by_label("Token").fill(house.token)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recording well.")


def test_keys_lead_to_health_and_its_requests_are_shown(house: Home, visit: Visit) -> None:
    page = visit("/now?filter=homes/h1/%23")
    expect(page.locator("hearth-keys dialog")).to_be_attached()
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(r"/health\?filter=homes/h1/%23$"))
    expect(page.get_by_role("region", name="What each fault means")).to_be_visible()
    page.locator("details.api summary").click()
    for name in ("outages", "faults"):
        page.locator("details.api").get_by_role("button", name=name).click()
        href = page.get_by_role("link", name="Open the answer").get_attribute("href")
        answer = httpx.get(
            house.http + href, headers={"Authorization": f"Bearer {house.token}"}, trust_env=False, timeout=60
        )
        assert answer.json()[name] is not None
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Recording well")
    expect(page).to_have_url(re.compile("/now"))
