"""The plan of compaction: which segments are worth being merged into one. Pure.

Size-tiered: neighbours are merged where the result is at least twice the greatest of them, so that a row is written
anew about once per doubling, however small the segments are that stopping and starting leave.
"""

from collections.abc import Sequence
from typing import NamedTuple

from api.readmodel.segment import Segment

GROWTH = 2
TEXT_BYTES_MAX = 1 << 30
"""Of one segment: Arrow's texts may have twice as many."""


class Bounds(NamedTuple):
    """What may be merged."""

    fan_out: int
    """So many segments at least."""
    rows_max: int
    """Rows of a segment at most."""


def plan(segments: Sequence[Segment], bounds: Bounds) -> Sequence[Segment]:
    """The neighbours to be merged next, those that cost least first; none if all is well."""
    rows = [each.columns.rows for each in segments]
    texts = [each.text_bytes for each in segments]
    best: tuple[int, int, int] | None = None
    for first in range(len(segments)):
        for last in range(first + bounds.fan_out, len(segments) + 1):
            total = sum(rows[first:last])
            if total > bounds.rows_max or sum(texts[first:last]) > TEXT_BYTES_MAX:
                break
            if total >= GROWTH * max(rows[first:last]) and (best is None or total < best[0]):
                best = (total, first, last)
    return () if best is None else segments[best[1] : best[2]]
