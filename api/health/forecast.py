"""When the disk will be full, from how its free space went lately. Pure."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.gaps.cadence import Ints
from api.words.quantities import duration
from api.words.say import Said, say

NS_PER_S = 1_000_000_000
HISTORY_MIN_NS = 6 * 3_600 * NS_PER_S
"""With less a forecast would be a guess."""
HISTORY_NS = 7 * 86_400 * NS_PER_S
POINTS_MAX = 64
FAR_NS = 20 * 365 * 86_400 * NS_PER_S
"""What is further away is not said."""


class Forecast(NamedTuple):
    """What the free space says. Exactly one of `full_in_ns`, `filling` is False, or neither is known."""

    history_ns: int
    full_in_ns: int | None = None
    filling: bool | None = None
    """None while it is not known yet."""

    @property
    def seconds(self) -> float:
        """Seconds until then: infinite if it does not fill, not a number while that is not known."""
        if self.full_in_ns is not None:
            return self.full_in_ns / NS_PER_S
        return math.nan if self.filling is None else math.inf

    def said(self) -> Said:
        """In words."""
        if self.full_in_ns is not None:
            return say("disk.full_in", left=duration(self.full_in_ns))
        if self.filling is None:
            return say("disk.unknown", window=duration(self.history_ns), needed=duration(HISTORY_MIN_NS))
        return say("disk.not_filling")


UNKNOWN = Forecast(0)


def forecast(times: Ints, free: NDArray[np.float64]) -> Forecast:
    """Where a straight line through the free bytes at these times (ns, ascending) reaches 0.

    The line is that of Theil and Sen, the median of all slopes: a file that came and went does not bend it.
    """
    if len(times) < 2:
        return UNKNOWN
    history = int(times[-1] - times[0])
    if history < HISTORY_MIN_NS:
        return Forecast(history)
    chosen = np.unique(np.linspace(0, len(times) - 1, min(len(times), POINTS_MAX)).round().astype(np.int64))
    when, what = (times[chosen] - times[0]).astype(np.float64), free[chosen]
    first, second = np.triu_indices(len(when), 1)
    apart = when[second] - when[first]
    slopes = (what[second] - what[first])[apart > 0] / apart[apart > 0]
    slope = float(np.median(slopes))
    left = -float(free[-1]) / slope if slope < 0 else float("inf")
    if left > FAR_NS:
        return Forecast(history, filling=False)
    return Forecast(history, full_in_ns=int(left), filling=True)
