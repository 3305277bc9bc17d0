"""What a real sink measures of itself comes with its heartbeat, small enough to be sent each ten seconds for years."""

import json

from api.health.books import books_of
from gdp_sink.own_log import TOPIC
from tests.sink.mqtt import publisher
from tests.sink.sink_process import SinkProcess
from tests.support.broker import Broker

BYTES_MAX = 2_000


async def test_a_heartbeat_tells_what_is_in_hand_and_how_the_disk_does(tmp_path):
    async with Broker(tmp_path / "broker") as broker:
        async with SinkProcess(tmp_path / "data", broker.port, heartbeat_s=0.1) as sink, publisher(broker.port) as peer:
            await peer.publish("a", "1")
            await sink.stored("a")
            # started, connected, subscribed, topic, and some heartbeats
            await sink.stored(TOPIC, 8)
            metrics = await sink.scrape()
        beats = sink.events("heartbeat")
        counters = beats[-1]["counters"]
        for name in (
            "waiting",
            "in_flight",
            "oldest_s",
            "unfiled_logs",
            "unfiled_s",
            "commit_log_bytes",
            "store_bytes",
        ):
            assert counters[name] >= 0, name
        assert counters["disk_free_bytes"] > 0
        assert 0 < counters["fsync_ms"] <= counters["fsync_ms_max"]
        assert len(json.dumps(beats[-1])) < BYTES_MAX
        books = books_of({name: value for name, value in counters.items() if name != "refused"})
        assert (books.delivered, books.stored, books.difference) == (1, 1, 0)
        assert metrics["hearthlog_sink_fsync_seconds_count"] > 0
        assert metrics["hearthlog_sink_disk_free_bytes"] > 0
        assert metrics["hearthlog_sink_store_bytes"] > 0
        assert metrics["hearthlog_sink_in_flight_messages"] == 0
