"""Records of the sink's own log, put into a test's store."""

import json

from gdp.store import Write
from tests.api.recorder import Recorder

WELL = {"session": True, "subscribed": True, "saving": True}
COUNTS = {
    "received": 12,
    "stored": 9,
    "acknowledged": 9,
    "stale_acks": 0,
    "duplicates": 1,
    "retained_repeats": 0,
    "unwanted": 0,
    "refused": {"payload_too_big": 1},
    "waiting": 3,
    "in_flight": 1,
    "oldest_s": 0.25,
    "unfiled_logs": 4,
    "unfiled_s": 90.0,
    "commit_log_bytes": 1_000_000,
    "store_bytes": 5_000_000,
    "disk_free_bytes": 50_000_000_000,
    "up_s": 3_600,
    "fsync_ms": 0.3,
    "fsync_ms_max": 4.2,
}


async def own_log(recorder: Recorder, event: str, state: dict | None = None, **fields: object) -> int:
    """Write one; returns its logged time."""
    record = {"event": event, "state": WELL | (state or {}), "epoch": 1, **fields}
    data = json.dumps(record).encode()
    results = await recorder.committer.submit([Write("$hearthlog/sink", (data,), kind="sink")])
    return results[-1].ts


async def heartbeat(recorder: Recorder, **counts: object) -> int:
    return await own_log(recorder, "heartbeat", counters=COUNTS | counts, clock_offset_ns=0)
