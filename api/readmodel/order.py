"""The total order: rows by select time, and what shares its time by (store, log id, recno, ordinal)."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.readmodel.rows import Ints

Keys = tuple[NDArray[Any], ...]
"""Ordinal, recno, log id and store: what counts least comes first, as `numpy.lexsort` has it."""


def total_order(time: Ints, keys_of: Callable[[Ints], Keys]) -> Ints:
    """The permutation that sorts rows with these select times; `keys_of` gives the keys of some of them."""
    order = np.argsort(time, kind="stable")
    ordered = time[order]
    equal = ordered[1:] == ordered[:-1]
    if equal.any():
        # Few rows share their time with another: only these are sorted by the rest.
        tied = np.flatnonzero(np.append(equal, False) | np.append(False, equal))
        rows = order[tied]
        order[tied] = rows[np.lexsort((*keys_of(rows), ordered[tied]))]
    return order
