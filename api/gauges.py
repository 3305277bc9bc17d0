"""The gauges of the api: how far it is, how much it holds, who listens, and what the sink counted."""

import math
import time
from collections.abc import Iterable

from api.follow.upkeep import Upkeep
from api.health.look import Look
from api.readiness import is_connected, lag_s
from api.resident import resident
from api.services import Services
from api.words.templates import Severity

NS_PER_S = 1e9


def gauges_of(services: Services) -> Iterable[tuple[str, str, float]]:
    """All gauges as they are now: (name, meaning, value)."""
    progress, hub, home = services.progress, services.hub, services.home
    yield "hearthlog_api_up_seconds", "How long the process has run.", time.monotonic() - services.began
    yield "hearthlog_api_feed_connected", "Whether the feed is connected.", float(is_connected(services))
    yield "hearthlog_api_feed_lag_seconds", "Age of the feed's watermark.", lag_s(services)
    yield "hearthlog_api_feed_records", "Records taken in since the start.", float(progress.records)
    yield "hearthlog_api_feed_unknown_log_records", "Records of logs that no catalogue lists.", progress.unknown_logs
    yield "hearthlog_api_undecoded_messages", "Messages that are only kept.", float(progress.undecoded)
    yield "hearthlog_api_rebuilding", "Whether history is being read log by log.", float(progress.snapshot)
    yield "hearthlog_api_live_readers", "Event streams.", float(hub.readers.total())
    yield "hearthlog_api_mqtt_tunnels", "MQTT connections over WebSocket.", float(services.tunnels)
    yield "hearthlog_api_queries_waiting", "Queries that run or wait for a thread.", float(services.pools.waiting)
    yield from _from_look(services.look)
    if home is not None:
        model = home.model
        yield (
            "hearthlog_api_position_seconds",
            "Logged time that the read model has reached.",
            (model.position / NS_PER_S),
        )
        yield "hearthlog_api_tail_rows", "Rows in memory only.", float(model.tail_rows)
        yield "hearthlog_api_segment_rows", "Rows in segments.", float(model.segment_rows)
        yield "hearthlog_api_segments", "Segments on disk, spilled ones among them.", float(model.segments)
        spilled = float(len(model.spilled))
        yield (
            "hearthlog_api_spilled_segments",
            "Segments of this process only, until who writes has those rows.",
            spilled,
        )
        yield "hearthlog_api_logs", "Logs in the catalogue.", float(len(model.catalogue))
        yield "hearthlog_api_series", "Stored series.", float(len(model.table))
    yield from _from_upkeep(services.upkeep)
    anon, file = resident()
    yield "hearthlog_api_resident_anon_bytes", "Memory of the process's own.", anon
    yield "hearthlog_api_resident_file_bytes", "Mapped files in memory: a cache that the kernel takes back.", file
    for name, value in services.sink.counters.items():
        yield f"hearthlog_sink_reported_{name}", "As the sink's last heartbeat says.", value


def _from_upkeep(upkeep: Upkeep) -> Iterable[tuple[str, str, float]]:
    """What was done for the read model."""
    yield "hearthlog_api_writes_read_model", "Whether this process writes the read model.", float(upkeep.writes)
    yield "hearthlog_api_compactions", "Times that segments were merged, since the start.", float(upkeep.compactions)
    yield "hearthlog_api_compacted_rows", "Rows written by merging, since the start.", float(upkeep.compacted_rows)
    yield "hearthlog_api_compaction_seconds", "Time that merging took, since the start.", upkeep.compaction_s
    yield "hearthlog_api_upkeep_failures", "Mergers and rebuilds that failed; each is tried again.", upkeep.failures
    yield "hearthlog_api_rebuilds", "Times that the read model was built anew beside the old one.", upkeep.rebuilds
    rebuild = upkeep.rebuild
    yield (
        "hearthlog_api_rebuild_share",
        "How much of the read model is built anew, from 0 to 1; NaN while none is.",
        math.nan if rebuild is None else rebuild.share,
    )


def _from_look(seen: Look | None) -> Iterable[tuple[str, str, float]]:
    """What the last look at the home found; not a number before the first."""
    weights = [] if seen is None else [each.severity for each in seen.facts]
    for severity in (Severity.critical, Severity.warning):
        count = math.nan if seen is None else float(weights.count(severity))
        yield f"hearthlog_api_{severity.name}_faults", f"Faults that stand, {severity.name}.", count
    devices = None if seen is None else seen.devices
    yield (
        "hearthlog_api_steady_topics",
        "Topics with a usual interval.",
        math.nan if devices is None else float(devices.all),
    )
    yield (
        "hearthlog_api_silent_topics",
        "Those of them that have fallen silent.",
        math.nan if devices is None else float(devices.silent),
    )
    books = None if seen is None else seen.books
    yield (
        "hearthlog_api_books_difference_messages",
        "Delivered messages that are neither stored, in flight, known already nor refused: 0, or a mistake of ours.",
        math.nan if books is None else float(books.difference),
    )
    yield (
        "hearthlog_api_disk_full_seconds",
        "When the disk will be full as it fills now; +Inf if it does not, NaN while that is not known.",
        math.nan if seen is None else seen.foreseen.seconds,
    )
