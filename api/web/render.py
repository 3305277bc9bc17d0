"""Rows as JSON has them: values of their real types, times as asked, one object a row or one array a column."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from api.readmodel.catalogue import Catalogue
from api.readmodel.rows import Columns, Rows
from api.readmodel.series import SeriesKey
from api.times import format_times
from api.web.chosen import Chosen, ranked
from ingest.observation import Kind

KIND_NAMES = [kind.name for kind in Kind]
JsonValue = float | bool | str | None


def columns_of(rows: Rows, keys: Sequence[SeriesKey], catalogue: Catalogue, style: str) -> dict[str, list[Any]]:
    """The columns that the API shows, by name, in the order in which they are shown."""
    columns = rows.columns
    numbers, codes = ranked(columns.series)
    series = [keys[number] for number in numbers]
    logs = catalogue.by_id
    return {
        "topic": Chosen([logs[key.log].topic for key in series], codes).json(style),
        "field": Chosen([key.field for key in series], codes).json(style),
        "device_time": _device_times(columns, style),
        "logged_time": format_times(columns.logged, style),
        "recno": columns.recno.tolist(),
        "value": values_of(rows),
        "kind": [KIND_NAMES[kind] for kind in columns.kind.tolist()],
        "unit": Chosen([key.unit for key in series], codes).json(style),
    }


def objects_of(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """One object per row."""
    names = list(columns)
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def values_of(rows: Rows) -> list[JsonValue]:
    """Numbers, truth values, texts, or null where there is none."""
    kinds = rows.columns.kind
    values: list[JsonValue] = list(rows.columns.value.tolist())
    for place in np.flatnonzero(kinds != Kind.number).tolist():
        values[place] = value_of(int(kinds[place]), values[place], rows.texts[place])
    return values


def value_of(kind: int, value: Any, text: str | None) -> JsonValue:
    """One value as JSON has it."""
    if kind == Kind.number:
        return float(value)
    if kind == Kind.boolean:
        return bool(value)
    return text if kind == Kind.text else None


def _device_times(columns: Columns, style: str) -> list[str | None]:
    if not columns.claimed.any():
        return [None] * columns.rows
    texts = format_times(columns.time, style)
    return [text if claimed else None for text, claimed in zip(texts, columns.claimed.tolist(), strict=True)]
