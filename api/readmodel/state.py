"""The state at a moment: per group its last row before it."""

import numpy as np

from api.readmodel.gather import Groups
from api.readmodel.nearest import nearest
from api.readmodel.rows import Rows
from api.readmodel.view import Pick, View


def state_before(view: View, groups: Groups, by: str, moment: int) -> Rows:
    """At most one row a group, of those with a select time before `moment` (ns), in total order."""
    found = nearest(view, groups, by, moment, after=False, numeric=False).found
    rows = Pick(found.pieces()).load(view.logs, by)
    group = groups.of[rows.columns.series]
    # Of several stored series of one group the last row counts.
    places = {number: place for place, number in enumerate(group.tolist())}
    kept = np.array(sorted(places.values()), np.int64)
    return Rows(rows.columns.take(kept), [rows.texts[place] for place in kept.tolist()])
