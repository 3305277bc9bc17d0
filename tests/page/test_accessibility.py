"""axe finds nothing serious, and nothing scrolls sideways, at every width and in both themes."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.page.looking import row

Visit = Callable[..., Page]
TAGS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SERIOUS = ("serious", "critical")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390, 320])
def test_axe_finds_nothing_serious_on_now(width: int, scheme: str, visit: Visit) -> None:
    page = visit(width=width, height=844, scheme=scheme, touch=width < 1000)
    expect(row(page, "Kitchen", "Temperature")).to_be_visible()
    expect(page.locator("hearth-said li").first).to_be_visible()
    _look(page, width)
    page.locator("details.api summary").click()
    _look(page, width)
    page.locator("details.api summary").click()
    row(page, "Phone", "Battery").click()
    expect(page.locator(".payload")).to_be_visible()
    _look(page, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/now?filter=nobody/%23&colour=red", "/now"])
def test_axe_finds_nothing_serious_where_there_is_nothing_to_show(address: str, scheme: str, visit: Visit) -> None:
    page = visit(address, width=390, height=844, scheme=scheme, logged_in="filter" in address)
    expect(page.locator(".plain")).to_be_visible()
    _look(page, 390)


def _look(page: Page, width: int) -> None:
    found = Axe().run(page, options=TAGS)
    serious = [
        f"{fault['id']}: {fault['help']}: {[node['target'] for node in fault['nodes']]}"
        for fault in found.response["violations"]
        if fault["impact"] in SERIOUS
    ]
    assert not serious
    assert page.evaluate("document.documentElement.scrollWidth") <= width
