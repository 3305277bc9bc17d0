"""The newest observations as JSON, each written once and kept until there is a newer one."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from api.readmodel.latest import Newest
from api.readmodel.rows import Row
from api.times import one_time
from api.web.render import KIND_NAMES, value_of


class Fragments:
    """Bytes per series, clock and style of times. As many entries as there are series that somebody asks for."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, str], dict[int, tuple[Row, bytes]]] = {}

    def of_all(self, entries: Iterable[Newest], by: str, style: str) -> list[bytes]:
        """The JSON objects of newest rows. Any thread."""
        known = self._written.setdefault((by, style), {})
        written = []
        for each in entries:
            row = each.row
            last = known.get(row.series)
            if last is None or last[0] is not row:
                last = known[row.series] = (row, orjson.dumps(newest_object(each, style)))
            written.append(last[1])
        return written


def newest_object(found: Newest, style: str) -> dict[str, Any]:
    """A newest row as `history` would show it."""
    row = found.row
    device_time = row.device_time
    return {
        "topic": found.series.topic,
        "field": found.series.field,
        "device_time": None if device_time is None else one_time(device_time, style),
        "logged_time": one_time(row.logged, style),
        "recno": row.recno,
        "value": value_of(row.kind, row.value, row.text),
        "kind": KIND_NAMES[row.kind],
        "unit": found.key.unit,
    }


def newest_columns(entries: Sequence[Newest], style: str) -> dict[str, list[Any]]:
    """Several of them as columns."""
    objects = [newest_object(each, style) for each in entries]
    return {name: [each[name] for each in objects] for name in NAMES}


NAMES = ("topic", "field", "device_time", "logged_time", "recno", "value", "kind", "unit")
