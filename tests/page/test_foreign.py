"""For those who write their own page: examples, chart and frame work on another origin, as they are pasted."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accounts.conftest import add
from tests.page.axe import look
from tests.page.foreign import EXAMPLES, foreign_site
from tests.page.looking import mosquitto_pub, overhear, wait_overheard
from tests.page.visitor import Visitor
from tests.support.home import Home

LINES_MAX = 60
SEEN = "homes/h1/kitchen/temperature"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with foreign_site() as origin:
        yield origin


@pytest.fixture(scope="module")
def open_house(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home that lets this one site read answers and show its chart in a frame."""
    settings = {"cors_origins": site, "frame_ancestors": site}
    with Home(tmp_path_factory.mktemp("open") / "home", settings=settings) as home:
        home.publish([(SEEN, "21.5"), (SEEN, "22"), ("homes/h1/kitchen/motion", "true"), ("homes/h1/safe", "7")])
        home.wait_for(lambda: len(home.get("/v1/topics", filter="homes/#").json()["topics"]) == 3, "the messages")
        yield home


@pytest.fixture
def guest(browser: Browser, open_house: Home, picture: Path) -> Iterator[Visitor]:
    """Somebody at the other site, who is not logged in here."""
    somebody = Visitor(browser, open_house, picture)
    yield somebody
    somebody.leave()


@pytest.fixture
def fill(guest: Visitor, site: str) -> Callable[..., Page]:
    """Opens an example on the other site and fills in its form."""

    def filled(name: str, **fields: str) -> Page:
        page = guest.visit(f"{site}/{name}", logged_in=False)
        for field, text in {"home": guest.home.http, "secret": guest.home.token, **fields}.items():
            page.locator(f"[name={field}]").fill(text)
        page.locator("form button").click()
        return page

    return filled


def test_examples_are_short_and_ask_nobody_but_the_home() -> None:
    for path in EXAMPLES.iterdir():
        text = path.read_text()
        assert len(text.splitlines()) < LINES_MAX, path
        assert text.count("http://") == text.count("http://localhost:8080"), path
        assert "https://" not in text, path


def test_a_page_of_others_shows_what_is_said_by_event_source(open_house: Home, fill: Callable[..., Page]) -> None:
    page = fill("events.html", filter="homes/h1/#")
    expect(page.get_by_role("status")).to_have_text("Listening.")
    mosquitto_pub(open_house, SEEN, "23.25")
    expect(page.locator("tr", has_text=SEEN)).to_contain_text("23.25")


def test_a_page_of_others_publishes_and_hears_by_mqtt(open_house: Home, fill: Callable[..., Page]) -> None:
    page = fill("mqtt.html", topic="homes/h1/lantern")
    expect(page.get_by_role("status")).to_have_text("Connected.")
    page.get_by_role("button", name="On", exact=True).click()
    expect(page.locator("li")).to_have_text("homes/h1/lantern: on")
    rows = open_house.wait_for(
        lambda: open_house.get("/v1/latest", filter="homes/h1/lantern").json()["observations"], "what was published"
    )
    assert rows[0]["value"] == "on"


def test_a_chart_and_a_frame_on_a_page_of_others_follow_the_home(open_house: Home, fill: Callable[..., Page]) -> None:
    page = fill("chart.html", filter="homes/h1/kitchen/#")
    chart, frame = page.locator("hearth-chart"), page.frame_locator("iframe").locator("hearth-chart")
    for one in (chart, frame):
        expect(one.locator(".names li").first).to_contain_text("Kitchen")
        expect(one.get_by_role("figure")).to_have_attribute("aria-label", re.compile("^2 series"))
    assert chart.locator("path.line").first.evaluate("line => getComputedStyle(line).stroke") == "rgb(122, 31, 162)"
    mosquitto_pub(open_house, SEEN, "24.75")
    for one in (chart, frame):
        expect(one.locator(".names li", has_text="temperature")).to_contain_text("24.75")
        expect(one.locator("table", has_text="temperature")).to_contain_text("24.75")


def test_an_embed_sees_what_its_ticket_reads_and_says_so_when_it_ends(open_house: Home, guest: Visitor) -> None:
    made = httpx.post(
        f"{open_house.http}/v1/tickets",
        content=json.dumps({"filter": [SEEN]}),
        headers={"Authorization": f"Bearer {open_house.token}", "Content-Type": "application/json"},
        trust_env=False,
        timeout=60,
    ).json()["ticket"]
    page = guest.visit(f"/embed?filter=homes/%23&ticket={made}", logged_in=False)
    expect(page.locator(".names li")).to_have_count(1)
    look(page, height=500)
    page.goto("/embed?filter=homes/%23&ticket=broken")
    expect(page.get_by_role("alert")).to_contain_text("ticket")


def test_only_the_named_sites_may_show_the_chart_in_a_frame(open_house: Home, site: str) -> None:
    allowed = httpx.get(f"{open_house.http}/embed", trust_env=False, timeout=60).headers["content-security-policy"]
    assert f"frame-ancestors {site};" in allowed
    screen = httpx.get(f"{open_house.http}/now", trust_env=False, timeout=60).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in screen


def test_the_connect_drawer_has_lines_that_run_as_pasted(open_house: Home, guest: Visitor) -> None:
    page = guest.visit(f"/now?filter={SEEN}")
    page.get_by_role("button", name="Connect over MQTT").click()
    drawer = page.get_by_role("dialog", name="Connect over MQTT")
    drawer.get_by_role("button", name="address").click()
    expect(drawer.locator("code").last).to_have_text(f"ws://127.0.0.1:{open_house.http_port}/mqtt")
    open_house.publish([(SEEN, "20.5")], retain=True)
    environment = {**os.environ, "HEARTHLOG_TOKEN": open_house.token, "PYTHONUNBUFFERED": "1"}
    for program, command in (("mosquitto_sub", ["sh", "-c"]), ("paho", [sys.executable, "-c"])):
        drawer.get_by_role("button", name=program).click()
        expect(drawer.locator("pre code")).to_contain_text(str(open_house.mqtt_port))
        text = drawer.locator("pre code").inner_text()
        with subprocess.Popen(
            [*command, text], stdout=subprocess.PIPE, text=True, env=environment, process_group=0
        ) as heard:
            assert heard.stdout
            try:
                assert re.search(rf"{SEEN} .*20\.5", heard.stdout.readline())
            finally:
                os.killpg(heard.pid, signal.SIGKILL)
    look(page, (390,))


def test_tried_here_both_ways_bring_the_same_records_and_each_state_is_said(
    open_house: Home, guest: Visitor, picture: Path
) -> None:
    secret = add(open_house, "tablet", read=("homes/h2/#",))
    poor = guest.visit(f"/?token={secret}", logged_in=False)
    for screen in ("now", "history"):
        poor.goto(f"/{screen}?filter=homes/%23")
        expect(poor.get_by_text("Your account sees part of what this asks for.")).to_be_visible()
    open_house.publish([("homes/h1/lamp", "kept")], retain=True)
    page = guest.visit("/now?filter=homes/h1/%23")
    page.get_by_role("button", name="Connect over MQTT").click()
    page.get_by_role("button", name="Try it here").click()
    tried = page.locator("hearth-trying")
    outcome = tried.locator("[role=status], [role=alert]").first

    def listen(account: str, token: str) -> None:
        tried.get_by_label("Account").fill(account)
        tried.get_by_label("Secret").fill(token)
        tried.get_by_role("button", name="Listen").click()

    for account, token, told in (
        ("admin", "guessed", "This home knows no account with that secret."),
        ("admin", secret, "the broker knows no account admin with it"),
    ):
        listen(account, token)
        expect(outcome).to_contain_text(told)
        tried.get_by_role("button", name="Try again").click()
    listen("tablet", secret)
    expect(tried.locator(".note")).to_contain_text("The account tablet may not read here")
    tried.get_by_role("button", name="Stop").click()
    listen("admin", open_house.token)
    expect(outcome).to_have_text(re.compile("^Both listen"))
    open_house.publish([("homes/h1/lamp", str(number)) for number in (1, 2, 2)])
    mosquitto_pub(open_house, SEEN, "25", qos=0)
    expect(outcome).to_have_text("Both heard the same 4 records.")
    expect(tried.locator(".hint").first).to_contain_text(re.compile(r"\d+ retained: said before"))
    expect(tried.get_by_text("1 came with QoS 0")).to_be_visible()
    expect(tried.locator(".heard li").first).to_contain_text("both ways")
    look(page, (390,), themes=("light",))
    page.screenshot(path=picture.with_stem("tried-here"))
    overhear(page, "hearth-trying [role=alert]")
    killed = open_house.kill("mosquitto")
    wait_overheard(page, "hearth-trying [role=alert]", "No broker behind /mqtt")
    open_house.wait_restarted("mosquitto", killed)
    expect(outcome).to_have_text(re.compile("^Both listen"))


def test_what_came_one_way_only_is_named_once_it_is_late(guest: Visitor) -> None:
    page = guest.visit("/now")
    told = page.evaluate(
        """async () => {
            const {Tally} = await import(new URL('lib/tally.js', document.querySelector('link[rel=icon]').href));
            const tally = new Tally(1_000);
            const said = (number) => ({topic: `a/${number}`, payload: 'MQ=='});
            tally.hear('stream', said(0), 500);
            tally.hear('stream', said(1), 1_500);
            tally.hear('mqtt', said(2), 3_000);
            tally.hear('stream', said(2), 3_001);
            tally.hear('mqtt', said(3), 3_000);
            tally.hear('stream', said(4), 3_000);
            return [tally.words(4_000), tally.words(9_000)];
        }"""
    )
    assert told == [
        "Both heard the same record, and 3 on the way.",
        "They differ: 1 came only by the event stream (a/4); 1 came only by MQTT (a/3). 1 came both ways.",
    ]
