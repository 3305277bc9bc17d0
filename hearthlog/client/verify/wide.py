"""Completeness of wide tables: a row for each moment, a column for each series, each cell from all records."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hearthlog.client.errors import CannotVerify, NotProven
from hearthlog.client.moments import UNITS_NS
from hearthlog.client.steps import Steps
from hearthlog.client.table import Table
from hearthlog.client.verify.asked import Asked
from hearthlog.client.verify.cells import MARK, Moments, Stood, columns_of, length_ns, must_stand, times_of
from hearthlog.client.verify.complete import Completeness
from hearthlog.client.verify.messages import NO_OBSERVATION

WEEKS_BEGIN_NS = 4 * UNITS_NS["d"]
"""1970 began on a Thursday; weeks begin on Mondays (ISO 8601)."""
Columns = Mapping[tuple[str, str], list[Stood]]


def must_have_rows(table: Table, asked: Asked, options: Mapping[str, Any]) -> None:
    """Compare the moments of a matrix with those that its window has.

    Raises:
        NotProven: one is left out or added.
        CannotVerify: only a calendar knows them.
    """
    every = options.get("every", "15m")
    step = length_ns(every)
    if step is None or options.get("tz", "UTC") != "UTC":
        raise CannotVerify('verify="complete" counts the rows of a matrix in UTC, and not by months: leave out tz')
    phase = WEEKS_BEGIN_NS if str(every).endswith("w") else 0
    first = -(-(asked.start - phase) // step) * step + phase
    must = list(range(first, asked.end, step))[: asked.limit]
    told = times_of(table, "time").tolist()
    if told != must:
        wrong = next(iter(sorted(set(must) ^ set(told))), must[0] if must else 0)
        said = "left out" if wrong in must else "added"
        raise NotProven(f"the home {said} the row of {wrong} ns, or has rows in another order", log="?", field="time")


def must_have_cells(completeness: Completeness, table: Table, asked: Asked, moments: Moments) -> Steps[None]:
    """Compare all columns and cells with what stood at each moment, by all records up to the position.

    Args:
        completeness: reads the logs.
        table: what the home says.
        asked: which series, by which clock.
        moments: for which the last value is asked.

    Raises:
        NotProven: a column that is left out or added, or a cell that the records do not bear out.
    """
    must = yield from _stood(completeness, asked)
    told = {(topic, field): name for name, topic, field in columns_of(table)}
    _must_be_the_columns(must, told.keys())
    for series, name in told.items():
        # Stable: what has the same time stays in the order of the logs.
        must_stand(table, name, sorted(must[series], key=lambda each: each.time), moments)


def _stood(completeness: Completeness, asked: Asked) -> Steps[Columns]:
    stood: defaultdict[tuple[str, str], list[Stood]] = defaultdict(list)
    every = yield from completeness.observed(asked.ever())
    for log, place, row in every:
        if row.value.field != NO_OBSERVATION and asked.wants_field(row.value.field):
            time = row.logged_ns if asked.by_log else place.time
            stood[row.topic, row.value.field].append(Stood(time, log, row.recno, row.value))
    return stood


def _must_be_the_columns(must: Columns, told: Iterable[tuple[str, str]]) -> None:
    for topic, field, detail in _differences(must, told):
        first = must.get((topic, field), [None])[0]
        log, recno = ("?", None) if first is None else (first.log, first.recno)
        raise NotProven(f"{detail} {topic}{MARK}{field}", log=log, topic=topic, recno=recno, field=field)


def _differences(must: Columns, told: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    known = set(told)
    yield from ((*each, "the home left out the column") for each in must if each not in known)
    yield from ((*each, "the records have nothing for the column") for each in sorted(known) if each not in must)
