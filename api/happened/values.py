"""The lowest and highest temperatures, and air that needed changing."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from api.happened.scene import Scene
from api.happened.told import Kind, Teller
from api.health.facts import Fact
from api.readmodel.gather import Gathered, Groups, gather

STALE_PPM = 1_000
"""Above this the air of a room counts as stale (Pettenkofer's number)."""


class _Extreme(NamedTuple):
    value: float
    time: int
    logged: int
    teller: Teller


def values(scene: Scene, tellers: Sequence[Teller], *, rows_max: int) -> Iterator[Fact]:
    """The extremes of the window.

    Raises:
        TooManyRows: more than `rows_max` are in the window.
    """
    chosen = [each for each in tellers if each.kind in {Kind.temperature, Kind.outside, Kind.co2}]
    groups = Groups([each.numbers for each in chosen])
    rows = gather(scene.view, groups, "device", scene.start, scene.end, rows_max=rows_max)
    lows, highs = [], []
    for teller, lo, hi in zip(chosen, rows.lo.tolist(), rows.hi.tolist(), strict=True):
        places = lo + np.flatnonzero(rows.numeric[lo:hi])
        if len(places):
            lows.append(_at(rows, teller, int(places[np.argmin(rows.value[places])])))
            highs.append(_at(rows, teller, int(places[np.argmax(rows.value[places])])))
    yield from _told(scene, "value.lowest_outside", [each for each in lows if each.teller.kind is Kind.outside], -1)
    inside = [[each for each in found if each.teller.kind is Kind.temperature] for found in (lows, highs)]
    yield from _told(scene, "value.lowest_inside", inside[0], -1)
    yield from _told(scene, "value.highest_inside", inside[1], 1)
    stale = [each for each in highs if each.teller.kind is Kind.co2 and each.value > STALE_PPM]
    yield from _told(scene, "value.peak", stale, 1)


def _at(rows: Gathered, teller: Teller, place: int) -> _Extreme:
    logged = int(rows.column("logged")[place])
    return _Extreme(float(rows.value[place]), int(rows.time[place]), logged, teller)


def _told(scene: Scene, id_: str, found: Sequence[_Extreme], sign: int) -> Iterator[Fact]:
    if not found:
        return
    # Of equal ones the first by name: six rooms may show one weather service.
    value, time, logged, teller = min(found, key=lambda each: (-sign * each.value, each.teller.name))
    topic, unit = teller.series.topic, teller.unit or ""
    shown = f"{value:,.4g}\u202f{unit}".replace("-", "\u2212")
    yield scene.fact(id_, topic, (time, time), {topic: logged}, place=teller.place, value=shown)
