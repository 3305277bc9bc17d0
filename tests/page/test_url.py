"""The address is the view: it opens to the same, and Back undoes a decision."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.page.looking import row

Visit = Callable[..., Page]


def test_a_chosen_filter_is_in_the_address_and_back_undoes_it(visit: Visit) -> None:
    page = visit()
    expect(row(page, "Kitchen", "Temperature")).to_be_visible()
    page.get_by_label("Add a topic filter").fill("+/+/bathroom/#")
    page.keyboard.press("Enter")
    expect(row(page, "Kitchen", "Temperature")).to_have_count(0)
    expect(row(page, "Bathroom", "Temperature")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/now\?filter=%2B/%2B/bathroom/%23$"))
    page.reload()
    expect(row(page, "Bathroom", "Temperature")).to_be_visible()
    expect(row(page, "Kitchen", "Temperature")).to_have_count(0)
    expect(page.locator(".chip")).to_have_text(["+/+/bathroom/#"])
    page.go_back()
    expect(row(page, "Kitchen", "Temperature")).to_be_visible()
    expect(page.locator(".chip")).to_have_count(0)


def test_a_broken_filter_is_explained_and_not_taken(visit: Visit) -> None:
    page = visit()
    box = page.get_by_label("Add a topic filter")
    box.fill("homes/#/temperature")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text='"#" comes last: write homes/#.')).to_be_visible()
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(page).to_have_url(re.compile(r"/now$"))


def test_an_open_message_is_in_the_address_and_back_closes_it(visit: Visit) -> None:
    page = visit()
    row(page, "Phone", "Battery").locator(".name").click()
    fields = page.locator(".fields tr")
    expect(fields).to_have_count(4)
    expect(page).to_have_url(re.compile(r"proof=[\w-]{43}:\d+"))
    page.reload()
    expect(fields).to_have_count(4)
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_chosen_theme_outlives_a_reload(visit: Visit) -> None:
    page = visit(scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Light or dark").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark


def test_times_follow_the_zone_of_the_address(visit: Visit) -> None:
    page = visit("/now?tz=Asia/Kathmandu&filter=homes/h1/bathroom/thermostat_temperature")
    page.locator("button.row .name").click()
    expect(page.locator(".clocks time").first).to_have_text("16:51:40.000")
