"""A view: the read model at one moment, so that one query sees one state of everything."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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

    def pinned(self, at: int | None) -> "View":
        """The same view as of an earlier position."""
        return self if at is None else View(min(at, self.position), self.parts, self.keys, self.logs)

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
        columns = Columns.join(part.columns.take(numbers) for part, numbers in self)
        order = total_order(columns, logs, by, descending=descending)[:limit]
        origins = np.repeat(np.arange(len(self)), [len(numbers) for _, numbers in self])[order]
        columns = columns.take(order)
        return Rows(columns, self._texts(columns, origins))

    def _texts(self, columns: Columns, origins: Ints) -> list[str | None]:
        texts: list[str | None] = [None] * columns.rows
        for place in written(columns).tolist():
            texts[place] = self[origins[place]][0].text(int(columns.text[place]))
        return texts


def total_order(columns: Columns, logs: Ints, by: str, *, descending: bool) -> Ints:
    """The permutation that puts rows into the total order (select time, store, log id, recno, ordinal)."""
    key = columns.select_time(by)
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    if len(ordered) > 1 and bool(np.any(ordered[1:] == ordered[:-1])):
        keys = (columns.ordinal, columns.recno, logs[columns.series], columns.store, key)
        order = np.lexsort(keys)
    return order[::-1] if descending else order
