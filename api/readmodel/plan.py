"""The plan of compaction: which segments are worth being merged into one. Pure.

Size-tiered: neighbours are merged where the result is at least twice the greatest of them, so that a row is written
anew about once per doubling, however small the segments are that stopping and starting leave.
"""

from collections.abc import Sequence
from typing import NamedTuple

GROWTH = 2
TEXT_BYTES_MAX = 1 << 30
"""Of one segment: Arrow's texts may have twice as many."""


class Bounds(NamedTuple):
    """What may be merged."""

    fan_out: int
    """So many segments at least."""
    rows_max: int
    """Rows of a segment at most."""


class Size(NamedTuple):
    """A segment, for the plan."""

    rows: int
    text_bytes: int = 0


def plan(sizes: Sequence[Size], bounds: Bounds) -> slice | None:
    """The neighbours to be merged next, those that cost least first; None if all is well."""
    best: tuple[int, slice] | None = None
    for first in range(len(sizes)):
        rows = texts = greatest = 0
        for place in range(first, len(sizes)):
            rows, texts = rows + sizes[place].rows, texts + sizes[place].text_bytes
            greatest = max(greatest, sizes[place].rows)
            if rows > bounds.rows_max or texts > TEXT_BYTES_MAX or (best is not None and rows >= best[0]):
                break
            if place + 1 - first >= bounds.fan_out and rows >= GROWTH * greatest:
                best = (rows, slice(first, place + 1))
    return None if best is None else best[1]
