"""A visitor: one person's browser at one home, who notes every fault of the page and leaves a picture behind."""

import re
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.support.home import Home

WAIT_MS_MAX = 30_000
# What the browser itself writes about an answer that was no success; the page says it in words, which tests look for.
# Nor is it a fault that what the shell asks for ahead has to wait for scripts on a slow machine, or for none.
OF_THE_NETWORK = re.compile(r"Failed to load resource|The resource \S+ was preloaded using link preload but not used")


class Visitor:
    """One person's browser at one home."""

    def __init__(self, browser: Browser, home: Home, picture: Path) -> None:
        self.home = home
        self._browser = browser
        self._picture = picture
        self._pages: list[Page] = []
        self.faults: list[str] = []

    def visit(
        self,
        path: str = "/now",
        *,
        width: int = 1440,
        height: int = 900,
        scheme: str = "light",
        logged_in: bool = True,
        scripts: bool = True,
        touch: bool = False,
        http: str | None = None,
    ) -> Page:
        """Opens an address in a fresh profile; logged in by the address that the terminal prints."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=scripts,
            has_touch=touch,
            timezone_id="Europe/Berlin",
            locale="en-GB",
            base_url=http or self.home.http,
        )
        context.set_default_timeout(WAIT_MS_MAX)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda fault: self.faults.append(f"script error: {fault}"))
        if logged_in:
            page.goto(f"/?token={self.home.token}")
        if not logged_in or page.url != f"{http or self.home.http}{path}":
            page.goto(path)
        self._pages.append(page)
        return page

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not OF_THE_NETWORK.match(message.text):
            self.faults.append(f"{message.type}: {message.text}")

    def leave(self) -> None:
        """Takes the picture, closes, and fails for what the console held."""
        for number, page in enumerate(self._pages):
            page.screenshot(
                path=self._picture.with_stem(f"{self._picture.stem}-{number}" if number else self._picture.stem)
            )
            page.context.close()
        assert not self.faults, self.faults
