"""The newest row of each stored series as of a view's position: the kernel behind `latest` at an earlier position."""

import numpy as np
from numpy.typing import NDArray

from api.readmodel.rows import Ints, Rows
from api.readmodel.run import Run
from api.readmodel.view import Pick, View


def newest(view: View, ids: NDArray[np.int32], by: str) -> Rows:
    """For each series at most one row per part, its newest there by `by`, in total order: the last one counts."""
    pick = Pick()
    for part in view.parts:
        run = part.run(ids, by)
        places = _last_known(run, view.position, by) if view.hides(part) else run.hi - 1
        pick.append((part, run.physical(places)))
    return pick.load(view.logs, by)


def _last_known(run: Run, position: int, by: str) -> Ints:
    """Per series the last place in the run whose row was logged by `position`."""
    logged = run.part.columns.logged
    places = []
    for first, last in zip(run.lo.tolist(), run.hi.tolist(), strict=True):
        if by == "logged":
            known = int(np.searchsorted(run.key[first:last], position, side="right"))
        else:
            rows = run.physical(np.arange(first, last))
            seen = np.flatnonzero(logged[rows] <= position)
            known = int(seen[-1]) + 1 if len(seen) else 0
        if known:
            places.append(first + known - 1)
    return np.array(places, np.int64)
