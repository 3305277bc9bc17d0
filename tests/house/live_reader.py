"""A program that follows `GET /v1/live` and survives whatever happens to the api, as a browser's EventSource does."""

import json
import threading
from collections.abc import Callable
from typing import Self

import httpx

from tests.support.home import Home


class LiveReader(threading.Thread):
    """Reads events from a position on; after each break it connects again with the id of the last event it saw."""

    def __init__(self, home: Home, filter_: str, *, since: str) -> None:
        super().__init__(name="live reader", daemon=True)
        self._home = home
        self._query = {"filter": filter_, "since": since}
        self._last_id: str | None = None
        self._over = threading.Event()
        self._changed = threading.Condition()
        self.events: list[tuple[str, int, object]] = []
        self.connections = 0

    def run(self) -> None:
        while not self._over.is_set():
            try:
                self._follow()
            except httpx.TransportError:
                self._over.wait(0.05)

    def wait_until(self, check: Callable[[list[tuple[str, int, object]]], bool], timeout_s: float = 60) -> None:
        """Waits until the events satisfy `check`."""
        with self._changed:
            assert self._changed.wait_for(lambda: check(self.events), timeout_s), f"only {len(self.events)} events"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _follow(self) -> None:
        headers = {"Authorization": f"Bearer {self._home.token}"}
        if self._last_id is not None:
            headers["Last-Event-ID"] = self._last_id
        with httpx.stream(
            "GET", f"{self._home.http}/v1/live", params=self._query, headers=headers, trust_env=False, timeout=20
        ) as answer:
            if answer.status_code != 200:
                self._over.wait(0.05)
                return
            self.connections += 1
            fields: dict[str, str] = {}
            for line in answer.iter_lines():
                if self._over.is_set():
                    return
                if line:
                    name, _, value = line.partition(":")
                    fields[name] = value.removeprefix(" ")
                else:
                    self._take(fields)
                    fields = {}

    def _take(self, fields: dict[str, str]) -> None:
        if "data" not in fields or fields.get("event", "message") != "message":
            return
        data = json.loads(fields["data"])
        with self._changed:
            self.events += [(data["topic"], data["recno"], each.get("value")) for each in data["observations"]]
            # Only a whole event moves the id on.
            self._last_id = fields.get("id", self._last_id)
            self._changed.notify_all()
