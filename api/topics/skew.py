"""Skew: how far the clocks of devices are from logged time, and how steadily, by what they lately claimed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from api.readmodel.rows import Ints
from api.readmodel.view import View

CLAIMS_MAX = 64
"""So many claims tell a clock."""
CLAIMS_MIN = 8


class Skew(NamedTuple):
    """Device time less logged time, ns: negative where a device is behind, or sends late."""

    median: int
    spread: int
    """Between the first and the last quarter."""


def skews(view: View, groups: Sequence[Sequence[int]]) -> list[Skew | None]:
    """One entry per group of message series; None where too few messages lately claimed a time."""
    ids = np.array(sorted({number for group in groups for number in group}), np.int32)
    found: dict[int, list[tuple[Ints, Ints]]] = {}
    for part in view.parts:
        run = part.run(ids, "logged").window(None, view.position + 1)
        for number, first, last in zip(run.ids.tolist(), run.lo.tolist(), run.hi.tolist(), strict=True):
            rows = part.columns.take(run.physical(np.arange(max(first, last - CLAIMS_MAX), last)))
            claimed = rows.claimed == 1
            found.setdefault(number, []).append((rows.logged[claimed], (rows.time - rows.logged)[claimed]))
    return [_skew([piece for number in group for piece in found.get(number, ())]) for group in groups]


def _skew(pieces: list[tuple[Ints, Ints]]) -> Skew | None:
    if not pieces:
        return None
    logged, ahead = (np.concatenate(arrays) for arrays in zip(*pieces, strict=True))
    lately = np.sort(ahead[np.argsort(logged, kind="stable")[-CLAIMS_MAX:]])
    count = len(lately)
    if count < CLAIMS_MIN:
        return None
    # Claims of the list, so that no rounding is in them.
    return Skew(int(lately[count // 2]), int(lately[count * 3 // 4] - lately[count // 4]))
