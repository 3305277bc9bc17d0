"""The kernel behind `asof`: per moment and group the last row before it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.readmodel.gather import Gathered, Groups, gather
from api.readmodel.nearest import nearest
from api.readmodel.reduce import NEVER, Floats
from api.readmodel.rows import Ints
from api.readmodel.view import View
from ingest.observation import Kind


class Question(NamedTuple):
    """How far back a value counts, and whether one at the very moment does."""

    by: str
    equal: bool = False
    hold_for: int = NEVER
    rows_max: int | None = None


class State(NamedTuple):
    """One group at each moment."""

    kinds: NDArray[np.int8]
    values: Floats
    texts: dict[int, str]


def asof(view: View, groups: Groups, moments: Ints, question: Question) -> list[State]:
    """What stood just before each of the moments (ns), per group.

    Raises:
        TooManyRows: between the first and the last moment there are more than `rows_max`.
    """
    if not len(moments):
        return [_state([], np.zeros(0, np.int64), moments) for _ in range(groups.count)]
    first, last = int(moments.min()), int(moments.max())
    rows = gather(view, groups, question.by, first, last + 1, rows_max=question.rows_max)
    carry = nearest(view, groups, question.by, first, after=False, numeric=False)
    found = []
    for group, (lo, hi) in enumerate(zip(rows.lo.tolist(), rows.hi.tolist(), strict=True)):
        before = int(carry.row[group])
        time = np.concatenate((carry.found.time[before : before + 1] if before >= 0 else moments[:0], rows.time[lo:hi]))
        places = np.searchsorted(time, moments, side="right" if question.equal else "left") - 1
        if len(time):
            places = np.where(moments - time[places] > question.hold_for, -1, places)
        pieces = [(carry.found, before, before + 1)] if before >= 0 else []
        found.append(_state([*pieces, (rows, lo, hi)], places, moments))
    return found


def _state(pieces: list[tuple[Gathered, int, int]], places: Ints, moments: Ints) -> State:
    kinds = np.concatenate([np.zeros(0, np.int8), *(rows.kind[lo:hi] for rows, lo, hi in pieces)])
    values = np.concatenate([np.zeros(0), *(rows.value[lo:hi] for rows, lo, hi in pieces)])
    if not len(kinds):
        return State(np.full(len(moments), Kind.none, np.int8), np.full(len(moments), np.nan), {})
    known = places >= 0
    kind = np.where(known, kinds[places], Kind.none).astype(np.int8)
    written = np.flatnonzero(kind == Kind.text)
    chosen, which = np.unique(places[written], return_inverse=True)
    texts = [_text(pieces, place) for place in chosen.tolist()]
    by_place = {place: texts[number] for place, number in zip(written.tolist(), which.tolist(), strict=True)}
    return State(kind, np.where(known, values[places], np.nan), by_place)


def _text(pieces: list[tuple[Gathered, int, int]], place: int) -> str:
    for rows, lo, hi in pieces:
        if place < hi - lo:
            return rows.texts(np.array([lo + place], np.int64))[0]
        place -= hi - lo
    raise AssertionError("a place among the pieces")
