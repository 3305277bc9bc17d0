"""Columns of rows as the bytes of JSON: what rows have in common is written once, and numbers become no objects."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from api.readmodel.catalogue import Catalogue
from api.readmodel.rows import Columns, Ints, Rows
from api.readmodel.series import SeriesKey
from api.times import format_times
from api.web.chosen import ranked
from api.web.render import KIND_NAMES, values_of
from ingest.observation import Kind

NUMBER = int(Kind.number)
Written = orjson.Fragment | list[Any]
"""What orjson writes as an array."""


def written_columns(rows: Rows, keys: Sequence[SeriesKey], catalogue: Catalogue, style: str) -> dict[str, Written]:
    """The columns that the API shows, by name, in the order in which they are shown; as `columns_of` says them."""
    columns = rows.columns
    numbers, codes = _numbered(columns.series)
    series = [keys[number] for number in numbers]
    all_numbers = bool((columns.kind == NUMBER).all())
    kinds = None if all_numbers else columns.kind.tolist()
    return {
        "topic": _chosen([catalogue.by_id[key.log].topic for key in series], codes, columns.rows),
        "field": _chosen([key.field for key in series], codes, columns.rows),
        "device_time": _device_times(columns, style),
        "logged_time": _times(columns.logged, style),
        "recno": _plain(columns.recno),
        "value": _plain(columns.value) if all_numbers else values_of(rows),
        "kind": _chosen(KIND_NAMES[NUMBER:] if all_numbers else KIND_NAMES, kinds, columns.rows),
        "unit": _chosen([key.unit for key in series], codes, columns.rows),
    }


def _numbered(series: NDArray[np.int32]) -> tuple[list[int], list[int] | None]:
    """The series that occur, and per row which of them it is of; None: all are of the first."""
    if len(series) and bool((series == series[0]).all()):
        return [int(series[0])], None
    numbers, codes = ranked(series)
    return numbers, codes.tolist()


def _plain(numbers: NDArray[Any]) -> orjson.Fragment:
    return orjson.Fragment(_numbers(numbers))


def _numbers(numbers: NDArray[Any]) -> bytes:
    return orjson.dumps(np.ascontiguousarray(numbers), option=orjson.OPT_SERIALIZE_NUMPY)


def _chosen(choices: Sequence[str | None], codes: Sequence[int] | None, rows: int) -> orjson.Fragment:
    """Row i has the choice codes[i]; without codes all have the first."""
    if codes is None:
        parts = [orjson.dumps(choices[0])] * rows
    else:
        written = [orjson.dumps(each) for each in choices]
        parts = [written[code] for code in codes]
    return orjson.Fragment(b"[" + b",".join(parts) + b"]")


def _times(times: Ints, style: str) -> Written:
    if style != "ns" or not len(times):
        return list(format_times(times, style))
    return orjson.Fragment(b'["' + _numbers(times)[1:-1].replace(b",", b'","') + b'"]')


def _device_times(columns: Columns, style: str) -> Written:
    claimed = columns.claimed
    if claimed.all():
        return _times(columns.time, style)
    if not claimed.any():
        return [None] * columns.rows
    texts = format_times(columns.time, style)
    return [text if known else None for text, known in zip(texts, claimed.tolist(), strict=True)]
