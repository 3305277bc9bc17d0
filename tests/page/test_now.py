"""Now: what a device says is on the screen, in the words and the order of a home."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.page.looking import mosquitto_pub, overhear, row, said, wait_overheard
from tests.support.home import Home

Visit = Callable[..., Page]
# A headless browser calls no tab hidden.
AWAY = """(away) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => away });
    document.dispatchEvent(new Event('visibilitychange'));
}"""
BERLIN = ZoneInfo("Europe/Berlin")
"""Where the visitor is."""


def test_a_published_message_is_on_now_without_a_reload(house: Home, visit: Visit) -> None:
    page = visit()
    expect(row(page, "Kitchen", "Temperature").locator(".value")).to_have_text(re.compile(r"^\d"))
    page.evaluate("window.untouched = true")
    mosquitto_pub(house, "homes/h1/kitchen/temperature", "23.75")
    expect(row(page, "Kitchen", "Temperature").locator(".value")).to_have_text("23.75°C")
    expect(said(page).first).to_contain_text("Kitchen temperature 23.75")
    assert page.evaluate("window.untouched")


def test_a_new_device_gets_a_row_in_its_room_while_the_page_is_open(house: Home, visit: Visit) -> None:
    page = visit()
    expect(row(page, "Kitchen", "Temperature")).to_be_visible()
    mosquitto_pub(house, "homes/h1/kitchen/coffee_machine", "1204")
    expect(row(page, "Kitchen", "Coffee machine").locator(".value")).to_have_text("1,204")


def test_rows_are_named_from_topics_and_fields_and_set_up_messages_are_left_out(visit: Visit) -> None:
    page = visit()
    expect(row(page, "Bathroom", "Thermostat temp.").locator(".value")).to_have_text("24.5")
    expect(row(page, "Phone", "Battery").locator(".value")).to_have_text("64")
    expect(row(page, "Phone", "Activity").locator(".value")).to_have_text("walking")
    expect(row(page, "Kitchen", "Motion").locator(".value")).to_have_text("on")
    left_out = re.compile(r"\d set-up messages? of devices \(homeassistant/…/config\) left out\.")
    expect(page.get_by_text(left_out)).to_be_visible()
    page.get_by_role("button", name="Show only these").click()
    expect(row(page, "Config", "State topic").first).to_be_visible()


def test_the_headline_is_a_sentence_that_is_true(house: Home, visit: Visit) -> None:
    page = visit()
    headline = page.get_by_role("heading", level=1)
    expect(headline).to_have_text("Recording well.")
    for where in ("h1", ".recorder"):
        overhear(page, where)
    pid = house.kill("mosquitto")
    for _ in range(3):  # with each death it stays away longer, so that a page has the time to tell
        house.wait_restarted("mosquitto", pid)
        pid = house.kill("mosquitto")
    wait_overheard(page, "h1", r"^\s*The broker is away since \d\d:\d\d\.\s*$")
    wait_overheard(page, ".recorder", "Not recording")
    house.wait_restarted("mosquitto", pid)
    house.wait_ready()
    expect(headline).to_have_text("Recording well.")


def test_every_value_opens_its_message_with_clocks_place_and_payload(visit: Visit) -> None:
    page = visit()
    row(page, "Bathroom", "Thermostat temp.").locator(".name").click()
    panel = page.get_by_role("dialog", name="Bathroom thermostat temperature")
    expect(panel.locator(".payload")).to_have_text('{"value": 24.5, "ts": 1795000000}')
    expect(panel.locator(".clocks dt")).to_have_text(["device says", "logged"])
    expect(panel.locator(".clocks time").first).to_have_text("12:06:40.000")
    expect(panel.get_by_text("Nothing is corrected.")).to_be_visible()
    expect(panel.locator(".place")).to_contain_text(re.compile(r"log\s*[\w-]{43}\s*record\s*1\b"))


def test_a_payload_that_is_no_text_is_shown_byte_by_byte(visit: Visit) -> None:
    page = visit("/now?filter=homes/h1/hall/%23")
    page.locator("button.row .name").click()
    expect(page.locator(".payload")).to_have_text("0000  89 50 4e 47 0d 0a 1a 0a 00 ff")


def test_equal_values_are_one_line_with_their_number(house: Home, visit: Visit) -> None:
    page = visit("/now?filter=homes/h3/office/%23")
    expect(page.get_by_role("heading", level=2)).to_contain_text("Nothing matches")
    for value in ("20", "21", "21", "21"):
        mosquitto_pub(house, "homes/h3/office/temperature", value)
    expect(said(page)).to_have_count(2)
    expect(said(page).first).to_contain_text(re.compile(r"temperature 21\s*3 equal"))


def test_pausing_holds_the_stream_and_loses_nothing(house: Home, visit: Visit) -> None:
    page = visit("/now?filter=homes/h1/attic/%23")
    mosquitto_pub(house, "homes/h1/attic/light", "0")
    expect(said(page)).to_have_count(1)
    page.get_by_role("button", name="pause").click()
    for value in range(1, 5):
        mosquitto_pub(house, "homes/h1/attic/light", str(value))
    expect(row(page, "Attic", "Light").locator(".value")).to_have_text("4")
    expect(said(page)).to_have_count(1)
    page.get_by_role("button", name="4 said meanwhile, show").click()
    expect(said(page)).to_contain_text([f"Attic light {value}" for value in (4, 3, 2, 1, 0)])


def test_after_the_api_was_killed_every_message_is_shown_once_in_order(house: Home, visit: Visit) -> None:
    page = visit("/now?filter=homes/h1/lab/%23")
    mosquitto_pub(house, "homes/h1/lab/count", "0")
    expect(said(page)).to_have_count(1)
    overhear(page, ".recorder")
    pid = house.kill("api")
    for value in range(1, 21):
        house.publish([("homes/h1/lab/count", str(value))])
    wait_overheard(page, ".recorder", "No answer")
    house.wait_restarted("api", pid)
    expect(row(page, "Lab", "Count").locator(".value")).to_have_text("20")
    house.publish([("homes/h1/lab/count", "21")])
    expect(said(page)).to_contain_text([f"Lab count {value}" for value in range(21, -1, -1)])
    expect(said(page)).to_have_count(22)
    expect(page.locator(".recorder")).to_contain_text("Recording")


def test_a_hidden_page_lets_go_of_its_stream_and_misses_nothing(house: Home, visit: Visit) -> None:
    page = visit("/now?filter=homes/h1/shed/%23")
    mosquitto_pub(house, "homes/h1/shed/door", "0")
    expect(said(page)).to_have_count(1)
    page.evaluate(AWAY, True)
    house.wait_for(lambda: _streams(house) == 0, "the stream to be let go")
    mosquitto_pub(house, "homes/h1/shed/door", "1")
    page.evaluate(AWAY, False)
    expect(said(page)).to_contain_text(["Shed door 1", "Shed door 0"])


def test_seven_tabs_of_one_browser_all_answer_for_those_behind_let_go_of_their_streams(
    house: Home, visit: Visit
) -> None:
    """A browser keeps six connections to one host, for all its tabs together (HTTP/1.1)."""
    lamp = "homes/h1/cellar/lamp"
    mosquitto_pub(house, lamp, "0")
    tabs = [visit("/now?filter=homes/h1/cellar/%23")]
    for number in range(1, 7):
        tabs[-1].evaluate(AWAY, True)
        tab = tabs[0].context.new_page()
        tab.goto("/now?filter=homes/h1/cellar/%23")
        tabs.append(tab)
        mosquitto_pub(house, lamp, str(number))
        expect(row(tab, "Cellar", "Lamp").locator(".value")).to_have_text(str(number))
    house.wait_for(lambda: _streams(house) == 1, "the streams behind to be let go")
    tabs[-1].evaluate(AWAY, True)
    tabs[0].evaluate(AWAY, False)
    expect(row(tabs[0], "Cellar", "Lamp").locator(".value")).to_have_text("6")


def _streams(home: Home) -> int:
    """Event streams that the api serves now, by its own count."""
    found = re.search(r"^hearthlog_api_live_readers(?:\{.*\})? (\d+)", home.get("/metrics").text, re.MULTILINE)
    assert found, "the api counts its streams"
    return int(found[1])


def test_last_night_and_the_last_day_are_told_and_lead_to_history(house: Home, visit: Visit) -> None:
    opened = _in_the_night(datetime.now(BERLIN))
    slept = int(datetime.now(BERLIN).timestamp()) - 3 * 3_600
    door, label = "homes/h2/hall/front_door", "homes/h2/anna/activity"
    said = [(door, "ON", opened), (door, "OFF", opened + 14), (label, "sleeping", slept)]
    said += [(f"{label}/predicted", "sleeping", slept), (f"{label}/predicted", "resting", slept + 3_600)]
    house.publish([(topic, json.dumps({"value": value, "ts": ts})) for topic, value, ts in said])
    page = visit("/now?filter=homes/h2/%23")
    told = page.get_by_role("region", name=re.compile("night|Tonight")).get_by_role(
        "link", name="Hall front door opened"
    )
    expect(told).to_have_text("Hall front door opened once, for 14 s.")
    ribbon = page.get_by_role("figure", name=re.compile("^The last 24 hours. Anna activity: sleeping longest"))
    expect(ribbon).to_have_accessible_name(re.compile(r"Model and label agree 3\d % of the time"))
    expect(ribbon.locator(".apart").first).to_be_visible()
    ribbon.get_by_text("As a table").click()
    expect(ribbon.get_by_role("row", name=re.compile("Anna activity, model resting$")).first).to_be_visible()
    told.click()
    expect(page).to_have_url(re.compile(rf"/history\?filter={door}&start=.*&end="))
    expect(page.get_by_text("front door", exact=False).first).to_be_visible()
    page.goto("/now?filter=homes/h1/kitchen/%23")
    expect(page.get_by_role("figure", name=re.compile("^The last 24 hours. ")).locator(".up")).to_be_visible()


def _in_the_night(now: datetime) -> int:
    """A moment of the night that is told: the one that ended last, or the one that is on."""
    ended = now.replace(hour=7, minute=0, second=0, microsecond=0)
    if now >= ended:
        return int((ended - timedelta(hours=6)).timestamp())
    began = ended - timedelta(hours=9)
    return int((began + (now - began) / 2).timestamp())


def test_a_device_that_its_gateway_calls_offline_is_called_so_on_its_row(house: Home, visit: Visit) -> None:
    topic, status = "homes/h3/shed/temperature", "homes/h3/shed/status"
    config = {"state_topic": topic, "availability_topic": status, "name": "Warmth", "unit_of_measurement": "°C"}
    house.publish([("homeassistant/sensor/shed/config", json.dumps(config)), (topic, "4.5"), (status, "offline")])
    house.wait_for(
        lambda: [one["availability"] for one in house.get("/v1/topics", filter=topic).json()["topics"]] == ["offline"],
        "the device to be known as offline",
    )
    page = visit(f"/now?filter={topic}")
    expect(page.locator("hearth-row .name")).to_contain_text("offline")
