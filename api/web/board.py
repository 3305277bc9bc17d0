"""Boards: the newest rows of a selection as JSON, of which only those that changed since are written anew."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from api.readmodel.latest import newest_of
from api.readmodel.rows import Row
from api.readmodel.selection import Selection
from api.readmodel.series import SeriesKey
from api.web.fragments import Fragments

BOARDS_MAX = 32
"""As many as selections are kept."""
ROWS_MAX = 100_000
"""Of all that are kept, together: 30 MB or so."""


class Wish(NamedTuple):
    """What is to be shown: the newest rows of a selection, one by one those of its numbers."""

    selection: Selection
    keys: Sequence[SeriesKey]
    rows: list[Row | None]
    by: str


class Board(NamedTuple):
    """What was shown last. Never changed, so that several threads may go on from it."""

    selection: Selection
    rows: list[Row | None]
    written: list[bytes]
    """By group; empty where there is no row."""
    joined: bytes


class Boards:
    """The boards that were asked for of late, by selection, clock and style of times. Any thread."""

    def __init__(self, fragments: Fragments) -> None:
        self._fragments = fragments
        self._kept: dict[tuple[int, str, str], Board] = {}
        self._lock = threading.Lock()

    def show(self, wish: Wish, style: str) -> bytes:
        """The JSON objects of the newest rows, group by group, with commas between them."""
        selection, rows = wish.selection, wish.rows
        name = (id(selection), wish.by, style)
        with self._lock:
            last = self._kept.pop(name, None)
        if last is None or last.selection is not selection:
            last = Board(selection, [None] * len(rows), [b""] * len(selection.groups), b"")
        # A row that nothing newer took the place of is the same object still.
        places = [place for place, (row, old) in enumerate(zip(rows, last.rows, strict=True)) if row is not old]
        if places:
            written = last.written.copy()
            for group, text in self._write(wish, {selection.owners[place] for place in places}, style):
                written[group] = text
            last = Board(selection, rows, written, b",".join(filter(None, written)))
        with self._lock:
            self._kept[name] = last
            while len(self._kept) > BOARDS_MAX or self._rows > ROWS_MAX:
                del self._kept[next(iter(self._kept))]
        return last.joined

    @property
    def _rows(self) -> int:
        return sum([len(board.rows) for board in self._kept.values()])

    def _write(self, wish: Wish, places: Iterable[int], style: str) -> Iterator[tuple[int, bytes]]:
        """By group what it has to show; empty where there is no row."""
        selection, starts = wish.selection, wish.selection.starts.tolist()
        groups = {place: selection.groups[place] for place in places}
        known = {
            number: row
            for place, (_, numbers) in groups.items()
            for number, row in zip(numbers, wish.rows[starts[place] : starts[place] + len(numbers)], strict=True)
        }
        entries = newest_of(groups.values(), wish.keys, wish.by, known.get)
        texts = self._fragments.of_all(entries, wish.by, style)
        found = dict(zip([each.series for each in entries], texts, strict=True))
        for place, (series, _) in groups.items():
            yield place, found.get(series, b"")
