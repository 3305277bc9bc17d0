"""Spans of time that do not overlap: where two would, the first that asks has it, and the other is split. Pure."""

from bisect import bisect_right, insort
from collections.abc import Iterable

Span = tuple[int, int]
"""From, up to; ns. Without its ends: a record may lie on either."""


def subtract(span: Span, taken: Iterable[Span]) -> list[Span]:
    """What is left of `span` without the spans `taken`, which are ascending and do not overlap."""
    start, end = span
    left = []
    for first, last in taken:
        if last <= start:
            continue
        if first >= end:
            break
        if first > start:
            left.append((start, first))
        start = max(start, last)
    if start < end:
        left.append((start, end))
    return left


class Taken:
    """Spans that are spoken for, ascending."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def take(self, span: Span) -> list[Span]:
        """Take what is free of `span`; returns that."""
        near = max(bisect_right(self.spans, span) - 1, 0)
        free = subtract(span, self.spans[near:])
        for piece in free:
            insort(self.spans, piece)
        return free
