"""axe finds nothing serious, and nothing scrolls sideways, at every width and in both themes."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.page.looking import row

Visit = Callable[..., Page]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SERIOUS = ("serious", "critical")
AXE = Axe().axe_script


def test_axe_finds_nothing_serious_on_now(visit: Visit) -> None:
    page = visit()
    expect(page.locator("hearth-said li").first).to_be_visible()
    for width in (1440, 390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        _look(page, width)
        page.locator("details.api summary").click()
        expect(page.locator("details.api pre")).to_be_visible()
        assert _fits(page, width)
        page.locator("details.api summary").click()
        row(page, "Phone", "Battery").locator(".name").click()
        expect(page.locator(".payload")).to_be_visible()
        _look(page, width)
        page.get_by_role("button", name="Close").click()


def test_axe_finds_nothing_serious_on_history(visit: Visit) -> None:
    page = visit("/history?filter=homes/h1/phone&filter=homes/h1/kitchen/%2B")
    expect(page.locator("hearth-chart figure").first).to_be_visible()
    expect(page.locator("hearth-table table").first).to_be_attached()
    for width in (1440, 390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        _look(page, width)
    page.keyboard.press("t")
    expect(page.locator("hearth-table .card").first).to_be_visible()
    _look(page, 320)
    page.keyboard.press("m")
    expect(page.locator("hearth-messages li").first).to_be_visible()
    _look(page, 320)
    page.goto(page.url.replace("view=messages", "at=2026-01-01T00:00:00Z"))
    expect(page.locator(".amber")).to_be_visible()
    page.keyboard.press("a")
    _look(page, 320)


def test_axe_finds_nothing_serious_on_health(visit: Visit) -> None:
    page = visit("/health")
    expect(page.get_by_role("region", name="What each fault means")).to_be_visible()
    page.get_by_text("As a table").click()
    for width in (1440, 390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        _look(page, width)


def test_axe_finds_nothing_serious_in_a_proof(visit: Visit) -> None:
    page = visit()
    row(page, "Phone", "Battery").locator(".name").click()
    page.get_by_role("button", name="Verify").click()
    page.get_by_text("What this does not prove").click()
    for width in (1440, 320):
        page.set_viewport_size({"width": width, "height": 844})
        _look(page, width)
    page.goto("/verify")
    page.set_input_files("#file", {"name": "proof.json", "mimeType": "application/json", "buffer": b"{}"})
    expect(page.get_by_role("heading", name="This is no proof")).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 844})
    _look(page, 320)


@pytest.mark.parametrize(("address", "logged_in"), [("/now?filter=nobody/%23&colour=red", True), ("/now", False)])
def test_axe_finds_nothing_serious_where_there_is_nothing_to_show(address: str, logged_in: bool, visit: Visit) -> None:
    page = visit(address, width=320, height=844, logged_in=logged_in)
    expect(page.locator(".plain")).to_be_visible()
    _look(page, 320)


def _look(page: Page, width: int) -> None:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        _ask_axe(page)
    assert _fits(page, width)


def _ask_axe(page: Page) -> None:
    found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS)
    serious = [
        f"{fault['id']}: {fault['help']}: {[node['target'] for node in fault['nodes']]}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
    ]
    assert not serious


def _fits(page: Page, width: int) -> bool:
    return page.evaluate("document.documentElement.scrollWidth") <= width
