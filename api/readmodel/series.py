"""The series table: which number stands for which series, growing only.

A stored series is narrower than the series of the API (topic and field): the log (so a topic's generations), unit and
decoder are part of its key, which makes them free per row. Numbers are this process's own: a segment lists what its
numbers mean, and they are translated where another process gave them otherwise.
"""

from typing import NamedTuple

import numpy as np

from api.readmodel.rows import Ints

MESSAGE_FIELD = ""
"""The field of the row that stands for the message itself."""
KEPT = " kept"


class SeriesKey(NamedTuple):
    """What rows of one stored series have in common."""

    store: int
    log: int
    """Short id of the log: the record number of its entry in the catalogue."""
    field: str
    unit: str | None
    decoder: str
    """Name and version of the decoder, `json 1`; of message rows with `KEPT` behind it where it did not understand."""
    bare: bool = False
    """On message rows: nothing was observed in these messages, so only this row shows that they were there."""

    @property
    def is_message(self) -> bool:
        """Whether the rows stand for messages, not for observations."""
        return self.field == MESSAGE_FIELD

    @property
    def kept(self) -> bool:
        """Whether the rows stand for messages that are only kept, because nobody understood them."""
        return self.decoder.endswith(KEPT)

    @property
    def decoded_by(self) -> str:
        """Name and version of the decoder."""
        return self.decoder.removesuffix(KEPT)


class SeriesTable:
    """Numbers for series keys, from 0 without holes. One thread adds; any thread reads what was there before."""

    def __init__(self) -> None:
        self.keys: list[SeriesKey] = []
        self.by_log: dict[int, list[int]] = {}
        self._numbers: dict[SeriesKey, int] = {}
        self._logs: Ints = np.zeros(1024, np.int64)
        self.entered: list[int] = []
        """All numbers, in the order in which they got their meaning."""

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def age(self) -> int:
        """Grows with each new series; what was found out about all of them holds until then."""
        return len(self.entered)

    def number(self, key: SeriesKey) -> int:
        """The number of this series; a new one at first sight."""
        known = self._numbers.get(key)
        return self._add(key) if known is None else known

    def adopt(self, number: int, key: SeriesKey) -> int:
        """The number of a series that a segment has under `number`: the same one, unless either is taken already."""
        known = self._numbers.get(key)
        if known is not None:
            return known
        while len(self.keys) <= number:
            self.keys.append(UNUSED)
        if self.keys[number] != UNUSED:
            return self._add(key)
        self._enter(number, key)
        return number

    def logs(self) -> Ints:
        """Per number the short id of its log, for looking up whole columns."""
        return self._logs[: len(self.keys)]

    def _add(self, key: SeriesKey) -> int:
        number = len(self.keys)
        self.keys.append(key)
        self._enter(number, key)
        return number

    def _enter(self, number: int, key: SeriesKey) -> None:
        if number >= len(self._logs):
            grown = np.zeros(max(2 * len(self._logs), number + 1), np.int64)
            grown[: len(self._logs)] = self._logs
            self._logs = grown
        self._logs[number] = key.log
        self.keys[number] = key
        self._numbers[key] = number
        self.by_log.setdefault(key.log, []).append(number)
        self.entered.append(number)


UNUSED = SeriesKey(-1, -1, MESSAGE_FIELD, None, "")
