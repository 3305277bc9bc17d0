"""The records of series that tell states: in a window, and the last one before it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from api.happened.scene import Scene
from api.happened.spells import Told
from api.happened.told import Kind, Teller
from api.readmodel.gather import Groups, gather
from api.readmodel.state import state_before
from ingest.observation import Kind as ValueKind

ON = frozenset({"on", "open", "opened", "true", "detected", "motion", "1"})
OFF = frozenset({"off", "closed", "close", "false", "clear", "cleared", "none", "0"})
SWITCHES = frozenset({Kind.opening, Kind.contact, Kind.motion})


class Records(NamedTuple):
    """What one series told, ascending."""

    teller: Teller
    told: list[Told[str]]
    """Of a switch only `on` and `off`; a contact that is closed is off."""
    logged: dict[int, int]
    """Logged time by the time at which it was told, ns."""


def records_of(scene: Scene, tellers: Sequence[Teller], *, rows_max: int) -> list[Records]:
    """One entry per teller.

    Raises:
        TooManyRows: more than `rows_max` are in the window.
    """
    groups = Groups([each.numbers for each in tellers])
    rows = gather(scene.view, groups, "device", scene.start, scene.end, rows_max=rows_max)
    before: dict[int, tuple[int, str, int]] = {}
    for row in state_before(scene.view, groups, "device", scene.start).unpack():
        before[int(groups.of[row.series])] = (row.time, _text(row.kind, row.value, row.text), row.logged)
    texts = rows.texts(np.arange(rows.rows))
    cells = list(
        zip(
            rows.time.tolist(), rows.kind.tolist(), rows.value.tolist(), texts, rows.column("logged").tolist(),
            strict=True,
        )
    )  # fmt: skip
    found = []
    for place, (teller, lo, hi) in enumerate(zip(tellers, rows.lo.tolist(), rows.hi.tolist(), strict=True)):
        told = [(time, _text(kind, value, text), logged) for time, kind, value, text, logged in cells[lo:hi]]
        found.append(_records(teller, [*([before[place]] if place in before else []), *told]))
    return found


def _records(teller: Teller, rows: list[tuple[int, str, int]]) -> Records:
    if teller.kind in SWITCHES:
        rows = [(time, state, logged) for time, said, logged in rows if (state := _switch(teller.kind, said))]
    return Records(
        teller, [(time, state) for time, state, _ in rows], {time: logged for time, _, logged in reversed(rows)}
    )


def _switch(kind: Kind, said: str) -> str | None:
    word = said.lower()
    if word not in ON and word not in OFF:
        return None
    return "on" if (word in ON) is not (kind is Kind.contact and word not in {"open", "opened"}) else "off"


def _text(kind: int, value: float, text: str | None) -> str:
    if kind == ValueKind.text:
        return text or ""
    if kind == ValueKind.boolean:
        return "true" if value else "false"
    return f"{value:g}"
