"""A view: the read model at one moment, so that one query sees one state of everything."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from api.readmodel.order import Keys, total_order
from api.readmodel.rows import Columns, Ints, Rows, written
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
        """The chosen rows in total order, at most the first `limit` of them."""
        if not self.rows:
            return Rows(Columns.allocate(0), [])
        order = self._total_order(logs, by)
        order = (order[::-1] if descending else order)[:limit]
        pieces = [(place, part, numbers) for place, (part, numbers) in enumerate(self) if len(numbers)]
        origins = np.repeat([place for place, _, _ in pieces], [len(numbers) for _, _, numbers in pieces])[order]
        if len(pieces) == 1:
            columns = pieces[0][1].columns.take(pieces[0][2][order])
        else:
            columns = Columns.join(part.columns.take(numbers) for _, part, numbers in pieces).take(order)
        return Rows(columns, self._texts(columns, origins))

    def _total_order(self, logs: Ints, by: str) -> Ints:
        """The permutation that sorts by (select time, store, log id, recno, ordinal)."""
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

    def _texts(self, columns: Columns, origins: Ints) -> list[str | None]:
        texts: list[str | None] = [None] * columns.rows
        for place in written(columns).tolist():
            texts[place] = self[origins[place]][0].text(int(columns.text[place]))
        return texts
