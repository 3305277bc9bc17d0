"""A view: the read model at one moment, so that one query sees one state of everything."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from api.readmodel.found import Found, Piece
from api.readmodel.order import Keys, total_order
from api.readmodel.rows import Ints, Rows
from api.readmodel.run import Part
from api.readmodel.series import SeriesKey


@dataclass(frozen=True, slots=True)
class View:
    """Parts and how far they are complete."""

    position: int
    """Logged time in ns up to which every record of the store is here."""
    parts: tuple[Part, ...]
    keys: Sequence[SeriesKey]
    """Series keys by number; may have grown since, never changed."""
    logs: Ints
    """Short log ids by series number."""
    decoders: str = ""
    """Id of the decoder set that made the rows."""

    def pinned(self, at: int | None) -> "View":
        """The same view as of an earlier position."""
        return self if at is None else replace(self, position=min(at, self.position))

    def hides(self, part: Part) -> bool:
        """Whether some rows of `part` are later than the position, so that a query must look at each."""
        return part.logged_max > self.position


class Pick(list[tuple[Part, Ints]]):
    """Chosen rows: row numbers per part."""

    @property
    def rows(self) -> int:
        """How many rows are chosen."""
        return sum(len(numbers) for _, numbers in self)

    def load(self, logs: Ints, by: str, *, descending: bool = False, limit: int | None = None) -> Rows:
        """The chosen rows in total order, at most the first `limit` of them, with all their columns."""
        return self.found(logs, by, descending=descending, limit=limit).load()

    def found(self, logs: Ints, by: str, *, descending: bool = False, limit: int | None = None) -> Found:
        """The same, gathered when they are asked for."""
        order = self.order(logs, by)
        return self.ordered((order[::-1] if descending else order)[:limit])

    def ordered(self, order: Ints) -> Found:
        """Some of the rows: `order` has their places among all chosen ones."""
        some = [(part, numbers) for part, numbers in self if len(numbers)]
        if not some:
            return Found(())
        if len(some) == 1:
            part, numbers = some[0]
            return Found([Piece(part, numbers[order], len(order))])
        return Found([Piece(part, numbers, len(numbers)) for part, numbers in some], order)

    def order(self, logs: Ints, by: str) -> Ints:
        """The permutation that sorts by (select time, store, log id, recno, ordinal)."""
        if not self.rows:
            return np.zeros(0, np.int64)
        time: Ints = np.concatenate([part.columns.select_time(by)[numbers] for part, numbers in self])
        ends = np.cumsum([len(numbers) for _, numbers in self])

        def keys_of(rows: Ints) -> Keys:
            keys = np.empty((4, len(rows)), np.int64)
            for (part, numbers), end in zip(self, ends.tolist(), strict=True):
                own = np.flatnonzero((rows >= end - len(numbers)) & (rows < end))
                chosen, columns = numbers[rows[own] - end + len(numbers)], part.columns
                log = logs[columns.series[chosen]]
                keys[:, own] = columns.ordinal[chosen], columns.recno[chosen], log, columns.store[chosen]
            return tuple(keys)

        return total_order(time, keys_of)
