"""Cadence: how often a topic usually speaks, if it has a rhythm at all. Pure."""

import numpy as np
from numpy.typing import NDArray

from api.gaps.rules import (
    BURST_SHARE,
    CHANGES_SHARE_MIN,
    RHYTHM_INTERVALS_MAX,
    RHYTHM_INTERVALS_MIN,
    STEADY_RATIO_MAX,
)

Ints = NDArray[np.int64]


def usual_interval(times: Ints) -> int | None:
    """The median interval in ns of a steady rhythm; None for what speaks when something happens.

    Args:
        times: ascending, ns.
    """
    intervals = np.diff(times[-RHYTHM_INTERVALS_MAX - 1 :])
    if len(intervals) < RHYTHM_INTERVALS_MIN:
        return None
    intervals = _without_bursts(intervals)
    if len(intervals) < RHYTHM_INTERVALS_MIN:
        return None
    ordered = np.sort(intervals)
    count = len(ordered)
    if ordered[count * 3 // 4] > STEADY_RATIO_MAX * ordered[count // 4]:
        return None
    # An interval of the list, so that no rounding is in it.
    return int(ordered[count // 2])


def reports_changes(values: NDArray[np.float64]) -> bool:
    """Whether a switch speaks when it changes: most of its values differ from the one before."""
    return len(values) < 2 or float(np.mean(values[1:] != values[:-1])) >= CHANGES_SHARE_MIN


def _without_bursts(intervals: Ints) -> Ints:
    """Intervals between utterances: short ones are added to the long one before them."""
    long = int(np.sort(intervals)[len(intervals) * 9 // 10])
    begins = intervals >= long * BURST_SHARE
    if not begins.any():
        return intervals[:0]
    first = int(np.argmax(begins))
    return np.add.reduceat(intervals, np.flatnonzero(begins))[: len(intervals) - first]
