"""The keyboard alone: every action that the list of keys names."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.page.looking import overhear, row, wait_overheard

Visit = Callable[..., Page]


def test_everything_works_by_keyboard_alone(visit: Visit) -> None:
    page = visit()
    press = page.keyboard.press
    expect(row(page, "Kitchen", "Temperature")).to_be_visible()
    expect(page.locator("hearth-keys dialog")).to_be_attached()
    press("/")
    expect(page.get_by_label("Add a topic filter")).to_be_focused()
    page.keyboard.type("homes/h1/kitchen/#?l")
    press("Backspace")
    press("Backspace")
    press("Enter")
    expect(row(page, "Bathroom", "Temperature")).to_have_count(0)
    press("Escape")
    press("Tab")
    _tab_to(page, "button.row")
    first = page.evaluate("document.activeElement.textContent")
    press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") != first
    press("ArrowUp")
    press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator("#message-title")).to_be_focused()
    press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.wait_for_function("document.activeElement.matches('button.row')")
    press("l")
    expect(page.get_by_role("button", name="paused", exact=True)).to_have_attribute("aria-pressed", "true")
    press("l")
    expect(page.get_by_role("button", name="pause", exact=True)).to_have_attribute("aria-pressed", "false")
    press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()


def test_the_link_to_the_view_is_copied(visit: Visit) -> None:
    page = visit("/now?filter=homes/h1/%23")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(row(page, "Kitchen", "Temperature")).to_be_visible()
    expect(page.locator("hearth-keys dialog")).to_be_attached()
    overhear(page, ".notice")
    page.keyboard.press("c")
    wait_overheard(page, ".notice", r"Copied\.")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_the_first_tab_stop_skips_to_the_values(visit: Visit) -> None:
    page = visit()
    expect(row(page, "Kitchen", "Temperature")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the values")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#main$"))
    expect(page.locator("main")).to_be_focused()


def _tab_to(page: Page, selector: str) -> None:
    """Presses Tab until something that matches has the focus."""
    for _ in range(60):
        if page.evaluate("chosen => document.activeElement.matches(chosen)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")
