"""The table of `history`: which columns are asked for, and no other made."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np

from api.readmodel.catalogue import Catalogue
from api.readmodel.found import Located
from api.readmodel.series import SeriesKey
from api.web.params import Format
from api.web.problem import bad_parameter
from api.web.raw_rows import OF_MESSAGES, raw_columns
from api.web.table import Column, Truths
from api.web.table_rows import NAMES, table_of
from ingest.envelope import Message

Name = Literal[
    "topic",
    "field",
    "device_time",
    "logged_time",
    "recno",
    "value",
    "text",
    "kind",
    "unit",
    "state_at_start",
    "decoder",
    "payload",
    "payload_base64",
    "properties",
]
"""Every column that there may be, in the order in which they are shown."""
TEXT_ROW_BYTES, BINARY_ROW_BYTES = 200, 80
"""About what a whole row costs."""
ALL: tuple[Name, ...] = get_args(Name)
STATE: Name = "state_at_start"
RAW: tuple[Name, ...] = ("decoder", *OF_MESSAGES)


class Choice(NamedTuple):
    """Which columns an answer has, in their order."""

    names: tuple[str, ...]
    apart: bool = False
    """Whether numbers and texts are asked for one by one; else `value` is both."""

    @property
    def needs_messages(self) -> bool:
        """Whether the messages themselves have to be read."""
        return any(name in self.names for name in OF_MESSAGES)


def choice_of(asked: Sequence[Name], name: Format, *, raw: bool, state: bool) -> Choice:
    """What `columns` means in an answer of this format; all columns, if it says nothing.

    Raises:
        Problem: a column that there is not, without what else was asked for.
    """
    if not asked:
        return Choice((*NAMES, *((STATE,) if state else ()), *(RAW if raw else ())))
    apart = name not in ("json", "ndjson")
    if not apart and "text" in asked:
        raise bad_parameter("columns", "'text' is a column of csv, arrow and parquet; in json and ndjson value has it")
    if not state and STATE in asked:
        raise bad_parameter("columns", f"{STATE!r} is there with state_at_start=true only")
    missing = () if raw else tuple(each for each in asked if each in RAW)
    if missing:
        raise bad_parameter("columns", f"{missing[0]!r} is there with raw=true only")
    return Choice(tuple(each for each in ALL if each in asked), apart)


def cost(rows: int, asked: Sequence[Name], name: Format) -> dict[str, int]:
    """About what so many rows of these columns cost, before compression."""
    size = TEXT_ROW_BYTES if name in ("json", "ndjson", "csv") else BINARY_ROW_BYTES
    columns = len(set(asked)) or len(NAMES)
    return {"rows": rows, "columns": columns, "cells": rows * columns, "bytes": rows * size * columns // len(NAMES)}


def history_table(
    rows: Located,
    choice: Choice,
    keys: Sequence[SeriesKey],
    catalogue: Catalogue,
    *,
    before: int = 0,
    messages: Sequence[Message] | None = None,
) -> dict[str, Column]:
    """The chosen columns of rows, of which the first `before` stood before the window; of `messages`, if those are."""
    table = table_of(rows, keys, catalogue, choice.names, apart=choice.apart)
    if STATE in choice.names:
        table[STATE] = Truths(np.arange(rows.size) < before)
    return table if messages is None else table | raw_columns(messages, choice.names)
