"""What the home says against what its records say: equal, or the field that differs."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hearthlog.client.errors import NotProven
from hearthlog.client.live import LiveMessage
from hearthlog.client.table import Table
from hearthlog.client.verify.messages import Said, Value


def said_by_table(table: Table) -> list[Said]:
    """The messages behind the rows of `history` or `latest`."""
    found: defaultdict[tuple[str, int, int], list[Value]] = defaultdict(list)
    for topic, recno, logged, value in rows_of(table):
        found[topic, recno, logged].append(value)
    return [Said(*key, tuple(values)) for key, values in found.items()]


def said_by_message(message: LiveMessage) -> Said:
    """The same of a live message."""
    values = [
        Value(
            each.field,
            each.kind,
            float(each.value) if isinstance(each.value, (int, float)) else None,
            each.value if isinstance(each.value, str) else None,
            each.unit,
            each.device_time_ns,
        )
        for each in message.observations
    ]
    return Said(message.topic, message.recno, message.logged_time_ns, tuple(values))


def must_match(log: str, said: Said, logged_ns: int, proven: Sequence[Value], *, whole: bool) -> None:
    """Compare.

    Args:
        log: where the message is.
        said: what the home says.
        logged_ns: when it was logged, by its record.
        proven: what its record says.
        whole: whether the home should have given all of it.

    Raises:
        NotProven: names the record and the field.
    """
    if said.logged_ns != logged_ns:
        detail = f"the home says that it was logged at {said.logged_ns} ns, the record says {logged_ns}"
        raise NotProven(detail, log=log, topic=said.topic, recno=said.recno, field="logged_time")
    extra = Counter(map(comparable, said.values)) - Counter(map(comparable, proven))
    if extra:
        raise _difference(log, said, next(iter(extra)), [comparable(each) for each in proven])
    if whole and len(said.values) < len(proven):
        missing = next(iter(Counter(map(comparable, proven)) - Counter(map(comparable, said.values))))
        detail = f"the home left out the observation {missing.field!r}"
        raise NotProven(detail, log=log, topic=said.topic, recno=said.recno, field=missing.field)


def _difference(log: str, said: Said, told: Value, proven: Iterable[Value]) -> NotProven:
    detail = _difference_between(told, next((each for each in proven if each.field == told.field), None))
    return NotProven(detail, log=log, topic=said.topic, recno=said.recno, field=told.field)


def _difference_between(told: Value, proven: Value | None) -> str:
    if proven is None:
        return (
            f"the home says {told.field!r} = {told.number if told.text is None else told.text!r}, the record does not"
        )
    for name, ours, theirs in zip(Value._fields, told, proven, strict=True):
        if ours != theirs:
            what = repr(told.field) if name in ("number", "text") else f"{name} of {told.field!r}"
            return f"the home says {what} = {ours!r}, the record says {theirs!r}"
    return f"the home says {told.field!r} more often than the record"


def comparable(value: Value) -> Value:
    """NaN is what is no number, however it is spelled."""
    return value if value.number is None or not math.isnan(value.number) else value._replace(number=None)


def rows_of(table: Table) -> Iterator[tuple[str, int, int, Value]]:
    """Topic, number and logged time of each row's message, and what the row says of it."""
    columns = [table[name].to_pylist() for name in ("topic", "recno", "field", "kind", "value", "text", "unit")]
    every = zip(*columns, *(ns_in(table, name).to_pylist() for name in ("logged_time", "device_time")), strict=True)
    for topic, recno, field, kind, number, text, unit, logged, device in every:
        yield topic, recno, logged, Value(field, kind, number, text, unit, device)


def ns_in(table: Table, name: str) -> Any:
    """A column of times as whole ns since 1970.

    Raises:
        NotProven: the same numbers, but of another unit.
    """
    import pyarrow as pa  # noqa: PLC0415  # loaded with the table already

    column = table[name]
    if column.type != pa.timestamp("ns", tz="UTC"):
        raise NotProven(f"the home gives times as {column.type}, records have ns in UTC", log="?", field=name)
    return column.cast(pa.int64())
