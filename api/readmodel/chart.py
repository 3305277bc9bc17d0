"""The kernel behind an explained `plot`: per series what a chart draws: buckets, texts, and what came late."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.readmodel.gather import Gathered, Groups, gather
from api.readmodel.plot import PlotRequest
from api.readmodel.rows import Ints
from api.readmodel.view import View
from ingest.observation import Kind

LATE_NS = 600 * 1_000_000_000
"""A value that was logged this long after the time it carries arrived late: it waited, or its clock is behind."""

Floats = NDArray[np.float64]


class Numbers(NamedTuple):
    """Buckets that have a number or a truth value, ascending in time; equally long arrays."""

    first: Ints
    """Select time in ns of the bucket's first value."""
    final: Ints
    """Select time in ns of the bucket's last value."""
    least: Floats
    greatest: Floats
    last: Floats
    rows: Ints


class Late(NamedTuple):
    """Values in a row that arrived together, late. Ns."""

    start: int
    end: int
    rows: int
    arrived_first: int
    arrived_last: int


class Drawn(NamedTuple):
    """One series."""

    numbers: Numbers
    spells: list[tuple[int, str]]
    """Since when (select time, ns) a text stood; at most one a bucket, its last."""
    late: list[Late]


def chart(view: View, groups: list[list[int]], request: PlotRequest, *, rows_max: int) -> list[Drawn]:
    """What is to be drawn of each group.

    Raises:
        TooManyRows: more than `rows_max` are in the window.
    """
    rows = gather(view, Groups(groups), request.by, request.start, request.end, rows_max=rows_max)
    bounds = zip(rows.lo.tolist(), rows.hi.tolist(), strict=True)
    return [_drawn(rows, lo, hi, request) for lo, hi in bounds]


def _drawn(rows: Gathered, lo: int, hi: int, request: PlotRequest) -> Drawn:
    if lo == hi:
        return Drawn(_NO_NUMBERS, [], [])
    time = rows.time[lo:hi]
    bucket = (time - request.start) // request.step
    numeric = np.flatnonzero(rows.numeric[lo:hi])
    numbers = _numbers(time[numeric], bucket[numeric], rows.value[lo:hi][numeric])
    texts = np.flatnonzero(rows.kind[lo:hi] == Kind.text)
    late = _late(time, rows.column("logged")[lo:hi]) if request.by == "device" else []
    return Drawn(numbers, _spells(rows, lo + texts, time[texts], bucket[texts]), late)


def _numbers(time: Ints, bucket: Ints, value: Floats) -> Numbers:
    if not len(time):
        return _NO_NUMBERS
    first = _begins(bucket)
    final = np.append(first[1:], len(time)) - 1
    least, greatest = np.minimum.reduceat(value, first), np.maximum.reduceat(value, first)
    return Numbers(time[first], time[final], least, greatest, value[final], final - first + 1)


def _spells(rows: Gathered, places: Ints, time: Ints, bucket: Ints) -> list[tuple[int, str]]:
    if not len(places):
        return []
    final = np.append(_begins(bucket)[1:], len(places)) - 1
    found: list[tuple[int, str]] = []
    for since, text in zip(time[final].tolist(), rows.texts(places[final]), strict=True):
        if not found or found[-1][1] != text:
            found.append((since, text))
    return found


def _late(time: Ints, logged: Ints) -> list[Late]:
    """Neighbours that were late and arrived within the bound of each other are one span."""
    late = logged - time > LATE_NS
    if not late.any():
        return []
    apart = np.abs(np.diff(logged)) > LATE_NS
    first = np.flatnonzero(late & np.concatenate(([True], ~late[:-1] | apart)))
    final = np.flatnonzero(late & np.concatenate((~late[1:] | apart, [True])))
    return [
        Late(int(time[a]), int(time[b]), b - a + 1, int(logged[a : b + 1].min()), int(logged[a : b + 1].max()))
        for a, b in zip(first.tolist(), final.tolist(), strict=True)
    ]


def _begins(bucket: Ints) -> Ints:
    """Where runs of equal numbers begin."""
    return np.concatenate(([0], np.flatnonzero(np.diff(bucket)) + 1))


_INTS: Ints = np.zeros(0, np.int64)
_FLOATS: Floats = np.zeros(0)
_NO_NUMBERS = Numbers(_INTS, _INTS, _FLOATS, _FLOATS, _FLOATS, _INTS)
