"""What a person looks at on Now."""

import re
import subprocess

from playwright.sync_api import Locator, Page

from tests.support.home import Home


def row(page: Page, room: str, name: str) -> Locator:
    """The row of a series, by its room and what it is called there."""
    called = page.locator(".name", has_text=re.compile(f"^{re.escape(name)}$"))
    return page.get_by_role("region", name=room, exact=True).locator("button.row", has=called)


def said(page: Page) -> Locator:
    """The lines of "As it is said", newest first."""
    return page.locator("hearth-said li")


def mosquitto_pub(home: Home, topic: str, payload: str, *, qos: int = 1) -> None:
    """Publishes as a device would, with Mosquitto's own client."""
    account = ["-h", "127.0.0.1", "-p", str(home.mqtt_port), "-u", "admin", "-P", home.token]
    subprocess.run(["mosquitto_pub", *account, "-q", str(qos), "-t", topic, "-m", payload], check=True, timeout=60)
