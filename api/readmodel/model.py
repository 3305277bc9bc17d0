"""The read model as a whole: rows go in from the feed, views come out, full tails are sealed into segments."""

import asyncio
import functools
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import structlog

from api.errors import ReadModelDamaged, StartError
from api.readmodel import disk, known, segment
from api.readmodel.catalogue import Catalogue
from api.readmodel.known import Known
from api.readmodel.latest import LatestTable
from api.readmodel.manifest import Manifest
from api.readmodel.newest import newest
from api.readmodel.rows import Row
from api.readmodel.run import Part
from api.readmodel.segment import Segment
from api.readmodel.selection import Selector
from api.readmodel.series import UNUSED
from api.readmodel.tail import Tail
from api.readmodel.view import View
from gdp.names import GdpName

FOLD_ROWS_MAX = 1 << 20
"""Sealing takes in newer segments that are smaller than what it writes, up to this many rows in all."""
log = structlog.get_logger()


class _Frozen(NamedTuple):
    """A tail that is being written, and where the feed goes on after it."""

    tail: Tail
    resume: int


class ReadModel:
    """One store's rows. All methods belong to one thread, except that any thread may read a view."""

    def __init__(
        self, root: Path, opened: disk.Opened, context: Known, *, store: str, decoders: str, tail_rows_max: int
    ) -> None:
        self.root = root
        self.store = store
        self.decoders = decoders
        self.catalogue = opened.catalogue
        self.table = opened.table
        self.known = context
        self.selector = Selector(self.catalogue, self.table)
        self.latest = LatestTable()
        self.applied: dict[int, int] = {}
        """Per log id the last record number that is in the rows; the feed may send some again."""
        self.position = self._saved = opened.watermark
        self._tail_rows_max = tail_rows_max
        self._segments = opened.segments
        self._frozen: _Frozen | None = None
        self._tail = Tail()
        self._view = self._make_view()
        self._recall()

    @classmethod
    def open(cls, root: Path, catalogue: GdpName, *, store: str, decoders: str, tail_rows_max: int) -> Self:
        """Open the directory, or begin anew in it: what cannot be used is deleted, for the feed gives it again.

        Raises:
            StartError: the directory cannot be read or written.
        """
        try:
            opened, context = _open(root, catalogue, store=store, decoders=decoders)
            disk.drop_strays(root, keep=tuple(each.path.name for each in opened.segments))
        except OSError as fault:
            raise StartError(f"the read model in {root} cannot be opened: {fault.strerror or fault}") from fault
        return cls(root, opened, context, store=store, decoders=decoders, tail_rows_max=tail_rows_max)

    @property
    def view(self) -> View:
        """The present state, as far as it is complete."""
        return self._view

    @property
    def tail_rows(self) -> int:
        """Rows that are only in memory."""
        return self._tail.rows + (self._frozen.tail.rows if self._frozen else 0)

    @property
    def segment_rows(self) -> int:
        """Rows in segments."""
        return sum(each.columns.rows for each in self._segments)

    @property
    def segments(self) -> int:
        """How many segments there are."""
        return len(self._segments)

    def add(self, rows: Sequence[Row]) -> None:
        """Take in rows; they are seen once the position has reached them."""
        self._tail.append(rows)
        self.latest.add(rows)

    def advance(self, position: int) -> None:
        """Show everything up to `position` (logged time in ns)."""
        self.position = max(self.position, position)
        self.latest.publish()
        self._view = self._make_view()

    @property
    def wants_seal(self) -> bool:
        """Whether the tail is full and no sealing is under way."""
        return not self.sealing and self._tail.rows >= self._tail_rows_max

    @property
    def sealing(self) -> bool:
        """Whether a tail is being written."""
        return self._frozen is not None

    @property
    def overfull(self) -> bool:
        """Whether the tail is full again although the last one is not sealed yet."""
        return self.sealing and self._tail.rows >= self._tail_rows_max

    def freeze(self, *, resume: int) -> None:
        """Begin a new tail; the one so far is to be written by `seal`.

        Args:
            resume: logged time in ns after which the feed has to go on if what is on disk then is opened next.
        """
        assert self._frozen is None, "one tail is written at a time"
        self._frozen, self._tail = _Frozen(self._tail, resume), Tail()
        self._view = self._make_view()

    async def seal(self, executor: ThreadPoolExecutor) -> None:
        """Write the frozen tail into a segment, in a thread; readers go on meanwhile. After an error call it again.

        Raises:
            OSError: it could not be written; all rows are still there.
        """
        frozen = self._frozen
        assert frozen is not None, "freeze first"
        kept, folded = self._split_segments(frozen.tail.rows)
        path = self.root / f"{frozen.resume:019d}-{os.urandom(4).hex()}{disk.SEGMENT_SUFFIX}"
        run = functools.partial(asyncio.get_running_loop().run_in_executor, executor)
        sealed = await run(self._write, path, frozen, folded)
        names = tuple(each.path.name for each in (*kept, sealed))
        lines = self.catalogue.unsaved()
        entries = Manifest(self.store, self.decoders, frozen.resume, names)
        self.known.forget(self._saved)
        await run(known.save, self.root, self.known.context)
        await run(disk.save, self.root, b"".join(lines), entries)
        self.catalogue.forget_unsaved(len(lines))
        self._segments = (*kept, sealed)
        self._saved = frozen.resume
        self._frozen = None
        self._view = self._make_view()
        log.info("sealed", rows=sealed.columns.rows, segments=len(names))

    def _split_segments(self, rows: int) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
        first = len(self._segments)
        while first and (size := self._segments[first - 1].columns.rows) <= rows and rows + size <= FOLD_ROWS_MAX:
            rows += size
            first -= 1
        return self._segments[:first], self._segments[first:]

    def _write(self, path: Path, frozen: "_Frozen", folded: Sequence[Segment]) -> Segment:
        tail = frozen.tail.snapshot()
        parts: list[Part] = [*folded, tail]
        texts = [*(each.texts() for each in folded), list(tail.texts)]
        keys = dict(enumerate(self.table.keys))
        segment.write(path, segment.gather(parts, texts, keys), decoders=self.decoders, watermark=frozen.resume)
        return Segment(path, decoders=self.decoders)

    def _make_view(self) -> View:
        tails = (self._frozen.tail, self._tail) if self._frozen else (self._tail,)
        parts: tuple[Part, ...] = (*self._segments, *(tail.snapshot() for tail in tails if tail.rows))
        return View(self.position, parts, self.table.keys, self.table.logs())

    def _recall(self) -> None:
        """Bring back what is kept in memory only: the newest rows, and how far each log was applied."""
        used = np.array([number for number, key in enumerate(self.table.keys) if key != UNUSED], np.int32)
        for each in self._segments:
            self._recall_applied(each)
        everything = View((1 << 63) - 1, self._view.parts, self._view.keys, self._view.logs)
        for by in ("device", "logged"):
            self.latest.restore(by, newest(self._view, used, by).unpack(), published=True)
            if any(self._view.hides(part) for part in self._view.parts):
                self.latest.restore(by, newest(everything, used, by).unpack(), published=False)

    def _recall_applied(self, each: Segment) -> None:
        run = each.run(np.array(list(each.series), np.int32), "device")
        tops = np.maximum.reduceat(each.columns.recno, run.lo) if len(run.lo) else ()
        for number, recno in zip(run.ids.tolist(), tops, strict=True):
            log_id = each.series[number].log
            self.applied[log_id] = max(self.applied.get(log_id, 0), int(recno))


def _open(root: Path, catalogue: GdpName, *, store: str, decoders: str) -> tuple[disk.Opened, Known]:
    try:
        opened = disk.load(root, Catalogue(catalogue), store=store, decoders=decoders)
        return opened, known.load(root) if opened.segments else Known()
    except ReadModelDamaged as fault:
        log.warning("read_model_rebuild", reason=str(fault))
        disk.clear(root)
        return disk.load(root, Catalogue(catalogue), store=store, decoders=decoders), Known()
