"""Writing segments: rows of any parts, sorted, with one dictionary of texts, into a file that other tools open too."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import orjson
import pyarrow as pa

from api.readmodel.files import durably
from api.readmodel.rows import DTYPES, NO_TEXT, Columns
from api.readmodel.run import Part, bounds
from api.readmodel.segment import FORMAT, META, OFFSETS, Segment, checksum
from api.readmodel.series import SeriesKey


@dataclass(frozen=True, slots=True)
class SegmentRows:
    """The rows of a segment in their order, with the texts and series that they mean, and what is said of them."""

    columns: Columns
    dictionary: pa.StringArray
    series: Mapping[int, SeriesKey]
    decoders: str
    watermark: int


def gather(parts: Sequence[Part], keys: Sequence[SeriesKey], *, decoders: str, watermark: int) -> SegmentRows:
    """All rows of several parts, sorted, with one dictionary of the texts that occur."""
    numbers = {"": NO_TEXT}
    pieces = []
    for part in parts:
        used = np.unique(part.columns.text)
        lookup = np.zeros(int(used[-1]) + 1 if len(used) else 1, np.int32)
        lookup[used] = [numbers.setdefault(part.text(number), len(numbers)) for number in used.tolist()]
        pieces.append(part.columns._replace(text=lookup[part.columns.text]))
    columns = Columns.join(pieces)
    columns = columns.take(file_order(columns))
    series = {number: keys[number] for number in np.unique(columns.series).tolist()}
    return SegmentRows(columns, pa.array(list(numbers), pa.string()), series, decoders, watermark)


def file_order(columns: Columns) -> Any:
    """The permutation that puts rows into the order of a segment."""
    return np.lexsort((columns.ordinal, columns.recno, columns.time, columns.series))


def write(path: Path, rows: SegmentRows) -> None:
    """Write the rows to `path` for good: it appears whole or not at all.

    Raises:
        OSError: it could not be written; nothing is at `path`.
    """
    with durably(path) as file:
        _write(file, rows)


def spill(directory: Path, rows: SegmentRows) -> Segment:
    """A segment in a file without a name in `directory`: it takes no memory, and is gone with this process.

    Raises:
        OSError: it could not be written.
    """
    with tempfile.TemporaryFile(dir=directory) as file:
        _write(file, rows)
        file.flush()
        return Segment(directory / "spilled", file, check=False)


def _write(file: BinaryIO, rows: SegmentRows) -> None:
    columns = rows.columns
    present, lo, _ = bounds(columns.series)
    offsets = lo.tobytes()
    meta: dict[str, Any] = {
        "format": FORMAT,
        "decoders": rows.decoders,
        "watermark": rows.watermark,
        "series": [(number, tuple(rows.series[number])) for number in present.tolist()],
        "time_range": [int(columns.time.min()), int(columns.time.max())],
        "logged_min": int(columns.logged.min()),
        "logged_max": int(columns.logged.max()),
    }
    meta["crc32"] = checksum(columns, rows.dictionary, meta, offsets)
    arrays: list[Any] = [pa.array(array) for array in columns[:-1]]
    arrays.append(pa.DictionaryArray.from_arrays(pa.array(columns.text), rows.dictionary))
    schema = pa.schema(
        [pa.field(name, array.type) for name, array in zip(DTYPES, arrays, strict=True)],
        metadata={META: orjson.dumps(meta), OFFSETS: offsets},
    )
    with pa.ipc.new_file(file, schema) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))
