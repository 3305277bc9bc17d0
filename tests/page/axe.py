"""What axe says of a page, and whether it fits: each layout and each theme once, since a run of axe is the dearest look."""

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SERIOUS = ("serious", "critical")
WIDTHS = (1440, 390, 320)
THEMES = ("light", "dark")
SCRIPT = Axe().axe_script


def look(page: Page, widths: Sequence[int] = WIDTHS, *, themes: tuple[str, ...] = THEMES, height: int = 844) -> None:
    """Nothing scrolls sideways at any width; axe finds nothing serious in the widest and the narrowest, a theme each."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": height})
        assert fits(page, width)
    page.emulate_media(color_scheme=themes[-1])
    _ask_axe(page)
    if len(themes) > 1:
        page.set_viewport_size({"width": widths[0], "height": height})
        page.emulate_media(color_scheme=themes[0])
        _ask_axe(page)


def fits(page: Page, width: int) -> bool:
    """Whether nothing scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth") <= width


def _ask_axe(page: Page) -> None:
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS)
    serious = [
        f"{fault['id']}: {fault['help']}: {[node['target'] for node in fault['nodes']]}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
    ]
    assert not serious
