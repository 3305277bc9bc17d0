"""Rows on their way into the read model: collected message by message, column by column, for a row costs little then.

A value of its own for each row would cost more than decoding the messages.
"""

from array import array
from collections.abc import Sequence

import numpy as np

from api.readmodel.rows import NO_TEXT, Columns, Rows
from ingest.observation import NO_VALUE, Kind

HAS_TEXT = NO_TEXT + 1
"""What stands in `Columns.text` of these rows where there is a text, which has no number yet."""
_NO_KIND = bytes([Kind.none])


class Batch:
    """Rows of one store, which can only be added to."""

    __slots__ = ("_claimed", "_counts", "_kind", "_logged", "_recno", "_series", "_store", "_texts", "_time", "_value")

    def __init__(self, store: int) -> None:
        self._store = store
        # By row.
        self._series = array("i")
        self._time = array("q")
        self._claimed = bytearray()
        self._kind = bytearray()
        self._value = array("d")
        self._texts: list[tuple[int, str]] = []
        # By message.
        self._counts = array("i")
        self._logged = array("q")
        self._recno = array("q")

    def __bool__(self) -> bool:
        return bool(self._counts)

    def begin(self, series: "array[int]", recno: int, logged: int, device_time: int | None, note: str | None) -> None:
        """The row of a message; `series` has the number of its series, then those of the rows that follow."""
        if note is not None:
            self._texts.append((len(self._series), note))
        self._series.extend(series)
        self._counts.append(len(series))
        self._logged.append(logged)
        self._recno.append(recno)
        self._value.append(NO_VALUE)
        self._kind += _NO_KIND
        self._time.append(logged if device_time is None else device_time)
        self._claimed.append(device_time is not None)

    def observations(
        self,
        kinds: Sequence[Kind],
        values: Sequence[float],
        texts: Sequence[str | None],
        times: Sequence[int | None],
        default: int | None,
    ) -> None:
        """The rows of the message's observations, which have to be as many as its series.

        Args:
            kinds: of the values.
            values: see `Observation`.
            texts: likewise.
            times: what each claims, in ns.
            default: what the message claims, for those that claim nothing of their own.
        """
        rows = len(kinds)
        first = len(self._value)
        self._kind.extend(kinds)
        self._value.extend(values)
        if texts.count(None) != rows:
            self._texts += [(first + place, text) for place, text in enumerate(texts) if text is not None]
        missing = times.count(None)
        if not missing:
            self._time.extend(times)  # type: ignore[arg-type]  # none of them is None
            self._claimed += b"\1" * rows
            return
        logged = self._logged[-1]
        fallback = logged if default is None else default
        self._time.extend([fallback if time is None else time for time in times])
        self._claimed.extend([default is not None or time is not None for time in times])

    def rows(self) -> Rows:
        """All of them, in the order in which they came. This batch is not added to after that."""
        counts = np.frombuffer(self._counts, np.int32)
        rows = len(self._series)
        assert rows == len(self._value) == len(self._time), "each message has the observations that its series say"
        firsts = np.cumsum(counts) - counts
        text, texts = np.zeros(rows, np.int32), list[str | None]([None]) * rows
        for place, said in self._texts:
            text[place], texts[place] = HAS_TEXT, said
        columns = Columns(
            series=np.frombuffer(self._series, np.int32),
            store=np.full(rows, self._store, np.int16),
            time=np.frombuffer(self._time, np.int64),
            logged=np.repeat(np.frombuffer(self._logged, np.int64), counts),
            recno=np.repeat(np.frombuffer(self._recno, np.int64), counts),
            ordinal=np.arange(rows, dtype=np.int32) - np.repeat(firsts, counts).astype(np.int32),
            kind=np.frombuffer(self._kind, np.int8),
            claimed=np.frombuffer(self._claimed, np.int8),
            value=np.frombuffer(self._value, np.float64),
            text=text,
        )
        return Rows(columns, texts)
