"""History: the past of a home, believable, addressable, and one line with what is said now."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests.page.history_looking import charts, stand, table, wait_values
from tests.page.looking import overhear, row, wait_overheard
from tests.support.home import Home, Publisher

Visit = Callable[..., Page]
HALL = "homes/h1/garden/lux"
EVER = datetime(1970, 1, 1, tzinfo=UTC)
VISIBLE = """(hidden) => {
    Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture
def publisher(house: Home) -> Iterator[Publisher]:
    with Publisher(house) as device:
        yield device


def test_history_and_live_are_one_line_across_a_reload_a_hidden_tab_and_a_restart_of_the_api(
    house: Home, visit: Visit, publisher: Publisher
) -> None:
    topic = "homes/h1/garden/one_line"
    said = iter(range(1_000))

    def say(count: int) -> None:
        for _ in range(count):
            publisher.send(topic, str(next(said)))
        publisher.wait_acknowledged()

    say(5)
    house.wait_for(lambda: house.get("/v1/latest", filter=topic).json()["observations"], "the series to be readable")
    page = visit(f"/history?filter={topic}&start=-1h")
    wait_values(page, 5)
    say(7)
    wait_values(page, 12)
    page.reload()
    wait_values(page, 12)
    page.evaluate(VISIBLE, True)
    say(9)
    house.wait_for(lambda: house.get("/v1/latest", filter=topic).json()["observations"][0]["value"] == 20, "the last")
    page.evaluate(VISIBLE, False)
    wait_values(page, 21)
    killed = house.kill("api")
    say(4)
    house.wait_restarted("api", killed)
    house.wait_ready()
    say(6)
    wait_values(page, 31)
    expect(stand(page, "One line")).to_contain_text("30")
    # The same from the record alone.
    page.reload()
    wait_values(page, 31)


def test_a_late_batch_lies_where_it_was_said_and_is_absent_from_the_link_made_before(
    house: Home, visit: Visit, publisher: Publisher
) -> None:
    now = int(time.time())
    publisher.send(HALL, json.dumps({"value": 1, "ts": now - 60}))
    publisher.wait_acknowledged()
    house.wait_for(lambda: house.get("/v1/latest", filter=HALL).json()["observations"], "the first value")
    page = visit(f"/history?filter={HALL}&start=-6h")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    wait_values(page, 1)
    overhear(page, ".notice")
    page.get_by_role("button", name="Copy link").click()
    wait_overheard(page, ".notice", r"Copied\.")
    before = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"[?&]at=[\w-]{8}\.\d+", before)
    for minute in range(12):
        publisher.send(HALL, json.dumps({"value": minute, "ts": now - 4 * 3_600 + 60 * minute}))
    publisher.wait_acknowledged()
    wait_values(page, 13)
    assert min(float(str(one["t"])) for one in table(page)) / 1000 == now - 4 * 3_600
    late = page.evaluate("[...document.querySelector('hearth-history').past.lines.values()][0].late")
    assert [one["count"] for one in late] == [12]
    expect(charts(page)).to_have_attribute("aria-label", re.compile("12 values arrived later"))
    page.goto(before)
    wait_values(page, 1)
    expect(page.locator(".amber")).to_contain_text("As known on")
    page.get_by_role("button", name="Return to now").click()
    wait_values(page, 13)


def test_the_slider_takes_back_what_arrived_later(house: Home, visit: Visit, publisher: Publisher) -> None:
    topic = "homes/h1/garden/known"
    publisher.send(topic, "1")
    publisher.wait_acknowledged()
    house.wait_for(lambda: house.get("/v1/latest", filter=topic).json()["observations"], "the value")
    page = visit(f"/history?filter={topic}&start=-1h")
    wait_values(page, 1)
    page.locator("hearth-span").get_by_role("button", name="as known").first.click()
    page.get_by_role("slider", name="As known").focus()
    page.keyboard.press("Home")
    expect(page.locator(".amber")).to_contain_text("What arrived later is not shown")
    expect(page).to_have_url(re.compile(r"[?&]at=\d{4}"))
    expect(page.get_by_role("heading", name="Nothing was said in this stretch")).to_be_visible()
    page.get_by_role("button", name="Return to now").click()
    wait_values(page, 1)


def test_an_address_opens_to_the_same_and_back_returns_to_the_window_before(visit: Visit) -> None:
    page = visit("/history?filter=homes/h1/kitchen/%23&filter=homes/h1/bathroom/%23")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(charts(page).first).to_be_visible()
    expect(page.locator("hearth-table table").first).to_be_attached()
    page.get_by_role("button", name="1 h", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"start=-1h"))
    page.get_by_role("button", name="Hide").or_(page.locator("button.swatch")).first.click()
    expect(page).to_have_url(re.compile(r"hide="))
    page.locator("hearth-plots").hover(position={"x": 500, "y": 60})
    expect(page).to_have_url(re.compile(r"cursor=\d{4}"))
    overhear(page, ".notice")
    page.keyboard.press("c")
    wait_overheard(page, ".notice", r"Copied\.")
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto(link)
    expect(page.locator("hearth-table table").first).to_be_attached()
    first = (table(page), page.locator(".readout").inner_text())
    page.goto(link)
    expect(page.locator("hearth-table table").first).to_be_attached()
    assert (table(page), page.locator(".readout").inner_text()) == first
    page.get_by_role("button", name="Messages").click()
    expect(page.locator("hearth-messages li").first).to_be_visible()
    page.go_back()
    expect(charts(page).first).to_be_visible()
    assert table(page) == first[0]
    # Thirty days are a strip to drag, which moves the stretch and does not change its length.
    page.get_by_role("button", name="6 h", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"start=-6h"))
    brush = page.locator(".overview .brush").bounding_box()
    assert brush
    page.mouse.move(brush["x"] + brush["width"] / 2, brush["y"] + 10)
    page.mouse.down()
    page.mouse.move(brush["x"] - 200, brush["y"] + 10, steps=3)
    page.mouse.up()
    # On a slow machine the address follows where the hand rests on its way, too.
    page.wait_for_url(lambda address: datetime.now(UTC) - _stretch(address)[1] > timedelta(days=1))
    start, end = _stretch(page.url)
    assert end - start == timedelta(hours=6)


def _stretch(address: str) -> tuple[datetime, datetime]:
    """From when to when it shows, where it names both; else all there is."""
    named = re.findall(r"(?:start|end)=(\d{4}[^&]+)", unquote(address))
    start, end = (datetime.fromisoformat(one) for one in named) if len(named) == 2 else (EVER, datetime.now(UTC))
    return start, end


def test_messages_show_what_came_and_what_it_changed(visit: Visit, house: Home, publisher: Publisher) -> None:
    topic = "homes/h1/garden/sprinkler"
    publisher.send(topic, '{"state": "on", "litres": 4}', retain=True)
    publisher.send(topic, '{"state": "off", "litres": 9}', retain=True)
    publisher.wait_acknowledged()
    house.wait_for(lambda: len(house.get("/v1/history", filter=topic).json()["observations"]) == 4, "both messages")
    page = visit(f"/history?filter={topic}&view=messages")
    newest = page.locator("hearth-messages > section > ol > li").first
    expect(newest).to_contain_text('{"state": "off", "litres": 9}')
    expect(newest.locator(".told")).to_contain_text("off was on")
    expect(newest.locator(".told")).to_contain_text("9 was 4")
    page.get_by_role("button", name="hex").click()
    expect(newest.locator("pre")).to_contain_text("7b 22 73 74 61 74 65")
    newest.locator(".when").click()
    expect(page.get_by_role("dialog", name="Sprinkler")).to_be_visible()
    expect(page).to_have_url(re.compile(r"proof=[\w-]{43}:2"))


def test_a_row_of_now_leads_to_its_history_and_the_screens_keep_the_filter(visit: Visit) -> None:
    page = visit("/now?filter=homes/h1/phone")
    expect(row(page, "Phone", "Battery")).to_be_visible()
    page.get_by_role("link", name="History of Phone Battery").click()
    expect(page).to_have_url(re.compile(r"/history\?filter=homes/h1/phone&field=battery$"))
    expect(charts(page)).to_have_count(1)
    expect(page).to_have_title("History · Hearthlog")
    page.go_back()
    expect(row(page, "Phone", "Steps")).to_be_visible()
    page.get_by_role("link", name="History", exact=True).click()
    expect(page).to_have_url(re.compile(r"/history\?filter=homes/h1/phone$"))
    expect(page.locator("hearth-lanes")).to_be_visible()


def test_a_value_of_the_read_out_opens_its_message(visit: Visit) -> None:
    page = visit("/history?filter=homes/h1/bathroom/temperature")
    page.locator(".readout .stand", has_text="Temperature").click()
    expect(page.locator(".sheet .payload")).to_contain_text("22.25")
    page.reload()
    expect(page.locator(".sheet .payload")).to_contain_text("22.25")
    page.keyboard.press("Escape")
    expect(page.locator(".sheet")).to_have_count(0)


def test_a_panel_shows_exactly_the_request_that_it_made(house: Home, visit: Visit) -> None:
    page = visit("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{house.http}/history?filter=homes/h1/phone&start=-2h")
    expect(charts(page).first).to_be_visible()
    expect(page.locator("dialog.recipe")).to_be_attached()
    page.get_by_role("button", name=re.compile("^The request behind")).first.click(force=True)
    shown = page.locator("dialog.recipe code").inner_text()
    assert shown in asked


def test_beside_the_charts_stand_the_moment_and_the_filter_as_query_stream_and_subscription(visit: Visit) -> None:
    page = visit("/history?filter=homes/h1/kitchen/%23&start=-1h")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    beside = page.locator("hearth-beside")
    moment = beside.get_by_role("region", name="At this moment")
    expect(moment).to_contain_text("Kitchen motion on since")
    ways = beside.get_by_role("region", name="One filter, three ways")
    query, live = (str(link.get_attribute("href")) for link in ways.get_by_role("link").all())
    answer = page.evaluate("async (address) => (await fetch(address)).json()", query)
    assert {one["topic"] for one in answer["observations"]} == {
        "homes/h1/kitchen/temperature",
        "homes/h1/kitchen/motion",
    }
    assert page.evaluate("async (address) => (await fetch(address)).headers.get('content-type')", live).startswith(
        "text/event-stream"
    )
    overhear(page, ".notice")
    ways.get_by_role("button", name="the line that subscribes").click()
    wait_overheard(page, ".notice", r"Copied\.")
    copied = page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("button", name="Connect over MQTT").click()
    expect(page.locator(".connect pre code")).to_have_text(copied)


def test_states_say_what_is_the_matter_and_the_rest_works(house: Home, visit: Visit) -> None:
    page = visit("/history?filter=homes/h1/kitchn/%2B")
    expect(page.get_by_role("heading", name="Nothing matches homes/h1/kitchn/+")).to_be_visible()
    page.goto(f"{house.http}/history?filter=homes/h1/phone&start=yesterday&by=heart&view=sound&colour=red")
    expect(charts(page).first).to_be_visible()
    expect(page.locator(".note")).to_contain_text(
        [
            'This page does not know "colour"',
            '"start=yesterday" is no time; try -6h',
            '"by=heart" is not one of device, logged.',
            '"view=sound" is not one of chart, messages, table.',
        ]
    )
    page.goto(f"{house.http}/history?filter=homes/h1/phone&at=abcdefgh.1")
    expect(page.get_by_role("alert").filter(has_text="another store")).to_be_visible()
    expect(page.get_by_role("button", name="Retry")).to_be_visible()


def test_every_key_of_history_does_what_the_list_says(visit: Visit) -> None:
    page = visit("/history?filter=homes/h1/kitchen/%23&start=-1h")
    press = page.keyboard.press
    expect(charts(page).first).to_be_visible()
    expect(page.locator("hearth-keys dialog")).to_be_attached()
    press("ArrowLeft")
    expect(page).to_have_url(re.compile("cursor="))
    first = page.url
    press("Shift+ArrowLeft")
    expect(page).not_to_have_url(first)
    press("}")
    press("{")
    press("+")
    expect(page).to_have_url(re.compile(r"start=\d{4}.*end=\d{4}"))
    press(",")
    expect(page).to_have_url(re.compile(r"end=\d{4}"))
    press(".")
    press("-")
    press("l")
    expect(page).to_have_url(re.compile(r"start=-\d+\w+$"))
    press("t")
    expect(page.locator("hearth-table .card").first).to_be_visible()
    press("m")
    expect(page.locator("hearth-messages")).to_be_visible()
    press("m")
    press("a")
    expect(page.locator("hearth-position")).to_be_visible()
    press("g")
    press("n")
    expect(row(page, "Kitchen", "Temperature")).to_be_visible()
    press("g")
    press("h")
    expect(charts(page).first).to_be_visible()
    press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("Previous, next silence")
    press("Escape")
    press("g")
    press("d")
    expect(page.get_by_role("heading", name="Datasets").or_(page.get_by_text("pinned")).first).to_be_visible()


def test_two_fingers_zoom_and_one_moves_the_cursor(visit: Visit) -> None:
    page = visit("/history?filter=homes/h1/kitchen/%23&start=-1h", width=390, height=844, touch=True)
    expect(charts(page).first).to_be_visible()
    expect(page.locator("hearth-keys dialog")).to_be_attached()
    box = page.locator("hearth-chart .plot").first.bounding_box()
    assert box
    y = box["y"] + 80
    page.touchscreen.tap(200, y)
    expect(page).to_have_url(re.compile("cursor="))
    expect(page.locator(".readout h2")).to_contain_text("At ")
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *places: float) -> None:
        points = [{"x": x, "y": y, "id": number} for number, x in enumerate(places)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 180, 220)
    for apart in range(20, 100, 10):
        touch("touchMove", 180 - apart, 220 + apart)
    touch("touchEnd")
    expect(page).to_have_url(re.compile(r"start=\d{4}.*end=\d{4}"))
