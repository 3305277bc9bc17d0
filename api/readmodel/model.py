"""The read model as a whole: rows go in from the feed, views come out.

Rows are in named segments, which all processes of a machine share and one of them writes, and in what this process has
beside them: spilled segments without a name, rows left over, the tail.
"""

from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import structlog

from api.errors import ReadModelDamaged, StartError
from api.readmodel import catalogue as catalogue_file
from api.readmodel import disk, known
from api.readmodel.catalogue import Catalogue
from api.readmodel.disk import Source
from api.readmodel.known import Known
from api.readmodel.latest import LatestTable
from api.readmodel.newest import newest
from api.readmodel.rows import Rows
from api.readmodel.run import Part
from api.readmodel.segment import Segment
from api.readmodel.selection import Selector
from api.readmodel.series import UNUSED, SeriesTable
from api.readmodel.tail import Tail, TailPart
from api.readmodel.view import View

TEXT_SIZE_MAX = 32 << 20
"""Characters of a tail's texts at which it is full, however few its rows are."""
log = structlog.get_logger()


class Frozen(NamedTuple):
    """A tail that is being written, and where the feed goes on after it."""

    part: TailPart
    resume: int


class ReadModel:
    """One store's rows. All methods belong to one thread, except that any thread may read a view.

    What changes the segments is `api.readmodel.filing`'s.
    """

    def __init__(
        self, directory: Path, source: Source, opened: disk.Opened, context: Known, *, tail_rows_max: int
    ) -> None:
        self.directory = directory
        self.store = source.store
        self.stamp = source.stamp
        """What this process makes rows by."""
        self.manifest = opened.manifest
        """What names the segments; None while there are none."""
        self.may_write = False
        """Whether this process names segments here; otherwise it keeps what it has beside them."""
        self.catalogue = opened.catalogue
        self.table = opened.table
        self.known = context
        self.selector = Selector(self.catalogue, self.table)
        self.latest = LatestTable()
        self.applied: dict[int, int] = {}
        """Per log id the last record number that is in the rows; the feed may send some again."""
        self.position = opened.manifest.watermark if opened.manifest else 0
        self.named = opened.segments
        self.spilled: tuple[Segment, ...] = ()
        self.left: tuple[TailPart, ...] = ()
        """Rows in memory that were left over when others of their tail were found in named segments."""
        self.frozen: Frozen | None = None
        self._tail_rows_max = tail_rows_max
        self._tail = Tail()
        self._view = self._make_view()
        self._recall()

    @classmethod
    def open(cls, directory: Path, source: Source, *, tail_rows_max: int) -> Self:
        """Open the directory, or begin anew in it: what cannot be used is deleted, for the feed gives it again.

        Raises:
            StartError: the directory cannot be read or written.
        """
        try:
            catalogue_file.mend(directory)
            opened, context = _open(directory, source)
            disk.drop_strays(directory, keep={each.path.name for each in opened.segments})
        except OSError as fault:
            raise StartError(f"the read model in {directory} cannot be opened: {fault.strerror or fault}") from fault
        model = cls(directory, source, opened, context, tail_rows_max=tail_rows_max)
        model.may_write = True
        return model

    @classmethod
    def open_shared(cls, directory: Path, source: Source, *, tail_rows_max: int) -> Self:
        """Open what another process writes, and change nothing.

        Raises:
            FileNotFoundError: it has been swapped meanwhile: open it again.
            ReadModelDamaged: it is not whole, or another store's.
        """
        return cls(directory, source, *_load(directory, source), tail_rows_max=tail_rows_max)

    @classmethod
    def empty(cls, directory: Path, source: Source, *, tail_rows_max: int) -> Self:
        """A model that knows nothing, beside whatever is in the directory."""
        opened = disk.Opened(Catalogue(source.catalogue), SeriesTable(), (), None)
        return cls(directory, source, opened, Known(), tail_rows_max=tail_rows_max)

    @property
    def view(self) -> View:
        """The present state, as far as it is complete."""
        return self._view

    @property
    def is_stale(self) -> bool:
        """Whether the named segments were made by something else than this process would use."""
        return self.manifest is not None and self.manifest.stamp != self.stamp

    @property
    def decoders(self) -> str:
        """Id of the decoder set that made the rows; two ids where older rows were made by another one."""
        if self.manifest is None or self.manifest.stamp.decoders == self.stamp.decoders:
            return self.stamp.decoders
        return f"{self.manifest.stamp.decoders}+{self.stamp.decoders}"

    @property
    def tail_rows(self) -> int:
        """Rows that are only in memory."""
        return sum(each.columns.rows for each in self.in_memory) + self._tail.rows

    @property
    def segment_rows(self) -> int:
        """Rows in segments."""
        return sum(each.columns.rows for each in (*self.named, *self.spilled))

    @property
    def segments(self) -> int:
        """How many segments there are."""
        return len(self.named) + len(self.spilled)

    @property
    def in_memory(self) -> tuple[TailPart, ...]:
        """Parts in memory that do not grow any more."""
        return (*self.left, self.frozen.part) if self.frozen else self.left

    def add(self, rows: Rows) -> None:
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
        return not self.sealing and (self.tail_rows >= self._tail_rows_max or self._tail.text_size >= TEXT_SIZE_MAX)

    @property
    def sealing(self) -> bool:
        """Whether a tail is being written."""
        return self.frozen is not None

    @property
    def overfull(self) -> bool:
        """Whether the tail is full again although the last one is not written yet."""
        return self.sealing and (self._tail.rows >= self._tail_rows_max or self._tail.text_size >= TEXT_SIZE_MAX)

    def freeze(self, *, resume: int) -> None:
        """Begin a new tail; the one so far is to be written.

        Args:
            resume: logged time in ns after which the feed has to go on if what is on disk then is opened next.
        """
        assert self.frozen is None, "one tail is written at a time"
        self.frozen = Frozen(self._tail.snapshot(), resume)
        self._tail = Tail()
        self.refresh()

    def set_tail_aside(self) -> TailPart:
        """Begin a new tail; returns the rows of the one so far, which are in no part of the model from now on."""
        part = self._tail.snapshot()
        self._tail = Tail()
        return part

    def refresh(self) -> None:
        """Show the parts as they are now."""
        self._view = self._make_view()

    def _make_view(self) -> View:
        tails = [each for each in (*self.in_memory, self._tail.snapshot()) if each.columns.rows]
        parts: tuple[Part, ...] = (*self.named, *self.spilled, *tails)
        return View(self.position, parts, self.table.keys, self.table.logs(), self.decoders)

    def _recall(self) -> None:
        """Bring back what is kept in memory only: the newest rows, and how far each log was applied."""
        used = np.array([number for number, key in enumerate(self.table.keys) if key != UNUSED], np.int32)
        for each in self.named:
            for log_id, recno in each.tops().items():
                self.applied[log_id] = max(self.applied.get(log_id, 0), recno)
        everything = View((1 << 63) - 1, self._view.parts, self._view.keys, self._view.logs)
        for by in ("device", "logged"):
            self.latest.restore(by, newest(self._view, used, by).unpack(), published=True)
            if any(self._view.hides(part) for part in self._view.parts):
                self.latest.restore(by, newest(everything, used, by).unpack(), published=False)


def _open(directory: Path, source: Source) -> tuple[disk.Opened, Known]:
    try:
        return _load(directory, source)
    except (ReadModelDamaged, FileNotFoundError) as fault:
        log.warning("read_model_rebuild", reason=str(fault))
        disk.clear(directory)
        return _load(directory, source)


def _load(directory: Path, source: Source) -> tuple[disk.Opened, Known]:
    opened = disk.load(directory, source)
    return opened, known.load(directory) if opened.segments else Known()
