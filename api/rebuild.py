"""`python -m api.rebuild`: builds a read model anew in a directory of its own, at a low priority, and ends.

The job names directory, store, and what rows are to be made by. Killed at any moment it goes on next time where its
manifest ends. When it has caught up with the feed all rows are in its segments, and whoever started it opens them.
"""

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import structlog
import uvloop

from api import log_lines
from api.follow.feeding import Feeding
from api.follow.helper import job_of_parent
from api.follow.progress import Progress
from api.follow.sink_state import SinkState
from api.live.hub import Hub
from api.readmodel import disk
from api.readmodel.disk import Source
from api.readmodel.manifest import Stamp
from api.readmodel.model import ReadModel
from api.settings import ApiSettings
from gdp.address import split_address
from gdp.client import GdpClient
from gdp.names import parse_name
from gdp.settings import ClientSettings

NICE = 15
LOOK_S = 0.5
LAG_S_MAX = 2.0
NS_PER_S = 1e9
log = structlog.get_logger()


async def rebuild(job: dict[str, Any], settings: ApiSettings) -> None:
    """Follow the feed until there is nothing more to come in a moment."""
    model = await asyncio.to_thread(_open, job, settings)
    client_settings = ClientSettings(request_timeout_s=settings.store_read_timeout_s)
    progress, sink = Progress(), SinkState()
    async with (
        GdpClient.connect(*split_address(settings.gdp), settings=client_settings) as client,
        asyncio.TaskGroup() as group,
    ):
        server = parse_name(job["server"])
        feeding = Feeding.begin(group, settings, client, server, model, hub=Hub(), progress=progress, sink=sink)
        records = -1
        while not _caught_up(progress, sink, job["until"], records):
            records = progress.records
            await asyncio.sleep(LOOK_S)
            say({"rows": model.tail_rows + model.segment_rows})
        await feeding.end(keep_rows_min=1)
    say({"rows": model.segment_rows})


def _caught_up(progress: Progress, sink: SinkState, until: int, records: int) -> bool:
    if progress.snapshot or progress.watermark < until:
        return False
    lag_s = (time.time_ns() - sink.clock_offset_ns - progress.watermark) / NS_PER_S
    return lag_s <= LAG_S_MAX or progress.records == records


def _open(job: dict[str, Any], settings: ApiSettings) -> ReadModel:
    directory, rows_max = Path(job["directory"]), settings.tail_rows_max
    source = Source(parse_name(job["catalogue"]), job["store"], Stamp(**job["stamp"]))
    model = ReadModel.open(directory, source, tail_rows_max=rows_max)
    if model.is_stale:
        disk.clear(directory)
        model = ReadModel.open(directory, source, tail_rows_max=rows_max)
    return model


def say(line: dict[str, Any]) -> None:
    """Tell the parent how far it is."""
    sys.stdout.buffer.write(orjson.dumps(line) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    os.nice(NICE)
    log_lines.configure()
    uvloop.run(rebuild(job_of_parent(), ApiSettings.load()))
    # What waits for the parent's end would keep it.
    os._exit(0)
