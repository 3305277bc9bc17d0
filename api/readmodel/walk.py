"""A walk through all rows of a window, oldest first, page by page: no row is looked at much more often than once.

A page by itself, as `api.readmodel.page` finds it, has to look how far each series reaches into it; who goes on from
the page before knows where he stands in each, and about how many rows a span of time has.
"""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from api.readmodel.found import Found
from api.readmodel.rows import Ints
from api.readmodel.run import Run, spans
from api.readmodel.view import Pick, View

SPARE = 1.25
"""So many times the rows that are needed may be looked at, and no search goes on for less."""


class Walk:
    """Where a walk stands: in every run the rows that are still to come. Any thread, one at a time."""

    def __init__(self, view: View, ids: NDArray[np.int32], by: str, start: int | None, end: int | None) -> None:
        """Begin before the first row of the series `ids` (ascending) with start ≤ select time < end, ns."""
        self._view = view
        self._ids = ids
        self._by = by
        self._window = (start, end)

    def next(self, limit: int) -> tuple[Found, bool]:
        """The next rows, at most `limit`, and whether there are more behind them."""
        wanted = limit + 1
        while True:
            runs = self._up_to(wanted)
            places = [_shown(self._view, run, self._by) for run in runs]
            pick = Pick((run.part, run.physical(own)) for run, own in zip(runs, places, strict=True))
            if pick.rows > limit or _rows(runs) == _rows(self._runs):
                break
            # Some of them are later than the position.
            wanted = 2 * _rows(runs)
        order = pick.order(self._view.logs, self._by)
        self._go_on(runs, places, order[limit:])
        return pick.ordered(order[:limit]), len(order) > limit

    @cached_property
    def _runs(self) -> list[Run]:
        """What is still to come: of each part, those series that have a row."""
        return _some(part.run_within(self._ids, self._by, *self._window) for part in self._view.parts)

    def _up_to(self, wanted: int) -> list[Run]:
        """The first rows of each run, so that together they are the first of all and at least so many, if there are."""
        if _rows(self._runs) <= wanted * SPARE:
            return self._runs
        low = min(int(run.key[run.lo].min()) for run in self._runs)
        high = max(int(run.key[run.hi - 1].max()) for run in self._runs) + 1
        below_low, below_high = 0, _rows(self._runs)
        taken, aim, rounds = self._runs, wanted * (1 + SPARE) / 2, 0
        while high - low > 1 and below_high > wanted * SPARE:
            share = (aim - below_low) / (below_high - below_low) if rounds % 2 == 0 else 0.5
            moment = min(max(low + int((high - low) * share), low + 1), high - 1)
            found = [run.window(None, moment) for run in self._runs]
            count, rounds = _rows(found), rounds + 1
            if count < wanted:
                low, below_low = moment, count
            else:
                high, below_high, taken = moment, count, found
        return taken

    def _go_on(self, runs: list[Run], places: list[Ints], left: Ints) -> None:
        """Stand behind the rows of `runs` but for those that are left over: numbers in `places`, numbered through."""
        ends = np.cumsum([len(own) for own in places])
        following = []
        for whole, run, own, end in zip(self._runs, runs, places, ends.tolist(), strict=True):
            lo = run.hi.copy()
            again = own[left[(left >= end - len(own)) & (left < end)] - end + len(own)]
            if len(again):
                # Stretches do not overlap, but need not lie in the order of their series.
                order = np.argsort(run.lo, kind="stable")
                np.minimum.at(lo, order[run.lo[order].searchsorted(again, side="right") - 1], again)
            following.append(whole._replace(lo=lo))
        self._runs = _some(following)


def _rows(runs: list[Run]) -> int:
    return sum(int((run.hi - run.lo).sum()) for run in runs)


def _some(runs: Iterable[Run]) -> list[Run]:
    """The runs without the series that have no row in them, and without those that have none at all."""
    found = []
    for run in runs:
        full = run.hi > run.lo
        if bool(full.any()):
            found.append(run._replace(ids=run.ids[full], lo=run.lo[full], hi=run.hi[full]))
    return found


def _shown(view: View, run: Run, by: str) -> Ints:
    """The places in the run of the rows that the view's position covers."""
    places = spans(run.lo, run.hi - run.lo)
    if not view.hides(run.part):
        return places
    if by == "logged":
        return places[run.key[places] <= view.position]
    return places[run.part.columns.logged[run.physical(places)] <= view.position]
