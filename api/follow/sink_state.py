"""What the sink last said of itself in its own log: is it connected, subscribed, does the broker save."""

import re
from dataclasses import dataclass, field

import orjson

from api.readmodel.latest import newest_of
from api.readmodel.model import ReadModel
from api.readmodel.selection import Wanted
from api.web.render import value_of
from gdp.catalogue import SINK_TOPIC

COUNTER_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
COUNTERS_MAX = 100


@dataclass(slots=True)
class SinkState:
    """Taken in from the feed, record by record; unknown (None) until the sink has spoken."""

    session: bool | None = None
    subscribed: bool | None = None
    watched: bool = False
    """Whether the sink looks at the broker's saves at all."""
    saving: bool | None = None
    """None: no save has been seen since the sink connected."""
    event: str | None = None
    logged: int | None = None
    """Logged time in ns of the last record."""
    clock_offset_ns: int = 0
    """How far the sink's wall clock is ahead of logged time."""
    counters: dict[str, float] = field(default_factory=dict)
    """What it counts and measures, by name; of one moment, that of the last heartbeat."""
    heartbeat: int | None = None
    """Logged time in ns of that moment."""

    def learn(self, data: bytes, logged: int) -> None:
        """Take in a record of the sink's log; what is not understood changes nothing."""
        try:
            record = orjson.loads(data)
        except orjson.JSONDecodeError:
            return
        if isinstance(record, dict):
            self._take(record, logged)

    def recall(self, model: ReadModel) -> None:
        """Take what the read model holds of the sink's log, until the sink speaks again."""
        groups = model.selector.select(Wanted((SINK_TOPIC,))).groups
        rows = newest_of(groups, model.table.keys, "logged", lambda number: model.latest.row("logged", number))
        values = {each.series.field: value_of(each.row.kind, each.row.value, each.row.text) for each in rows}
        if rows:
            names = (name for name in ("session", "subscribed", "saving") if f"state.{name}" in values)
            state = {name: values[f"state.{name}"] for name in names}
            self._take({"event": values.get("event"), "state": state}, max(each.row.logged for each in rows))

    def _take(self, record: dict[str, object], logged: int) -> None:
        self.event, self.logged = str(record.get("event")), logged
        state = record.get("state")
        if isinstance(state, dict):
            self.session = _flag(state.get("session"))
            self.subscribed = _flag(state.get("subscribed"))
            self.watched = "saving" in state
            self.saving = _flag(state.get("saving"))
        offset = record.get("clock_offset_ns")
        if isinstance(offset, int):
            self.clock_offset_ns = offset
        counters = record.get("counters")
        if isinstance(counters, dict):
            self.counters = dict(list(_numbers(counters))[:COUNTERS_MAX])
            self.heartbeat = logged

    def faults(self) -> list[str]:
        """What keeps messages from being kept now, in words."""
        if self.event is None:
            return ["the sink has not said anything yet"]
        if self.event == "stopped":
            return ["the sink was stopped"]
        faults = []
        if not self.session:
            faults.append("the sink has no session at the broker: the broker is away, or refuses it")
        elif not self.subscribed:
            faults.append("the sink is connected but not subscribed")
        if self.saving is False:
            faults.append("the broker does not save its database: a crash of the broker would lose messages")
        elif self.session and self.watched and self.saving is None:
            faults.append(
                "the broker has not been seen to save its database yet: its first save is a matter of seconds"
            )
        return faults


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _numbers(counters: dict[str, object]) -> list[tuple[str, float]]:
    found = []
    for name, value in counters.items():
        nested = value if isinstance(value, dict) else {None: value}
        for part, number in nested.items():
            full = name if part is None else f"{name}_{part}"
            if COUNTER_NAME.fullmatch(full) and isinstance(number, int | float):
                found.append((full, float(number)))
    return found
