"""The nearest row of each group before or after a moment, looked for in steps that grow."""

from typing import NamedTuple

import numpy as np

from api.readmodel.gather import Gathered, Groups, Stretch, bounds_of, stretch
from api.readmodel.rows import Ints
from api.readmodel.run import Run
from api.readmodel.view import View

BACK_MIN = 16
BACK_GROWTH = 8


class Nearest(NamedTuple):
    """At most one row a group."""

    found: Gathered
    row: Ints
    """Per group its row in `found`; -1 for none."""


def nearest(view: View, groups: Groups, by: str, moment: int, *, after: bool, numeric: bool) -> Nearest:
    """Per group the last row before `moment` (select time, ns), or with `after` the first one at or behind it.

    With `numeric` only numbers and truth values count.
    """
    found: list[Stretch] = []
    for part in view.parts:
        whole = part.run(groups.ids, by)
        run = whole.window(moment, None) if after else whole.window(None, moment)
        for group, lo, hi in bounds_of(run, groups):
            place = _seek(view, run, lo, hi, after=after, numeric=numeric)
            if place is not None:
                found.append(stretch(run, group, place, place + 1))
    every = Gathered(view, found, groups, by)
    return Nearest(every, np.where(every.hi > every.lo, every.lo if after else every.hi - 1, -1))


def nothing(view: View, groups: Groups, by: str) -> Nearest:
    """No row of any group."""
    return Nearest(Gathered(view, [], groups, by), np.full(groups.count, -1, np.int64))


def _seek(view: View, run: Run, lo: int, hi: int, *, after: bool, numeric: bool) -> int | None:
    """The last place in [lo, hi) that counts, or the first; looked for in steps that grow."""
    reach = 1
    while lo < hi:
        places = np.arange(lo, min(lo + reach, hi)) if after else np.arange(max(hi - reach, lo), hi)
        rows = run.physical(places)
        good = run.part.columns.logged[rows] <= view.position
        if numeric:
            good &= np.isfinite(run.part.columns.value[rows])
        hits = np.flatnonzero(good)
        if len(hits):
            return int(places[hits[0 if after else -1]])
        lo, hi = (lo + len(places), hi) if after else (lo, hi - len(places))
        reach = max(BACK_MIN, reach * BACK_GROWTH)
    return None
