"""Coalescing for screens: only the newest value of each series per tick."""

from typing import Any

from api.live.record import LiveRecord, observation_data
from api.readmodel.selection import matches_field
from api.times import one_time


class Coalescer:
    """Collects messages and gives their newest values when a tick is over. Times are monotonic, in seconds."""

    def __init__(self, tick_s: float, *, style: str, fields: tuple[str, ...]) -> None:
        self._tick_s = tick_s
        self._style = style
        self._fields = fields
        self._next = 0.0
        self._newest: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, record: LiveRecord) -> None:
        """Take in a message; messages come in order of logged time."""
        for each in record.observations:
            if self._fields and not any(matches_field(pattern, each.field) for pattern in self._fields):
                continue
            self._newest[record.topic, each.field] = {
                "topic": record.topic,
                **observation_data(each, self._style),
                "logged_time": one_time(record.logged, self._style),
                "recno": record.recno,
            }

    def wait_s(self, now: float) -> float | None:
        """How long until something is due; None if nothing was collected."""
        return max(self._next - now, 0.0) if self._newest else None

    def take(self, now: float) -> list[dict[str, Any]]:
        """What is due: the newest values, once per tick; empty before its time."""
        if not self._newest or now < self._next:
            return []
        taken = list(self._newest.values())
        self._newest = {}
        self._next = now + self._tick_s
        return taken
