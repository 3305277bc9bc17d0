"""What a person looks at on Now."""

import re
import subprocess

from playwright.sync_api import Locator, Page

from tests.support.home import Home

OVERHEAR = """(chosen) => {
    const told = new Set(), hear = () => document.querySelectorAll(chosen).forEach((one) => told.add(one.textContent));
    (window.told ??= {})[chosen] = told;
    new MutationObserver(hear).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""
TOLD = "([chosen, words]) => [...window.told[chosen]].some((text) => new RegExp(words).test(text))"


def row(page: Page, room: str, name: str) -> Locator:
    """The row of a series, by its room and what it is called there."""
    called = page.locator(".name", has_text=re.compile(f"^{re.escape(name)}$"))
    return page.get_by_role("region", name=room, exact=True).locator("button.row", has=called)


def said(page: Page) -> Locator:
    """The lines of "As it is said", newest first."""
    return page.locator("hearth-said li")


def overhear(page: Page, chosen: str) -> None:
    """From now on whatever is said there is heard, also what stands for a moment only: see `wait_overheard`."""
    page.evaluate(OVERHEAR, chosen)


def wait_overheard(page: Page, chosen: str, words: str) -> None:
    """Until such words (a regular expression) have stood there since `overhear`, though they may be gone again."""
    page.wait_for_function(TOLD, arg=[chosen, words])


def mosquitto_pub(home: Home, topic: str, payload: str, *, qos: int = 1) -> None:
    """Publishes as a device would, with Mosquitto's own client."""
    account = ["-h", "127.0.0.1", "-p", str(home.mqtt_port), "-u", "admin", "-P", home.token]
    subprocess.run(["mosquitto_pub", *account, "-q", str(qos), "-t", topic, "-m", payload], check=True, timeout=60)
