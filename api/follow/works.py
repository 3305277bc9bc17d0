"""Works: the long work on a model that this process writes, each in a helper: merging segments, building anew."""

import asyncio
import functools
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from api.errors import ReadModelDamaged
from api.follow.feeding import Feeding
from api.follow.helper import HelperFailed, run_helper
from api.follow.upkeep import Rebuild, Upkeep
from api.readmodel import disk
from api.readmodel.disk import Source
from api.readmodel.model import ReadModel
from api.readmodel.place import Place
from api.readmodel.segment import Segment
from gdp.names import GdpName, printable

RETRY_S = 5.0
log = structlog.get_logger()


async def compact(feeding: Feeding, chosen: Sequence[Segment], upkeep: Upkeep) -> None:
    """Merge the chosen segments. What goes wrong is counted, and changes nothing."""
    model, filing, began = feeding.model, feeding.filing, time.monotonic()
    assert model.manifest is not None, "what is merged has names"
    watermark = model.manifest.watermark
    target = model.directory / f"{watermark:019d}-{os.urandom(4).hex()}{disk.SEGMENT_SUFFIX}"
    job = {"sources": [str(each.path) for each in chosen], "target": str(target), "watermark": watermark}
    filing.merging(target.name)
    try:
        await run_helper("api.compact", job, lambda _: None)
        await filing.swap(chosen, target)
    except (HelperFailed, ReadModelDamaged, OSError) as fault:
        await _failed("not_compacted", fault, upkeep)
        return
    finally:
        filing.merging(None)
    upkeep.compactions += 1
    upkeep.compacted_rows += (rows := sum(each.columns.rows for each in chosen))
    upkeep.compaction_s += time.monotonic() - began
    log.info("compacted", segments=len(chosen), rows=rows, seconds=round(time.monotonic() - began, 1))


async def rebuild(
    model: ReadModel,
    place: Place,
    source: Source,
    server: GdpName,
    *,
    upkeep: Upkeep,
    switch: Callable[[Path], Awaitable[None]],
) -> None:
    """Build the model anew beside the one that serves.

    Args:
        model: what serves.
        place: where both lie.
        source: what the new one is made from.
        server: whose feed is read.
        upkeep: is told how far it is.
        switch: is called with the new one's directory when it is whole.
    """
    assert model.manifest is not None, "what is empty is not stale"
    directory = await asyncio.to_thread(place.rebuilding)
    job = _rebuild_job(directory, source, server, model.position)
    reason = _difference(asdict(model.manifest.stamp), job["stamp"])
    upkeep.rebuild = Rebuild(reason, model.segment_rows + model.tail_rows, began=time.monotonic())
    log.info("rebuilding", reason=reason, directory=directory.name, of_rows=upkeep.rebuild.of_rows)
    try:
        await run_helper("api.rebuild", job, functools.partial(_hear, upkeep.rebuild))
        await switch(directory)
    except (HelperFailed, OSError) as fault:
        await _failed("not_rebuilt", fault, upkeep)
    else:
        upkeep.rebuilds += 1
        log.info("rebuilt", rows=upkeep.rebuild.rows, seconds=round(upkeep.rebuild.seconds, 1))
    finally:
        upkeep.rebuild = None


def _rebuild_job(directory: Path, source: Source, server: GdpName, until: int) -> dict[str, Any]:
    """What the process that rebuilds is told."""
    return {
        "directory": str(directory),
        "catalogue": printable(source.catalogue),
        "server": printable(server),
        "store": source.store,
        "stamp": asdict(source.stamp),
        "until": until,
    }


def _hear(known: Rebuild, line: dict[str, Any]) -> None:
    known.rows = line["rows"]
    if time.monotonic() - known.told >= RETRY_S:
        known.told = time.monotonic()
        log.info("rebuilding", rows=known.rows, of_rows=known.of_rows, percent=round(100 * known.share))


def _difference(old: dict[str, Any], new: dict[str, Any]) -> str:
    return ", ".join(f"{name} {old[name] or 'unknown'} → {new[name]}" for name in new if old[name] != new[name])


async def _failed(event: str, fault: Exception, upkeep: Upkeep) -> None:
    upkeep.failures += 1
    log.error(event, fault=str(fault))  # a helper's fault, said in words
    await asyncio.sleep(RETRY_S)
