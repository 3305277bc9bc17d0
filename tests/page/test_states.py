"""What the page says when there is nothing to show, and the way out of it."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.page.looking import row
from tests.page.visitor import Visitor
from tests.support.home import COMMAND, Home

Visit = Callable[..., Page]

DESK = "homes/me/desk/temperature"


def hearthlog(home: Home, *arguments: object) -> None:
    command = [*COMMAND, *map(str, arguments)]
    subprocess.run(command, env=home.environment, cwd=home.directory, capture_output=True, check=True, timeout=120)


def test_a_page_from_its_homes_first_message_to_its_end_and_its_return_from_a_backup(
    browser: Browser, tmp_path: Path, picture: Path
) -> None:
    """The line that an empty home gives is run as it stands; a fault that stands is said; then everything is stopped.

    When the backup is served, the open page loads itself anew and shows the new history only.
    """
    with Home(tmp_path / "home", settings={"heartbeat_s": 1}) as home:
        somebody = Visitor(browser, home, picture)
        page = somebody.visit()
        expect(page.get_by_role("heading", name="Waiting for the first message…")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_text("Recording, and nothing to show yet.")
        line = page.locator("pre.payload").inner_text()
        subprocess.run(line, shell=True, check=True, timeout=60)
        expect(row(page, "Desk", "Temperature").locator(".value")).to_have_text("21.5")
        expect(page.locator(".summary")).to_have_text("One series, speaking as usual")
        hearthlog(home, "backup", tmp_path / "backup")
        home.publish([(DESK, "99")])
        expect(row(page, "Desk", "Temperature").locator(".value")).to_have_text("99")
        home.publish([("x" * 1_100, "1")])
        card = page.locator(".attention .card").filter(has_text="1 message refused")
        expect(card).to_contain_text("Their topic is too long")
        expect(card).to_contain_text("Correct the device that sends them")
        home.stop()
        expect(page.locator(".recorder")).to_contain_text("No answer")
        expect(page.get_by_role("heading", level=1)).to_have_text(
            re.compile(r"^No answer since \d\d:\d\d\. What you see is from then\.$")
        )
        expect(row(page, "Desk", "Temperature").locator(".value")).to_have_text("99")
        page.evaluate("window.loadedBefore = true")
        home.data.rename(tmp_path / "before")
        hearthlog(home, "restore", tmp_path / "backup", "--data", home.data)
        home.start()
        expect(row(page, "Desk", "Temperature").locator(".value")).to_have_text("21.5")
        assert page.evaluate("window.loadedBefore") is None
        home.publish([(DESK, "22.5")])
        expect(row(page, "Desk", "Temperature").locator(".value")).to_have_text("22.5")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Recording well")
        somebody.leave()


def test_a_filter_without_matches_names_the_nearest_topics_and_leads_there(visit: Visit) -> None:
    page = visit("/now?filter=homes/h1/kitchn/%2B")
    expect(page.get_by_role("heading", name="Nothing matches homes/h1/kitchn/+")).to_be_visible()
    expect(page.get_by_text("Nothing was said there yet, or this account may not read it.")).to_be_visible()
    page.get_by_role("button", name="homes/h1/kitchen/temperature").click()
    expect(row(page, "Kitchen", "Temperature")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Nothing matches homes/h1/kitchn/+")).to_be_visible()


def test_without_an_account_the_page_says_how_to_log_in_and_does(house: Home, visit: Visit) -> None:
    page = visit(logged_in=False)
    expect(page.get_by_role("heading", name="This home is locked")).to_be_visible()
    expect(page.locator(".recorder")).to_contain_text("Locked")
    page.get_by_label("Token").fill("not-the-token")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#token-wrong")).to_contain_text("neither the secret of an account")
    page.get_by_label("Token").fill(house.token)
    page.get_by_role("button", name="Log in").click()
    expect(row(page, "Kitchen", "Temperature")).to_be_visible()
    assert house.token not in page.url


def test_with_scripts_off_the_shell_links_to_the_same_values(house: Home, visit: Visit) -> None:
    page = visit("/now?filter=homes/h1/bathroom/%23", scripts=False)
    newest = page.get_by_role("link", name="The newest value of each series")
    expect(newest).to_be_visible()
    answer = page.request.get(newest.get_attribute("href"))
    assert answer.status == 200, answer.text()
    topics = {one["topic"] for one in answer.json()["observations"]}
    table = page.request.get(page.get_by_role("link", name="as CSV").get_attribute("href")).text()
    assert {line.split(",")[0].strip(chr(34)) for line in table.splitlines()[1:]} == topics
    assert topics == {"homes/h1/bathroom/temperature", "homes/h1/bathroom/thermostat_temperature"}
    for link in page.locator("noscript ~ *, noscript").get_by_role("link").all():
        assert page.request.get(link.get_attribute("href")).ok, link.inner_text()


def test_too_many_requests_are_said_with_the_moment_to_try_again(
    browser: Browser, tmp_path: Path, picture: Path
) -> None:
    limits = {"requests_per_s_max": 0.1, "requests_burst_max": 1}
    with Home(tmp_path / "home", settings=limits) as home:
        somebody = Visitor(browser, home, picture)
        page = somebody.visit()
        expect(page.get_by_role("heading", name="Too many requests")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile(r"^Retry"))).to_be_visible()
        expect(page.locator(".recorder")).to_contain_text("Not shown")
        somebody.leave()


def test_what_an_address_has_wrong_is_said_and_the_rest_works(visit: Visit) -> None:
    page = visit("/now?colour=red&filter=homes/%23/x&filter=homes/h1/kitchen/%23&tz=Mars")
    expect(page.locator(".note")).to_contain_text(
        [
            'This page does not know "colour"; the rest of the address still holds.',
            'The filter "homes/#/x" is left out. "#" comes last: write homes/#.',
            '"tz=Mars" is no time zone that this browser knows',
        ]
    )
    expect(row(page, "Kitchen", "Temperature")).to_be_visible()
    expect(row(page, "Bathroom", "Temperature")).to_have_count(0)


def test_too_large_a_question_and_one_of_the_future_are_answered_in_words(house: Home, visit: Visit) -> None:
    page = visit("/datasets/new?filter=homes/h1/%23&start=-60d&every=1s")
    refused = page.locator("main").get_by_role("alert")
    expect(refused).to_contain_text("cells")
    expect(refused.get_by_role("button", name="Retry")).to_be_visible()
    expect(page.get_by_label("Every")).to_have_value("1s")
    page.get_by_label("Every").fill("1d")
    page.keyboard.press("Enter")
    expect(page.locator(".matrix td").first).to_be_visible()
    store, _, ns = house.get("/v1/store").json()["position"].rpartition(".")
    page.goto(f"{house.http}/history?filter=homes/h1/phone&at={store}.{int(ns) + 10**18}")
    expect(page.locator("main").get_by_role("alert")).to_contain_text(re.compile("position", re.IGNORECASE))
    page.get_by_role("button", name="Return to now").click()
    expect(page.locator("hearth-chart figure").first).to_be_visible()
