"""Filing: moves a model's rows between memory and files, one change at a time, while queries go on.

Who may write names segments in the manifest. Who may not spills: the same files without a name, which are gone with the
process. So memory is bounded in both cases.
"""

import asyncio
import functools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path
from typing import TypeVar

import structlog

from api.errors import ReadModelDamaged
from api.readmodel import catalogue, disk, known, manifest, sharing
from api.readmodel.manifest import Manifest
from api.readmodel.model import Frozen, ReadModel
from api.readmodel.run import Part
from api.readmodel.segment import Segment
from api.readmodel.segment_file import gather, spill, write

T = TypeVar("T")
log = structlog.get_logger()


class Adoption(Enum):
    """How the segments that a model uses stand to those that are named."""

    same = auto()
    ahead = auto()
    """The named ones go further than this process has followed: ask again."""
    other = auto()
    """They were made from the beginning again, or of another store, or there are none any more."""


class Filing:
    """One model's files. Its methods wait for one another."""

    def __init__(self, model: ReadModel) -> None:
        self.model = model
        self._changing = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "filing")
        self._merging: set[str] = set()
        self._offered: dict[str, Segment] = {}

    def close(self) -> None:
        """End the thread once it has done what it does."""
        self._thread.shutdown()

    async def seal(self) -> None:
        """Write the frozen tail into a file; readers go on meanwhile. After an error call it again.

        Raises:
            OSError: it could not be written; all rows are still there.
        """
        async with self._changing:
            model, frozen = self.model, self.model.frozen
            assert frozen is not None, "freeze first"
            if model.may_write and not model.is_stale:
                await self._name(frozen)
            else:
                await self._spill(frozen)

    async def _name(self, frozen: Frozen) -> None:
        model = self.model
        memory = tuple(each for each in (*model.left, frozen.part) if each.columns.rows)
        groups: list[tuple[Part, ...]] = [*((each,) for each in model.spilled), *((memory,) if memory else ())]
        lines = model.catalogue.unsaved()
        sealed = await self._run(self._write, groups, frozen.resume)
        before = model.manifest
        entries = Manifest(
            model.store,
            model.stamp,
            frozen.resume,
            tuple(each.path.name for each in (*model.named, *sealed)),
            os.urandom(8).hex() if before is None else before.lineage,
        )
        model.known.forget(before.watermark if before else 0)
        try:
            await self._run(known.save, model.directory, model.known.context)
            await self._run(disk.save, model.directory, b"".join(lines), entries)
        except OSError:
            _unlink(sealed)
            raise
        model.catalogue.forget_unsaved(len(lines))
        model.named, model.spilled, model.left, model.frozen = (*model.named, *sealed), (), (), None
        model.manifest = entries
        model.refresh()
        await self._run(self._drop_strays, entries)
        log.info("sealed", rows=sum(each.columns.rows for each in sealed), segments=len(model.named))

    async def _spill(self, frozen: Frozen) -> None:
        model = self.model
        memory = [each for each in (*model.left, frozen.part) if each.columns.rows]
        if memory:
            decoders, keys = model.stamp.decoders, model.table.keys
            rows = functools.partial(gather, memory, keys, decoders=decoders, watermark=frozen.resume)
            model.spilled += (await self._run(lambda: spill(model.directory, rows())),)
        model.left, model.frozen = (), None
        model.refresh()
        log.info("spilled", rows=sum(each.columns.rows for each in memory), segments=len(model.spilled))

    async def swap(self, merged: Sequence[Segment], target: Path) -> None:
        """Name the segment that has the rows of `merged` in their place.

        Raises:
            OSError, ReadModelDamaged: it cannot be used; everything is as it was.
        """
        async with self._changing:
            model, before = self.model, self.model.manifest
            assert before is not None, "what was merged has names"
            # Whoever merged them has checked what it read and computed the checksum of what it wrote.
            fresh = await self._run(functools.partial(Segment, target, check=False))
            fresh.bind(model.table)
            first = model.named.index(merged[0])
            named = (*model.named[:first], fresh, *model.named[first + len(merged) :])
            entries = replace(before, segments=tuple(each.path.name for each in named))
            await self._run(manifest.save, model.directory, entries)
            model.named, model.manifest = named, entries
            model.refresh()
            await self._run(self._drop_strays, entries)

    def merging(self, name: str | None) -> None:
        """A file of this name is being made, and no stray; None if none is."""
        self._merging = set() if name is None else {name}

    async def adopt(self) -> Adoption:
        """Use the segments that another process has named now, instead of the rows of this one that are in them.

        Raises:
            FileNotFoundError, ReadModelDamaged: they cannot be opened; they may have been swapped meanwhile.
        """
        async with self._changing:
            model, before = self.model, self.model.manifest
            found = await self._run(manifest.load, model.directory)
            if found == before:
                return Adoption.same
            if found is None or found.store != model.store or (before and found.lineage != before.lineage):
                return Adoption.other
            fresh = await self._run(self._open_offered, found)
            if any(each.logged_max > model.position for each in fresh):
                return Adoption.ahead
            await self._take_over(found, fresh)
            return Adoption.same

    async def _take_over(self, found: Manifest, fresh: Sequence[Segment]) -> None:
        model, before = self.model, self.model.manifest
        for each in fresh:
            each.bind(model.table)
        tops = await self._run(sharing.tops_of, fresh)
        old, logs = model.in_memory, model.table.logs()
        kept = await self._run(sharing.rest, model.spilled, old, tops, logs)
        # Nothing is awaited from here on. Another tail may have been frozen meanwhile.
        since = [each for each in model.in_memory if not any(each is one for one in old)]
        young = (*since, model.set_tail_aside())
        rest = sharing.rest((), young, tops, model.table.logs())
        open_now = {each.path.name: each for each in (*model.named, *fresh)}
        model.named = tuple(open_now[name] for name in found.segments)
        model.spilled, model.left = kept.spilled, (*kept.left, *rest.left)
        if model.frozen is not None:
            model.frozen = model.frozen._replace(part=model.frozen.part.without_rows())
        model.manifest = found
        model.known.forget(before.watermark if before else 0)
        model.refresh()
        self._offered = {}

    def _open_offered(self, found: Manifest) -> list[Segment]:
        known_names = {each.path.name for each in self.model.named}
        fresh = [name for name in found.segments if name not in known_names]
        for name in fresh:
            if name not in self._offered:
                self._offered[name] = disk.open_segment(self.model.directory / name, found.stamp)
        return [self._offered[name] for name in fresh]

    async def own(self) -> None:
        """From now on this process writes here; what it has beside the named segments gets names with the next tail.

        Raises:
            OSError: the directory cannot be written.
        """
        async with self._changing:
            await self._run(catalogue.mend, self.model.directory)
            if self.model.manifest is not None:
                await self._run(self._drop_strays, self.model.manifest)
            self.model.may_write = True

    def _drop_strays(self, entries: Manifest) -> None:
        disk.drop_strays(self.model.directory, keep={*entries.segments, *self._merging})

    def _write(self, groups: Sequence[Sequence[Part]], resume: int) -> list[Segment]:
        model = self.model
        written: list[Segment] = []
        try:
            for parts in groups:
                path = model.directory / f"{resume:019d}-{os.urandom(4).hex()}{disk.SEGMENT_SUFFIX}"
                rows = gather(parts, model.table.keys, decoders=model.stamp.decoders, watermark=resume)
                write(path, rows)
                written.append(Segment(path, check=False))
        except (OSError, ReadModelDamaged):
            _unlink(written)
            raise
        return written

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)


def _unlink(segments: Sequence[Segment]) -> None:
    for each in segments:
        each.path.unlink(missing_ok=True)
