"""The total order: rows by select time, and what shares its time by (store, log id, recno, ordinal)."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.readmodel.rows import Ints

Keys = tuple[NDArray[Any], ...]
"""Ordinal, recno, log id and store: what counts least comes first, as `numpy.lexsort` has it."""
MANY_ROWS = 4_096
MANY_STRETCHES = 8
"""So many rows, in so many ascending stretches, are quicker put in order by digits than by merging."""
DIGIT = 16
"""Bits; numpy sorts numbers of so many by counting them."""


def total_order(time: Ints, keys_of: Callable[[Ints], Keys]) -> Ints:
    """The permutation that sorts rows with these select times; `keys_of` gives the keys of some of them."""
    order, ordered = by_time(time)
    equal = ordered[1:] == ordered[:-1]
    if equal.any():
        # Few rows share their time with another: only these are sorted by the rest.
        tied = np.flatnonzero(np.append(equal, False) | np.append(False, equal))
        rows = order[tied]
        order[tied] = rows[np.lexsort((*keys_of(rows), ordered[tied]))]
    return order


def by_time(time: Ints) -> tuple[Ints, Ints]:
    """The permutation that sorts these times, equal ones in the order that they have, and the sorted times."""
    if len(time) < MANY_ROWS or np.count_nonzero(time[1:] < time[:-1]) < MANY_STRETCHES:
        order = np.argsort(time, kind="stable")
        return order, time[order]
    low = time.min()
    blur = max((int(time.max()) - int(low)).bit_length() - 2 * DIGIT, 0)
    # Unsigned, so that no span is too long.
    since = time.view(np.uint64) - low.view(np.uint64)
    since >>= np.uint64(blur)
    order = np.argsort(since.astype(np.uint16), kind="stable")
    since >>= np.uint64(DIGIT)
    order = order.take(np.argsort(since.astype(np.uint16).take(order), kind="stable"))
    ordered = time.take(order)
    if blur and bool((ordered[1:] < ordered[:-1]).any()):
        # What two digits leave out of a long span hardly ever matters.
        rest = np.argsort(ordered, kind="stable")
        order, ordered = order[rest], ordered[rest]
    return order, ordered
