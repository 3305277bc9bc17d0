"""axe finds nothing serious, and nothing scrolls sideways, in every layout and in both themes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.page.axe import WIDTHS, fits, look
from tests.page.looking import row

Visit = Callable[..., Page]


def test_axe_finds_nothing_serious_on_now(visit: Visit) -> None:
    page = visit()
    expect(page.get_by_role("link", name="Open the night →")).to_be_visible()
    # All of it, so that no row happens to lie half behind the tabs.
    look(page, height=2_400)
    page.locator("details.api summary").click()
    expect(page.locator("details.api pre")).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert fits(page, width)
    page.locator("details.api summary").click()
    row(page, "Phone", "Battery").locator(".name").click()
    expect(page.locator(".payload")).to_be_visible()
    look(page, themes=("dark", "light"))


def test_axe_finds_nothing_serious_on_history(visit: Visit) -> None:
    page = visit("/history?filter=homes/h1/phone&filter=homes/h1/kitchen/%2B")
    expect(page.locator("hearth-chart figure").first).to_be_visible()
    expect(page.locator("hearth-table table").first).to_be_attached()
    look(page)
    page.keyboard.press("t")
    expect(page.locator("hearth-table .card").first).to_be_visible()
    look(page, themes=("dark",))
    page.keyboard.press("m")
    expect(page.locator("hearth-messages li").first).to_be_visible()
    look(page, themes=("light",))
    page.goto(page.url.replace("view=messages", "at=2026-01-01T00:00:00Z"))
    expect(page.locator(".amber")).to_be_visible()
    page.keyboard.press("a")
    look(page, (320,))


def test_axe_finds_nothing_serious_on_health(visit: Visit) -> None:
    page = visit("/health")
    expect(page.get_by_role("region", name="What each fault means")).to_be_visible()
    page.get_by_text("As a table").click()
    look(page)


def test_axe_finds_nothing_serious_in_a_proof(visit: Visit) -> None:
    page = visit()
    row(page, "Phone", "Battery").locator(".name").click()
    page.get_by_role("button", name="Verify").click()
    page.get_by_text("What this does not prove").click()
    look(page)
    page.goto("/verify")
    page.set_input_files("#file", {"name": "proof.json", "mimeType": "application/json", "buffer": b"{}"})
    expect(page.get_by_role("heading", name="This is no proof")).to_be_visible()
    look(page)


@pytest.mark.parametrize(
    ("address", "logged_in", "theme"), [("/now?filter=nobody/%23&colour=red", True, "light"), ("/now", False, "dark")]
)
def test_axe_finds_nothing_serious_where_there_is_nothing_to_show(
    address: str, logged_in: bool, theme: str, visit: Visit
) -> None:
    page = visit(address, width=320, height=844, logged_in=logged_in)
    expect(page.locator(".plain")).to_be_visible()
    look(page, themes=(theme,))
