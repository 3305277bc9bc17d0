"""Formats of answers beside JSON: chosen by `format=` or `Accept`, written batch by batch in constant memory."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from fastapi import Request

from api.web.params import Format
from api.web.problem import Problem
from api.web.table import Table, as_batch, as_columns, as_encoded, as_objects
from api.web.vocabulary import Vocabulary

MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "arrow": "application/vnd.apache.arrow.stream",
    "parquet": "application/vnd.apache.parquet",
}
BATCH_ROWS = 65_536
"""Rows that are written at one time."""
META = b"hearthlog"


def format_of(request: Request, asked: Format | None) -> Format:
    """What `format=` says, else the best of `Accept` that there is.

    Raises:
        Problem: 406; nothing that the caller accepts.
    """
    accept = request.headers.get("accept", "")
    if asked is not None or not accept:
        return asked or "json"
    best = _best(accept)
    if best is None:
        known = ", ".join(own.partition(";")[0] for own in MEDIA_TYPES.values())
        raise Problem(406, "not-acceptable", f"Accept: {accept[:200]} will not do; these are: {known}")
    return best


@lru_cache(256)
def _best(accept: str) -> Format | None:
    best: tuple[float, Format] | None = None
    for part in accept.split(","):
        media, *parameters = (each.strip().lower() for each in part.split(";"))
        weight = _weight(parameters)
        for name, own in MEDIA_TYPES.items():
            if _matches(media, own.partition(";")[0]) and weight > 0 and (best is None or weight > best[0]):
                best = (weight, name)
    return None if best is None else best[1]


def _matches(wanted: str, own: str) -> bool:
    if wanted in ("*/*", own):
        return True
    # The names that other tools use for the same.
    return wanted == own.partition("/")[0] + "/*" or (wanted, own) in _ALSO


_ALSO = {("application/jsonl", "application/x-ndjson"), ("application/ndjson", "application/x-ndjson")}


def _weight(parameters: list[str]) -> float:
    for each in parameters:
        if each.startswith("q="):
            try:
                return float(each[2:])
            except ValueError:
                return 0.0
    return 1.0


class Encoder:
    """Writes tables with the same columns, one after another, as one file. Any thread, one at a time."""

    def __init__(self, name: Format, style: str, metadata: dict[str, str]) -> None:
        self._style = style
        self._metadata = {META: orjson.dumps(metadata)}
        self._out = Out(copies=name != "arrow")
        self._writer: Any = None
        self._vocabularies: dict[str, Vocabulary] = {}
        self._write: Callable[[Table], None] = {
            "ndjson": self._ndjson,
            "csv": self._csv,
            "arrow": self._arrow,
            "parquet": self._parquet,
        }[name]

    def add(self, table: Table) -> bytes:
        """What is to be sent after this table; may be nothing yet."""
        self._write(table)
        return self._out.take()

    def end(self) -> bytes:
        """What is to be sent last."""
        if self._writer is not None:
            self._writer.close()
        return self._out.take()

    def _ndjson(self, table: Table) -> None:
        for each in as_objects(as_columns(table, self._style)):
            self._out.write(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE))

    def _csv(self, table: Table) -> None:
        batch = as_batch(table)
        for place, (name, field) in enumerate(zip(batch.schema.names, batch.schema, strict=True)):
            if pa.types.is_timestamp(field.type):
                texts = pa.array(table[name].json(self._style), pa.string())
                batch = batch.set_column(place, name, texts)
        options = pyarrow.csv.WriteOptions(include_header=self._writer is None)
        self._writer = self._writer or _Nothing()
        pyarrow.csv.write_csv(batch, self._out.file, options)

    def _arrow(self, table: Table) -> None:
        batch = self._described(table)
        self._writer = self._writer or pa.ipc.new_stream(self._out.file, batch.schema)
        self._writer.write_batch(batch)

    def _parquet(self, table: Table) -> None:
        batch = self._described(table)
        # Without Arrow's own schema: the file has dictionaries anyway, and every reader sees plain texts.
        self._writer = self._writer or pyarrow.parquet.ParquetWriter(
            self._out.file, batch.schema, compression="zstd", store_schema=False
        )
        self._writer.write_batch(batch)

    def _described(self, table: Table) -> pa.RecordBatch:
        batch = as_encoded(table, self._vocabularies)
        return batch.replace_schema_metadata(self._metadata)


class _Nothing:
    def close(self) -> None:
        """Nothing is written at the end."""


class Out:
    """A file that writers write to: bytes that wait to be taken."""

    closed = False

    def __init__(self, *, copies: bool = True) -> None:
        """`copies`: whether the writer uses its buffers again. Those of an Arrow stream are the columns themselves."""
        self._copies = copies
        self._waiting: list[Any] = []
        self.file = pa.PythonFile(self, mode="w")

    def write(self, content: bytes) -> int:
        """Keep it."""
        self._waiting.append(bytes(content) if self._copies else content)
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """What waits can be taken still."""

    def take(self) -> bytes:
        """All that waits."""
        waiting, self._waiting = b"".join(self._waiting), []
        return waiting
