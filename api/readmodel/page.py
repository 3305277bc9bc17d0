"""One page of rows in total order: the kernel behind `history` and behind a live stream's catching up.

Every run is sorted, so a page needs only the first rows of each. How many of each is not known beforehand: take a few,
see how far what was taken is complete, take more if that is less than a page.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.readmodel.alone import alone
from api.readmodel.found import Found
from api.readmodel.rows import Columns, Ints, Rows
from api.readmodel.run import Run, spans
from api.readmodel.view import Pick, View

TAKE_MIN = 16
TAKE_GROWTH = 4


class Key(NamedTuple):
    """The place of a row in the total order; a page may begin after one."""

    time: int
    store: int
    log: int
    recno: int
    ordinal: int


class PageRequest(NamedTuple):
    """Which rows: start ≤ select time < end (ns), behind the row `after`, at most `limit` of them."""

    by: str
    limit: int
    descending: bool = False
    start: int | None = None
    end: int | None = None
    after: Key | None = None


def page(view: View, ids: NDArray[np.int32], request: PageRequest) -> tuple[Rows, bool]:
    """The rows of the series `ids` (ascending) that the view's position covers; and whether there are more of them."""
    rows, more = found(view, ids, request)
    return rows.load(), more


def found(view: View, ids: NDArray[np.int32], request: PageRequest) -> tuple[Found, bool]:
    """The same, each column gathered when it is asked for."""
    if len(ids) == 1 and request.after is None:
        own = alone(view, int(ids[0]), request.by, request.start, request.end)
        if own is not None:
            return own.page(request.limit, descending=request.descending), own.rows > request.limit
    runs = [run for run in _runs(view, ids, request) if len(run.ids)]
    series = sum(len(run.ids) for run in runs)
    take = max(TAKE_MIN, 2 * (request.limit + 1) // max(series, 1) + 1)
    while True:
        pick, boundary = _take(runs, take, request)
        chosen = _filter(view, pick, boundary, request)
        if boundary is None or chosen.rows > request.limit:
            rows = chosen.found(view.logs, request.by, descending=request.descending, limit=request.limit)
            return rows, chosen.rows > request.limit
        take *= TAKE_GROWTH


def count(view: View, ids: NDArray[np.int32], request: PageRequest) -> int:
    """How many rows there are behind the row `after`, without a limit and without loading them."""
    rows = 0
    for run in _runs(view, ids, request):
        counts = run.hi - run.lo
        if request.after is None and not view.hides(run.part):
            rows += int(counts.sum())
        else:
            pick = Pick([(run.part, run.physical(spans(run.lo, counts)))])
            rows += _filter(view, pick, None, request).rows
    return rows


def key_of(rows: Rows | Found, logs: Ints, place: int, by: str) -> Key:
    """The key of the row at `place`."""
    columns = rows.only(place)
    return Key(
        int(columns.select_time(by)[0]),
        int(columns.store[0]),
        int(logs[columns.series[0]]),
        int(columns.recno[0]),
        int(columns.ordinal[0]),
    )


def _runs(view: View, ids: NDArray[np.int32], request: PageRequest) -> list[Run]:
    start, end, after = request.start, request.end, request.after
    if after is not None and request.descending:
        end = after.time + 1 if end is None else min(end, after.time + 1)
    elif after is not None:
        start = after.time if start is None else max(start, after.time)
    return [part.merged(ids, request.by).window(start, end) for part in view.parts]


def _take(runs: list[Run], take: int, request: PageRequest) -> tuple[Pick, int | None]:
    """Up to `take` rows of each stretch of each run; and the time at which the taken rows cease to be all there are."""
    pick, edges, descending = Pick(), [], request.descending
    for run in runs:
        # A run of one stretch may well be the whole page.
        most = max(take, request.limit + 1) if len(run.lo) == 1 else take
        counts = np.minimum(run.hi - run.lo, most)
        first = run.hi - counts if descending else run.lo
        pick.append((run.part, run.physical(spans(first, counts))))
        cut = counts < run.hi - run.lo
        if bool(np.any(cut)):
            untaken = run.key[(first - 1 if descending else first + counts)[cut]]
            edges.append(int(untaken.max() if descending else untaken.min()))
    if not edges:
        return pick, None
    return pick, max(edges) if descending else min(edges)


def _filter(view: View, pick: Pick, boundary: int | None, request: PageRequest) -> Pick:
    kept = Pick()
    for part, numbers in pick:
        times = part.columns.select_time(request.by)[numbers]
        mask = np.ones(len(numbers), np.bool_)
        if boundary is not None:
            # Rows at the boundary's own time may be incomplete, so they wait for the next round.
            mask &= times > boundary if request.descending else times < boundary
        if view.hides(part):
            mask &= part.columns.logged[numbers] <= view.position
        if request.after is not None:
            mask &= _behind(part.columns, numbers, times, view.logs, request)
        kept.append((part, numbers[mask]))
    return kept


def _behind(columns: Columns, numbers: Ints, times: Ints, logs: Ints, request: PageRequest) -> NDArray[np.bool_]:
    """Which of the rows `numbers`, whose select times are `times`, come behind the row `after`."""
    after = request.after
    assert after is not None, "there is a row to be behind"
    behind = times < after.time if request.descending else times > after.time
    # Only what is of the same time needs a closer look.
    places = np.flatnonzero(times == after.time)
    same = numbers[places]
    cells: tuple[NDArray[Any], ...] = (
        columns.store[same],
        logs[columns.series[same]],
        columns.recno[same],
        columns.ordinal[same],
    )
    later, equal = np.zeros(len(same), np.bool_), np.ones(len(same), np.bool_)
    for array, value in zip(cells, after[1:], strict=True):
        later |= equal & (array < value if request.descending else array > value)
        equal &= array == value
    behind[places] = later
    return behind
