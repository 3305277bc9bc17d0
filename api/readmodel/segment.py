"""A segment: one immutable, memory-mapped Arrow IPC file of rows sorted by (series, time, recno, ordinal).

Everything that is needed to read it is in the file: columns as the read model has them, and in the schema's metadata
the series that occur, where each begins, the watermark, the decoder set and a checksum. Other tools open it too.
"""

import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from api.errors import ReadModelDamaged
from api.readmodel.files import write_durably
from api.readmodel.rows import DTYPES, NO_TEXT, Columns, Ints
from api.readmodel.run import Part, Run, bounds
from api.readmodel.series import SeriesKey

FORMAT = 1
META = b"hearthlog"
OFFSETS = b"hearthlog.offsets"


class Segment:
    """An open segment; its columns are views of the mapped file, and stay valid while this object lives."""

    def __init__(self, path: Path, *, decoders: str) -> None:
        """Map and check the file.

        Raises:
            ReadModelDamaged: not a segment of this format and decoder set, or its bytes are not what was written.
        """
        self.path = path
        batch = _map(path)
        meta = _meta(batch, path)
        if meta["format"] != FORMAT or meta["decoders"] != decoders:
            raise ReadModelDamaged(f"{path.name} is of another version")
        self.columns = _columns(batch)
        self._texts: pa.StringArray = batch.column("text").dictionary
        self.series = {int(number): SeriesKey(*key) for number, key in meta["series"]}
        self.logged_max: int = meta["logged_max"]
        self._time_range: tuple[int, int] = tuple(meta["time_range"])
        self._logged_min: int = meta["logged_min"]
        self._lo: Ints = np.frombuffer(batch.schema.metadata[OFFSETS], np.int64)
        self._hi = np.append(self._lo[1:], self.columns.rows).astype(np.int64)
        self._present = np.array(list(self.series), np.int32)
        if _checksum(self.columns, self._texts) != meta["crc32"]:
            raise ReadModelDamaged(f"{path.name} does not have the checksum that it was written with")

    def run(self, ids: NDArray[np.int32], by: str) -> Run:
        """The rows of `ids`, in the file's order for `device`; for `logged` a permutation, if any row came late."""
        places = np.searchsorted(self._present, ids)
        places = places[self._present[np.minimum(places, len(self._present) - 1)] == ids]
        found, lo, hi = self._present[places], self._lo[places], self._hi[places]
        if by == "device":
            return Run(self, self.columns.time, None, found, lo, hi, *self._time_range)
        return Run(self, *self._by_logged, found, lo, hi, self._logged_min, self.logged_max)

    def merged(self, ids: NDArray[np.int32], by: str) -> Run:
        """The rows of `ids` series by series, as they lie in the file."""
        return self.run(ids, by)

    def text(self, index: int) -> str:
        """The text behind an index."""
        return str(self._texts[index].as_py())

    def texts(self) -> list[str]:
        """All texts, in the order of their indices."""
        return [str(text) for text in self._texts.to_pylist()]

    @cached_property
    def _by_logged(self) -> tuple[Ints, Ints | None]:
        series, logged, ordinal = self.columns.series, self.columns.logged, self.columns.ordinal
        same = series[1:] == series[:-1]
        later, equal = logged[1:] > logged[:-1], logged[1:] == logged[:-1]
        if bool(np.all(~same | later | (equal & (ordinal[1:] > ordinal[:-1])))):
            return logged, None
        order = np.lexsort((ordinal, logged, series))
        return logged[order], order


@dataclass(frozen=True, slots=True)
class SegmentRows:
    """Rows that are to become a segment, in any order, with the texts and series that they mean."""

    columns: Columns
    texts: list[str]
    series: dict[int, SeriesKey]


def gather(parts: list[Part], texts: list[list[str]], keys: dict[int, SeriesKey]) -> SegmentRows:
    """All rows of several parts, with one dictionary of texts instead of one each."""
    numbers = {"": NO_TEXT}
    pieces = []
    for part, own in zip(parts, texts, strict=True):
        lookup = np.array([numbers.setdefault(text, len(numbers)) for text in own], np.int32)
        pieces.append(part.columns._replace(text=lookup[part.columns.text]))
    columns = Columns.join(pieces)
    present = np.unique(columns.series).tolist()
    return SegmentRows(columns, list(numbers), {number: keys[number] for number in present})


def write(path: Path, rows: SegmentRows, *, decoders: str, watermark: int) -> None:
    """Sort the rows and write them to `path` for good: it appears whole or not at all."""
    unsorted = rows.columns
    order = np.lexsort((unsorted.ordinal, unsorted.recno, unsorted.time, unsorted.series))
    columns = unsorted.take(order)
    dictionary = pa.array(rows.texts, pa.string())
    present, lo, _ = bounds(columns.series)
    meta = {
        "format": FORMAT,
        "decoders": decoders,
        "watermark": watermark,
        "series": [(number, tuple(rows.series[number])) for number in present.tolist()],
        "time_range": [int(columns.time.min()), int(columns.time.max())],
        "logged_min": int(columns.logged.min()),
        "logged_max": int(columns.logged.max()),
        "crc32": _checksum(columns, dictionary),
    }
    arrays: list[Any] = [pa.array(array) for array in columns[:-1]]
    arrays.append(pa.DictionaryArray.from_arrays(pa.array(columns.text), dictionary))
    schema = pa.schema(
        [pa.field(name, array.type) for name, array in zip(DTYPES, arrays, strict=True)],
        metadata={META: orjson.dumps(meta), OFFSETS: lo.tobytes()},
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, schema) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))
    write_durably(path, memoryview(sink.getvalue()))


def _map(path: Path) -> pa.RecordBatch:
    try:
        return pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)
    except (OSError, pa.ArrowException) as fault:
        raise ReadModelDamaged(f"{path.name} cannot be opened: {fault}") from fault


def _meta(batch: pa.RecordBatch, path: Path) -> dict[str, Any]:
    metadata = batch.schema.metadata or {}
    if META not in metadata or OFFSETS not in metadata or batch.schema.names != list(DTYPES):
        raise ReadModelDamaged(f"{path.name} is no segment of ours")
    meta: dict[str, Any] = orjson.loads(metadata[META])
    return meta


def _columns(batch: pa.RecordBatch) -> Columns:
    arrays = [batch.column(name) for name in DTYPES]
    arrays[-1] = arrays[-1].indices
    return Columns(*(array.to_numpy(zero_copy_only=True) for array in arrays))


def _checksum(columns: Columns, dictionary: pa.StringArray) -> int:
    crc = 0
    for array in columns.arrays():
        crc = zlib.crc32(array.data, crc)
    return zlib.crc32("\0".join(map(str, dictionary.to_pylist())).encode(), crc)
