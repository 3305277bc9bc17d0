"""The bytes of a dataset: an Arrow IPC stream in one spelling, so that equal tables are equal bytes."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from api.datasets.manifest import Columned, Made
from api.errors import TooManyBytes
from api.web.formats import BATCH_ROWS
from api.web.table import Column, Integers, Numbers, Table, Texts, Times, Truths, as_batch

META = b"hearthlog-dataset"


class ArrowWriter:
    """Writes tables with the same columns, one after another. Any thread, one at a time."""

    def __init__(self, file: BinaryIO, id_: str, *, bytes_max: int) -> None:
        self._out = _Hashed(file, bytes_max)
        self._metadata = {META: id_.encode()}
        self._writer: Any = None
        self._schema: pa.Schema | None = None
        self._rows = 0

    def add(self, table: Table) -> None:
        """Write a table, in batches of `BATCH_ROWS`: where a batch ends is part of the bytes.

        Raises:
            TooManyBytes: the file would be larger than `bytes_max`.
        """
        whole = as_batch(table)
        for first in range(0, max(whole.num_rows, 1), BATCH_ROWS):
            batch = spelled(whole.slice(first, BATCH_ROWS)).replace_schema_metadata(self._metadata)
            if self._writer is None:
                self._schema = batch.schema
                self._writer = pa.ipc.new_stream(self._out.file, batch.schema)
            self._writer.write_batch(batch)
            self._rows += batch.num_rows

    def end(self) -> Made:
        """Write the end; what was made. There was at least one table."""
        assert self._schema is not None
        self._writer.close()
        columns = tuple(Columned(field.name, str(field.type)) for field in self._schema)
        return Made(self._out.digest.hexdigest(), self._out.size, self._rows, columns)


def spelled(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same batch with one content under nulls, and a mask only where there are some."""
    return pa.record_batch([_spelled(column) for column in batch.columns], schema=batch.schema)


def _spelled(column: pa.Array) -> pa.Array:
    if not column.null_count or pa.types.is_string(column.type) or pa.types.is_boolean(column.type):
        return column
    plain = column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
    values = plain.fill_null(0).to_numpy(zero_copy_only=False)
    mask = column.is_null().to_numpy(zero_copy_only=False)
    return pa.array(values, plain.type, mask=mask).cast(column.type)


def read_tables(path: Path) -> Iterator[Table]:
    """The batches of a file, as tables that every format can be written from."""
    with pa.memory_map(str(path)) as file, pa.ipc.open_stream(file) as reader:
        for batch in reader:
            yield {name: _column(array) for name, array in zip(batch.schema.names, batch.columns, strict=True)}


def _column(array: pa.Array) -> Column:
    kind = array.type
    if pa.types.is_string(kind):
        return Texts(array.to_pylist())
    if pa.types.is_boolean(kind):
        return Truths(array.to_numpy(zero_copy_only=False).astype(np.bool_))
    if pa.types.is_floating(kind):
        return Numbers(array.to_numpy(zero_copy_only=False))
    known = None if not array.null_count else array.is_valid().to_numpy(zero_copy_only=False)
    numbers = array.cast(pa.int64()).fill_null(0).to_numpy()
    return Times(numbers, known) if pa.types.is_timestamp(kind) else Integers(numbers, known)


class _Hashed:
    """A file that knows the SHA-256 of what was written to it."""

    closed = False

    def __init__(self, file: BinaryIO, bytes_max: int) -> None:
        self._file = file
        self._bytes_max = bytes_max
        self.digest = hashlib.sha256()
        self.size = 0
        self.file = pa.PythonFile(self, mode="w")

    def write(self, content: bytes) -> int:
        """Pass it on.

        Raises:
            TooManyBytes: there are too many.
        """
        self.size += len(content)
        if self.size > self._bytes_max:
            raise TooManyBytes(f"the dataset has more than {self._bytes_max} bytes")
        self.digest.update(content)
        self._file.write(content)
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """The file is closed by who opened it."""
