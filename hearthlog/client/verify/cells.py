"""Cells of `matrix` and `asof` against the proven observations of their series: the last value before a moment."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hearthlog.client.errors import NotProven
from hearthlog.client.moments import UNITS_NS, length_text
from hearthlog.client.table import Table
from hearthlog.client.verify.compare import ns_in
from hearthlog.client.verify.messages import Value

Ints = NDArray[np.int64]
MARK = "#"
"""Between topic and field in the name of a column."""
TEXT_SUFFIX = "_text"


class Stood(NamedTuple):
    """One proven observation of a series."""

    time: int
    """By the clock that was asked for, ns."""
    log: str
    recno: int
    value: Value


class Moments(NamedTuple):
    """For which moments the last value is asked, and how old it may be."""

    at: Ints
    since: Ints
    """Per moment: an observation after this counts however old `held` lets it be. Equal to `at` where there is none."""
    equal: bool
    """Whether an observation at the very moment counts."""
    held: int | None
    """The age up to which an earlier one counts, ns; None: any; negative: none does."""
    doubtful: int = 0
    """So many first moments, whose `since` is not known, may have null where an observation could count."""


def columns_of(table: Table) -> Iterator[tuple[str, str, str]]:
    """Name, topic and field of each column of a series."""
    names = set(table.column_names)
    for name in table.column_names:
        topic, mark, field = name.partition(MARK)
        if mark and not (name.endswith(TEXT_SUFFIX) and name.removesuffix(TEXT_SUFFIX) in names):
            yield name, topic, field


def length_ns(length: Any) -> int | None:
    """A length in ns; None for months, and for none."""
    text = "" if length is None else length_text(length, "length")
    digits = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    unit = UNITS_NS.get(text.removeprefix(digits))
    return int(digits) * unit if unit is not None and digits.isdecimal() else None


def matrix_moments(table: Table, options: Mapping[str, Any]) -> Moments:
    """What a matrix of last values asks."""
    at = times_of(table, "time")
    every = length_ns(options.get("every", "15m")) if options.get("tz", "UTC") == "UTC" else None
    # Elsewhere the calendar says how long the first row is, and only the home was asked for that.
    first = at[:1] - (every or 0)
    held = length_ns(options.get("hold_for"))
    return Moments(
        at,
        np.concatenate((first, at[:-1])),
        equal=True,
        held=-1 if options.get("fill") == "none" else held,
        doubtful=1 if every is None else 0,
    )


def asof_moments(table: Table, options: Mapping[str, Any]) -> Moments:
    """What an asof asks: the moments of its events."""
    at = times_of(table, "logged_time")
    if options.get("by", "device") == "device":
        known = table["device_time"].is_valid().to_numpy()
        at = np.where(known, times_of(table, "device_time"), at)
    return Moments(at, at, equal=bool(options.get("equal")), held=length_ns(options.get("hold_for")))


def times_of(table: Table, name: str) -> Ints:
    """A column of times in ns; 0 where there is none."""
    found: Ints = ns_in(table, name).fill_null(0).to_numpy()
    return found


def must_stand(table: Table, name: str, stood: Sequence[Stood], moments: Moments) -> None:
    """Compare a column with what stood at each moment. `stood` is in order.

    Raises:
        NotProven: names the record that the cell should be of.
    """
    times = np.array([each.time for each in stood], np.int64)
    places = np.searchsorted(times, moments.at, side="right" if moments.equal else "left") - 1
    numbers, texts = _cells(table, name)
    for row, place in enumerate(places.tolist()):
        found = stood[place] if place >= 0 and _counts(times[place], row, moments) else None
        told = (numbers[row], texts[row])
        if told == _shown(found) or (row < moments.doubtful and told == (None, None)):
            continue
        # Which record it is that the cell ought to be of, or the one that it should not be of any more.
        record = stood[place] if place >= 0 else None
        topic, _, field = name.partition(MARK)
        raise NotProven(
            f"at {moments.at[row]} ns the home says {_word(told)}, the records say {_word(_shown(found))}",
            log="?" if record is None else record.log,
            topic=topic,
            recno=None if record is None else record.recno,
            field=field,
        )


def _counts(time: int, row: int, moments: Moments) -> bool:
    if time > moments.since[row]:
        return True
    return moments.held is None or moments.at[row] - time <= moments.held


def _cells(table: Table, name: str) -> tuple[list[float | None], list[str | None]]:
    beside = name + TEXT_SUFFIX
    texts = table[beside].to_pylist() if beside in table.column_names else [None] * len(table)
    cells = table[name].to_pylist()
    # A column of texts alone stands under the series' own name.
    if any(isinstance(cell, str) for cell in cells):
        return [None] * len(cells), cells
    return [None if cell is None or cell != cell else float(cell) for cell in cells], texts  # noqa: PLR0124  # NaN


def _shown(found: Stood | None) -> tuple[float | None, str | None]:
    if found is None:
        return None, None
    value = found.value
    return value.number, value.text if value.kind == "text" else None


def _word(cell: tuple[float | None, str | None]) -> str:
    number, text = cell
    return "nothing" if number is None and text is None else repr(number if text is None else text)
