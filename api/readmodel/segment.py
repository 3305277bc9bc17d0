"""A segment: one immutable, memory-mapped Arrow IPC file of rows sorted by (series, time, recno, ordinal).

Everything that is needed to read it is in the file: columns as the read model has them, and in the schema's metadata
the series that occur, where each begins, the watermark, the decoder set and a checksum. Other tools open it too.
"""

import mmap
import zlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from api.errors import ReadModelDamaged
from api.readmodel import scratch
from api.readmodel.plan import Size
from api.readmodel.rows import DTYPES, Columns, Ints
from api.readmodel.run import Run
from api.readmodel.series import SeriesKey, SeriesTable

FORMAT = 2
READABLE = (1, 2)
"""The checksum of format 1 is of columns and texts only."""
META = b"hearthlog"
OFFSETS = b"hearthlog.offsets"


class Segment:
    """An open segment; its columns are views of the mapped file, and stay valid while this object lives."""

    def __init__(self, path: Path, file: BinaryIO | None = None, *, check: bool = True) -> None:
        """Map and check the file at `path`, or an open one that may have no name any more.

        Raises:
            FileNotFoundError: there is none.
            ReadModelDamaged: not a segment of ours, or its bytes are not what was written.
        """
        self.path = path
        mapped = _map(path, file)
        batch = _batch(mapped, path)
        meta = _meta(batch, path)
        offsets = batch.schema.metadata[OFFSETS]
        self.columns = _columns(batch)
        self.decoders = str(meta["decoders"])
        self._texts: pa.StringArray = batch.column("text").dictionary
        self.series = {int(number): SeriesKey(*key) for number, key in meta["series"]}
        self.logged_max: int = meta["logged_max"]
        self._time_range: tuple[int, int] = tuple(meta["time_range"])
        self._logged_min: int = meta["logged_min"]
        self._blocks: Ints = np.frombuffer(offsets, np.int64)
        """Where each series begins, in the order of the file; `_lo` is in that of the numbers."""
        self._lo = self._blocks
        self._hi: Ints = np.append(self._lo[1:], self.columns.rows).astype(np.int64)
        self.present = np.array(list(self.series), np.int32)
        """The numbers of the series that occur, ascending."""
        self._bounds: dict[int, tuple[int, int]] = {}
        """Where the rows of a series begin and end, of those that were asked for one by one."""
        if check:
            if _checksum(self.columns, self._texts, meta, offsets) != meta["crc32"]:
                raise ReadModelDamaged(f"{path.name} does not have the checksum that it was written with")
            # Checking has touched every page; only those that are asked for need to be in our memory.
            mapped.madvise(mmap.MADV_DONTNEED)

    def bind(self, table: SeriesTable) -> None:
        """From now on the series have the numbers of `table`, which learns those that it does not know."""
        numbers = np.array([table.adopt(number, key) for number, key in self.series.items()], np.int32)
        if bool(np.all(numbers == self.present)):
            return
        counts = np.diff(np.append(self._blocks, self.columns.rows))
        in_file = np.argsort(self._lo, kind="stable")
        self.columns = self.columns._replace(series=np.repeat(numbers[in_file], counts))
        order = np.argsort(numbers, kind="stable")
        keys = list(self.series.values())
        self.series = {int(numbers[place]): keys[place] for place in order.tolist()}
        self.present, self._lo, self._hi = numbers[order], self._lo[order], self._hi[order]
        self._bounds = {}

    def run(self, ids: NDArray[np.int32], by: str) -> Run:
        """The rows of `ids`, in the file's order for `device`; for `logged` a permutation, if any row came late."""
        places = np.searchsorted(self.present, ids)
        places = places[self.present[np.minimum(places, len(self.present) - 1)] == ids]
        found, lo, hi = self.present[places], self._lo[places], self._hi[places]
        if by == "device":
            return Run(self, self.columns.time, None, found, lo, hi, *self._time_range)
        return Run(self, *self._by_logged, found, lo, hi, self._logged_min, self.logged_max)

    def run_within(self, ids: NDArray[np.int32], by: str, start: int | None, end: int | None) -> Run:
        """See `Part`."""
        return self.run(ids, by).window(start, end)

    def merged(self, ids: NDArray[np.int32], by: str) -> Run:
        """The rows of `ids` series by series, as they lie in the file."""
        return self.run(ids, by)

    def rows_of(self, number: int, by: str, start: int, end: int) -> slice | Ints | None:
        """See `Part`."""
        low, high = self._time_range if by == "device" else (self._logged_min, self.logged_max)
        if low >= end or high < start:
            return None
        bounds = self._bounds.get(number)
        if bounds is None:
            bounds = self._bounds[number] = self._bounds_of(number)
        lo, hi = bounds
        key, order = (self.columns.time, None) if by == "device" else self._by_logged
        own = key[lo:hi]
        first = lo if low >= start else lo + int(own.searchsorted(start))
        last = hi if high < end else lo + int(own.searchsorted(end))
        if first >= last:
            return None
        return slice(first, last) if order is None else order[first:last]

    def _bounds_of(self, number: int) -> tuple[int, int]:
        place = int(self.present.searchsorted(np.int32(number)))
        if place == len(self.present) or self.present[place] != number:
            return 0, 0
        return int(self._lo[place]), int(self._hi[place])

    def text(self, index: int) -> str:
        """The text behind an index."""
        return str(self._texts[index].as_py())

    @property
    def dictionary(self) -> pa.StringArray:
        """All texts, in the order of their indices."""
        return self._texts

    @property
    def size(self) -> Size:
        """How big it is."""
        return Size(self.columns.rows, int(self._texts.nbytes))

    def tops(self) -> dict[int, int]:
        """Per log id the greatest record number that occurs."""
        # Rows lie by time, so a late one may have the greatest.
        tops = np.maximum.reduceat(self.columns.recno, self._blocks) if self.columns.rows else ()
        by_block = dict(zip(self._blocks.tolist(), tops, strict=True))
        found: dict[int, int] = {}
        for first, key in zip(self._lo.tolist(), self.series.values(), strict=True):
            found[key.log] = max(found.get(key.log, 0), int(by_block[first]))
        return found

    @cached_property
    def _by_logged(self) -> tuple[Ints, Ints | None]:
        logged, ordinal = self.columns.logged, self.columns.ordinal
        later, equal = logged[1:] > logged[:-1], logged[1:] == logged[:-1]
        good = later | (equal & (ordinal[1:] > ordinal[:-1]))
        good[self._blocks[1:] - 1] = True
        if bool(good.all()):
            return logged, None
        key, order = self._scratch()
        key[:], order[:] = logged, np.arange(len(logged))
        late = np.unique(np.searchsorted(self._blocks, np.flatnonzero(~good), side="right")) - 1
        ends = np.append(self._blocks[1:], len(logged))
        for first, last in zip(self._blocks[late].tolist(), ends[late].tolist(), strict=True):
            sorting = np.lexsort((ordinal[first:last], logged[first:last]))
            order[first:last] = first + sorting
            key[first:last] = logged[first:last][sorting]
        return key, order

    def _scratch(self) -> tuple[Ints, Ints]:
        rows = self.columns.rows
        try:
            key, order = scratch.arrays(self.path.parent, rows, (np.int64, np.int64))
        except OSError:
            key, order = np.empty(rows, np.int64), np.empty(rows, np.int64)
        return key, order


def checksum(columns: Columns, dictionary: pa.StringArray, meta: Mapping[str, Any], offsets: bytes) -> int:
    """CRC-32 of all columns, the texts, the description without the checksum itself, and the offsets."""
    crc = _crc_of_columns(columns)
    _, places, texts = dictionary.buffers()
    # Buffers may be longer than what is used of them.
    used = np.frombuffer(places, np.int32, len(dictionary) + 1)
    crc = zlib.crc32(memoryview(texts)[: used[-1]] if texts else b"", zlib.crc32(used.data, crc))
    described = orjson.dumps({name: value for name, value in meta.items() if name != "crc32"})
    return zlib.crc32(offsets, zlib.crc32(described, crc))


def _checksum(columns: Columns, dictionary: pa.StringArray, meta: Mapping[str, Any], offsets: bytes) -> int:
    if meta["format"] == FORMAT:
        return checksum(columns, dictionary, meta, offsets)
    return zlib.crc32("\0".join(map(str, dictionary.to_pylist())).encode(), _crc_of_columns(columns))


def _crc_of_columns(columns: Columns) -> int:
    crc = 0
    for array in columns.arrays():
        crc = zlib.crc32(array.data, crc)
    return crc


def _map(path: Path, file: BinaryIO | None) -> mmap.mmap:
    try:
        if file is not None:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        with path.open("rb") as opened:
            return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as fault:
        raise ReadModelDamaged(f"{path.name} cannot be opened: {fault}") from fault


def _batch(mapped: mmap.mmap, path: Path) -> pa.RecordBatch:
    try:
        return pa.ipc.open_file(pa.py_buffer(mapped)).get_batch(0)
    except (OSError, pa.ArrowException) as fault:
        raise ReadModelDamaged(f"{path.name} cannot be opened: {fault}") from fault


def _meta(batch: pa.RecordBatch, path: Path) -> dict[str, Any]:
    metadata = batch.schema.metadata or {}
    if META not in metadata or OFFSETS not in metadata or batch.schema.names != list(DTYPES):
        raise ReadModelDamaged(f"{path.name} is no segment of ours")
    try:
        meta: dict[str, Any] = orjson.loads(metadata[META])
    except ValueError as fault:
        raise ReadModelDamaged(f"{path.name} is no segment of ours: {fault}") from fault
    if meta["format"] not in READABLE:
        raise ReadModelDamaged(f"{path.name} is of format {meta['format']}, known are {READABLE}")
    return meta


def _columns(batch: pa.RecordBatch) -> Columns:
    arrays = [batch.column(name) for name in DTYPES]
    arrays[-1] = arrays[-1].indices
    return Columns(*(array.to_numpy(zero_copy_only=True) for array in arrays))
