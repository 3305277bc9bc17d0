"""What arrived long after it was said: a watch that came home, a phone that was in a tunnel."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from api.happened.scene import Scene
from api.health.facts import Fact
from api.readmodel.chart import LATE_NS
from api.readmodel.gather import Groups, TooManyRows
from api.readmodel.rows import Ints
from api.readmodel.run import Part, Run, spans
from api.words.quantities import counted, duration

MANY = 3
"""More topics than this that caught up at one time are told as one fact."""


class Batch(NamedTuple):
    """Values of one topic that arrived together, late. Ns."""

    topic: str
    values: int
    said_first: int
    said_last: int
    arrived_first: int
    arrived_last: int


def batches(
    scene: Scene, topics: Mapping[str, Sequence[int]], names: Mapping[str, str], *, rows_max: int
) -> Iterator[Fact]:
    """What arrived late within the window.

    Args:
        scene: where.
        topics: stored series of the observations of each topic.
        names: what topics are called.
        rows_max: how many rows may be looked at.

    Raises:
        TooManyRows: more than that are in the window.
    """
    found = [each for each in found_batches(scene, topics, rows_max=rows_max) if not _always_late(each)]
    for together in _together(found):
        first, last = together[0], max(together, key=lambda each: each.arrived_last)
        span = (first.arrived_first, last.arrived_last)
        told = {
            "count": counted(sum(each.values for each in together), "value"),
            "lasted": duration(max(each.said_last for each in together) - min(each.said_first for each in together)),
        }
        if len(together) > MANY:
            topics_told = counted(len(together), "topic")
            evidence = {first.topic: first.arrived_first}
            yield scene.fact("batch.arrived_for_many", "", span, evidence, topics=topics_told, **told)
            continue
        for each in together:
            told = {"count": counted(each.values, "value"), "lasted": duration(each.said_last - each.said_first)}
            evidence = {each.topic: each.arrived_first}
            span = (each.arrived_first, each.arrived_last)
            fact = scene.fact("batch.arrived", each.topic, span, evidence, name=names[each.topic], **told)
            yield fact


def found_batches(scene: Scene, topics: Mapping[str, Sequence[int]], *, rows_max: int) -> list[Batch]:
    """Values of a topic that arrived within a bound of each other are one batch; ascending by arrival.

    Raises:
        TooManyRows: more than `rows_max` are in the window; none was read.
    """
    groups, names = Groups(list(topics.values())), list(topics)
    runs = [_arrived(scene, part, groups) for part in scene.view.parts]
    rows = sum(int((run.hi - run.lo).sum()) for run in runs)
    if rows > rows_max:
        raise TooManyRows(f"{rows} rows are in the window, {rows_max} may be: ask for less time or fewer topics")
    pieces = [_late(run, groups) for run in runs]
    if not pieces:
        return []
    group, said, arrived = (np.concatenate(arrays) for arrays in zip(*pieces, strict=True))
    if not len(group):
        return []
    order = np.lexsort((said, arrived, group))
    group, said, arrived = group[order], said[order], arrived[order]
    begins = np.flatnonzero(np.concatenate(([True], (np.diff(group) > 0) | (np.diff(arrived) > LATE_NS))))
    ends = np.append(begins[1:], len(group))
    batches_ = [
        Batch(
            names[int(group[lo])], hi - lo, int(said[lo:hi].min()), int(said[lo:hi].max()), int(arrived[lo]),
            int(arrived[hi - 1]),
        )
        for lo, hi in zip(begins.tolist(), ends.tolist(), strict=True)
    ]  # fmt: skip
    return sorted(batches_, key=lambda each: (each.arrived_first, each.topic))


def _arrived(scene: Scene, part: Part, groups: Groups) -> Run:
    return part.run(groups.ids, "logged").window(scene.start, min(scene.end, scene.view.position + 1))


def _late(run: Run, groups: Groups) -> tuple[Ints, Ints, Ints]:
    """Group, device time and logged time of the late rows of a run."""
    part = run.part
    counts = run.hi - run.lo
    rows = run.physical(spans(run.lo, counts))
    said, arrived = part.columns.time[rows], part.columns.logged[rows]
    late = (part.columns.claimed[rows] == 1) & (arrived - said > LATE_NS)
    return np.repeat(groups.of[run.ids], counts)[late], said[late], arrived[late]


def _always_late(batch: Batch) -> bool:
    """A clock that is behind, or a long way, is no batch: it arrives at the pace at which it is said."""
    arriving = batch.arrived_last - batch.arrived_first
    return batch.values < 2 or arriving > (batch.said_last - batch.said_first) / 2


def _together(found: Sequence[Batch]) -> Iterator[list[Batch]]:
    together: list[Batch] = []
    for each in found:
        if together and each.arrived_first - together[0].arrived_first > LATE_NS:
            yield together
            together = []
        together.append(each)
    if together:
        yield together
