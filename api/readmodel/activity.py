"""When topics spoke: count, first, last, and most recent messages, as of a view's position."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.readmodel.rows import Ints
from api.readmodel.run import Run, spans
from api.readmodel.view import View

INTERVALS_MAX = 64
"""So many intervals tell a topic's rhythm."""


class Activity(NamedTuple):
    """Messages of one topic. Times in ns of logged time."""

    messages: int
    first: int
    last: int
    recent: Ints
    """The last select times, ascending: a device that sends what it kept in a batch speaks as often as it measures."""


def activity(view: View, groups: list[list[int]]) -> list[Activity | None]:
    """One entry per group of message series; None where the group has no message yet."""
    if not groups:
        return []
    ids = np.array(sorted(number for group in groups for number in group), np.int32)
    group_of = np.zeros(int(ids[-1]) + 1 if len(ids) else 1, np.int64)
    for place, numbers in enumerate(groups):
        group_of[numbers] = place
    counts = np.zeros(len(groups), np.int64)
    firsts: Ints = np.full(len(groups), np.iinfo(np.int64).max, np.int64)
    lasts: Ints = np.zeros(len(groups), np.int64)
    for part in view.parts:
        run = part.run(ids, "logged")
        if view.hides(part):
            run = run.window(None, view.position + 1)
        run = _without_empty(run)
        group = group_of[run.ids]
        np.add.at(counts, group, run.hi - run.lo)
        np.minimum.at(firsts, group, run.key[run.lo])
        np.maximum.at(lasts, group, run.key[run.hi - 1])
    times = _recent(view, ids, group_of, len(groups))
    return [
        Activity(int(count), int(first), int(last), spoken) if count else None
        for count, first, last, spoken in zip(counts, firsts, lasts, times, strict=True)
    ]


def _without_empty(run: Run) -> Run:
    keep = run.hi > run.lo
    return run._replace(ids=run.ids[keep], lo=run.lo[keep], hi=run.hi[keep])


def _recent(view: View, ids: NDArray[np.int32], group_of: Ints, groups: int) -> list[Ints]:
    """The last select times of each group, ascending, of what is logged by the view's position."""
    found: list[tuple[Ints, Ints]] = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for part in view.parts:
        run = _without_empty(part.run(ids, "device"))
        counts = run.hi - run.lo
        # What is hidden may lie anywhere in the order of select times, so then every row has to be looked at.
        taken = counts if view.hides(part) else np.minimum(counts, INTERVALS_MAX + 1)
        places, group = spans(run.hi - taken, taken), np.repeat(group_of[run.ids], taken)
        if view.hides(part):
            shown = part.columns.logged[run.physical(places)] <= view.position
            places, group = places[shown], group[shown]
        found.append((group, run.key[places]))
    return _per_group(found, groups)


def _per_group(recent: list[tuple[Ints, Ints]], groups: int) -> list[Ints]:
    group = np.concatenate([each[0] for each in recent])
    times = np.concatenate([each[1] for each in recent])
    order = np.lexsort((times, group))
    cuts = np.searchsorted(group[order], np.arange(1, groups))
    return [each[-INTERVALS_MAX - 1 :] for each in np.split(times[order], cuts)]
