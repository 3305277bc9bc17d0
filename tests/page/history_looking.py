"""What a person looks at on History, and a device that speaks in a steady rhythm."""

import json
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import Locator, Page, expect

from tests.support.home import WAIT_S_MAX, Home

EVERY_MS = 100
POLL_MS = 50
ROWS = """async () => {
    const base = document.querySelector('link[rel=icon]').href;
    const {rowsOf} = await import(new URL('lib/rows.js', base));
    return [...document.querySelectorAll('hearth-table')].flatMap(({lines, stretch}) => rowsOf(lines, stretch));
}"""


class Walker:
    """A device that says a number with its own time, ten times a second, with QoS 0, and connects again by itself."""

    def __init__(self, home: Home, topic: str) -> None:
        self._topic = topic
        self.said = 0
        self._connected = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.username_pw_set("admin", home.token)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda *_: self._connected.set()
        self._client.on_disconnect = lambda *_: self._connected.clear()
        self._client.connect("127.0.0.1", home.mqtt_port, keepalive=30)
        self._client.loop_start()

    def walk(self, steps: int) -> None:
        """Says `steps` numbers, each at its time; waits for the broker first."""
        assert self._connected.wait(WAIT_S_MAX)
        begin = time.time_ns() // 1_000_000
        for step in range(steps):
            at = begin + step * EVERY_MS
            time.sleep(max(0, at / 1000 - time.time()))
            value = self.said % 7
            self._client.publish(self._topic, json.dumps({"value": value, "ts": at})).wait_for_publish(WAIT_S_MAX)
            self.said += 1

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_connect = self._client.on_disconnect = None


def charts(page: Page) -> Locator:
    """The panels, each a figure with a name in words."""
    return page.locator("hearth-chart figure")


def table(page: Page) -> list[dict[str, object]]:
    """The rows behind all charts: those of every page of the tables."""
    expect(page.locator("hearth-table table").first).to_be_attached()
    rows: list[dict[str, object]] = page.evaluate(ROWS)
    return rows


def wait_values(page: Page, count: int) -> None:
    """Until the tables count so many values: each message once, none missing."""
    deadline = time.monotonic() + WAIT_S_MAX
    while (found := _values(page)) != count:
        assert time.monotonic() < deadline, f"{found} values, not {count}"
        page.wait_for_timeout(POLL_MS)


def _values(page: Page) -> int:
    return sum(int(str(row["count"] or 0)) for row in page.evaluate(ROWS))


def stand(page: Page, name: str) -> Locator:
    """What the read-out says of a series."""
    return page.locator(".readout li", has_text=name).locator(".value")
