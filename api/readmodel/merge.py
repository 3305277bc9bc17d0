"""Merging segments into one, piece by piece: what it needs of memory does not grow with them.

Runs in the process of its own that `api.compact` is. The result is written column by column into scratch first, for
an Arrow file is written from whole columns.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from api.readmodel import scratch
from api.readmodel.rows import DTYPES, Columns
from api.readmodel.run import spans
from api.readmodel.segment import Segment
from api.readmodel.segment_file import SegmentRows, file_order, write
from api.readmodel.series import SeriesTable

PIECE_ROWS = 1 << 20


class _Piece(NamedTuple):
    """Rows that stand together in the result: those of some series, with start ≤ time < end."""

    ids: NDArray[np.int32]
    start: int | None = None
    end: int | None = None


def merge(paths: Sequence[Path], target: Path, *, watermark: int, piece_rows: int = PIECE_ROWS) -> int:
    """Write all rows of the segments at `paths`, oldest first, into one at `target`; returns how many there are.

    Raises:
        OSError: one cannot be read, or the disk has no room; nothing is at `target`.
        ReadModelDamaged: one is not what was written.
    """
    table, segments = SeriesTable(), [Segment(path) for path in paths]
    for each in segments:
        each.bind(table)
    dictionary, lookups = _texts(segments)
    rows = sum(each.columns.rows for each in segments)
    columns = Columns(*scratch.arrays(target.parent, rows, tuple(DTYPES.values())))
    done = 0
    for piece in _pieces(segments, piece_rows):
        part = _rows(segments, lookups, piece)
        for whole, own in zip(columns.arrays(), part.arrays(), strict=True):
            whole[done : done + part.rows] = own
        done += part.rows
    assert done == rows, "every row is in one piece"
    series = {number: key for each in segments for number, key in each.series.items()}
    write(target, SegmentRows(columns, dictionary, series, segments[-1].decoders, watermark))
    return rows


def _texts(segments: Sequence[Segment]) -> tuple[pa.StringArray, list[NDArray[np.int32]]]:
    """One dictionary, and for each segment where its own texts stand in it. The empty text comes first in each."""
    joined = pa.concat_arrays([each.dictionary for each in segments]).dictionary_encode()
    numbers = joined.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    ends = np.cumsum([len(each.dictionary) for each in segments])
    return joined.dictionary, np.split(numbers, ends[:-1])


def _pieces(segments: Sequence[Segment], piece_rows: int) -> Iterator[_Piece]:
    """All rows in the order of the result, about `piece_rows` a piece."""
    ids = np.unique(np.concatenate([each.present for each in segments]))
    sizes = np.zeros(len(ids), np.int64)
    for each in segments:
        run = each.run(ids, "device")
        sizes[np.searchsorted(ids, run.ids)] += run.hi - run.lo
    first = 0
    while first < len(ids):
        last = first + max(1, int(np.searchsorted(np.cumsum(sizes[first:]), piece_rows, side="right")))
        chosen = ids[first:last]
        if sizes[first:last].sum() > piece_rows:
            yield from _by_time(segments, chosen, piece_rows)
        else:
            yield _Piece(chosen)
        first = last


def _by_time(segments: Sequence[Segment], ids: NDArray[np.int32], piece_rows: int) -> Iterator[_Piece]:
    """One series in pieces of time; rows of one time stay together."""
    runs = [each.run(ids, "device") for each in segments]
    share = max(piece_rows // len(segments), 1)
    cuts = np.unique(np.concatenate([run.key[run.lo[0] : run.hi[0] : share] for run in runs if len(run.ids)]))
    edges: list[int | None] = [None, *cuts[len(segments) :: len(segments)].tolist(), None]
    for start, end in pairwise(edges):
        yield _Piece(ids, start, end)


def _rows(segments: Sequence[Segment], lookups: Sequence[NDArray[np.int32]], piece: _Piece) -> Columns:
    pieces = []
    for each, lookup in zip(segments, lookups, strict=True):
        run = each.run(piece.ids, "device").window(piece.start, piece.end)
        taken = each.columns.take(spans(run.lo, run.hi - run.lo))
        pieces.append(taken._replace(text=lookup[taken.text]))
    columns = Columns.join(pieces)
    return columns.take(file_order(columns))
