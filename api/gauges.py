"""The gauges of the api: how far it is, how much it holds, who listens, and what the sink counted."""

from collections.abc import Iterable

from api.readiness import is_connected, lag_s
from api.services import Services

NS_PER_S = 1e9


def gauges_of(services: Services) -> Iterable[tuple[str, str, float]]:
    """All gauges as they are now: (name, meaning, value)."""
    progress, hub, home = services.progress, services.hub, services.home
    yield "hearthlog_api_feed_connected", "Whether the feed is connected.", float(is_connected(services))
    yield "hearthlog_api_feed_lag_seconds", "Age of the feed's watermark.", lag_s(services)
    yield "hearthlog_api_feed_records", "Records taken in since the start.", float(progress.records)
    yield "hearthlog_api_feed_unknown_log_records", "Records of logs that no catalogue lists.", progress.unknown_logs
    yield "hearthlog_api_undecoded_messages", "Messages that are only kept.", float(progress.undecoded)
    yield "hearthlog_api_rebuilding", "Whether history is being read log by log.", float(progress.snapshot)
    yield "hearthlog_api_live_readers", "Event streams.", float(hub.readers)
    yield "hearthlog_api_mqtt_tunnels", "MQTT connections over WebSocket.", float(services.tunnels)
    yield "hearthlog_api_queries_waiting", "Queries that run or wait for a thread.", float(services.pools.waiting)
    if home is not None:
        model = home.model
        yield (
            "hearthlog_api_position_seconds",
            "Logged time that the read model has reached.",
            (model.position / NS_PER_S),
        )
        yield "hearthlog_api_tail_rows", "Rows in memory only.", float(model.tail_rows)
        yield "hearthlog_api_segment_rows", "Rows in segments.", float(model.segment_rows)
        yield "hearthlog_api_segments", "Segments on disk.", float(model.segments)
        yield "hearthlog_api_logs", "Logs in the catalogue.", float(len(model.catalogue))
        yield "hearthlog_api_series", "Stored series.", float(len(model.table))
    for name, value in services.sink.counters.items():
        yield f"hearthlog_sink_reported_{name}", "As the sink's last heartbeat says.", value
