"""The sink's Prometheus metrics: names, meanings, and the port on which they are read."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gdp.server import GdpServer
from gdp_sink.counters import Counters
from gdp_sink.errors import PortTaken
from gdp_sink.histogram import Histogram

MESSAGE_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
SECOND_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)

Read = dict[str, tuple[str, Callable[[], float]]]

_COUNTERS = (
    ("hearthlog_sink_received_messages", "Messages delivered by the broker.", "received"),
    ("hearthlog_sink_stored_messages", "Messages made durable in the store.", "stored"),
    ("hearthlog_sink_acknowledged_messages", "Messages answered with a PUBACK.", "acknowledged"),
    ("hearthlog_sink_stale_acks", "Acknowledgements dropped because their connection was over.", "stale_acks"),
    ("hearthlog_sink_duplicate_messages", "Redeliveries of what the store holds.", "duplicates"),
    ("hearthlog_sink_repeated_retained_messages", "Retained messages that came again.", "retained_repeats"),
    ("hearthlog_sink_unwanted_messages", "Messages outside the log filter.", "unwanted"),
    ("hearthlog_sink_broker_dropped_messages", "Messages that the broker had no room for.", "broker_dropped"),
    ("hearthlog_sink_takeovers", "Connections lost to another client with the sink's client id.", "taken_over"),
    (
        "hearthlog_sink_broker_restarts",
        "Times that the broker had been started anew while the sink was away, unless it had been stopped in order.",
        "broker_restarts",
    ),
    ("hearthlog_sink_lost_sessions", "Times that the broker had forgotten the sink's session.", "sessions_lost"),
)


class Metrics:
    """All metrics of one sink.

    `gauges` and `counts` map a name to (meaning, function); functions are called at each scrape.
    """

    def __init__(self, counters: Counters) -> None:
        self.registry = CollectorRegistry()
        self.gauges: Read = {}
        self.counts: Read = {}
        self.batch_messages = Histogram(
            "hearthlog_sink_batch_messages", "Messages in one submit to the store.", MESSAGE_BUCKETS
        )
        self.commit_seconds = Histogram("hearthlog_sink_commit_seconds", "Time from submit to durable.", SECOND_BUCKETS)
        self.fsync_seconds = Histogram(
            "hearthlog_sink_fsync_seconds", "Time of one fdatasync of the commit log.", SECOND_BUCKETS
        )
        histograms = (self.batch_messages, self.commit_seconds, self.fsync_seconds)
        self.registry.register(_Collected(counters, self.gauges, self.counts, histograms))

    def add_reader_gauges(self, server: GdpServer) -> None:
        """Measure the log server's readers too."""
        counters = server.counters
        self.counts.update(
            {
                "hearthlog_sink_turned_away_clients": (
                    "Clients refused because there are too many.",
                    lambda: counters.turned_away,
                ),
                "hearthlog_sink_slow_readers": (
                    "Times that a reader was too slow, and reads on from the store at its own pace.",
                    lambda: counters.fell_behind,
                ),
            }
        )
        self.gauges.update(
            {
                "hearthlog_sink_clients": ("Clients of the log server.", lambda: counters.connections),
                "hearthlog_sink_client_waiting_bytes": (
                    "Bytes that wait in memory for clients that do not take them.",
                    server.waiting_bytes,
                ),
            }
        )

    @contextmanager
    def served(self, host: str, port: int) -> Iterator[int]:
        """Serve the metrics over HTTP in a thread of their own; gives the port (a free one for 0).

        Raises:
            PortTaken: the address is not free.
        """
        try:
            server, thread = start_http_server(port, host, self.registry)
        except OSError as fault:
            raise PortTaken(f"the metrics cannot be served on {host}:{port}: {fault.strerror}") from fault
        assert isinstance(thread, threading.Thread)
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Collected(Collector):
    """Reads plain numbers when asked, so that counting a message costs an addition."""

    def __init__(self, counters: Counters, gauges: Read, counts: Read, histograms: Sequence[Histogram]) -> None:
        self._counters = counters
        self._histograms = histograms
        self._counts = counts
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        for name, meaning, field in _COUNTERS:
            yield CounterMetricFamily(name, meaning, value=getattr(self._counters, field))
        refused = CounterMetricFamily(
            "hearthlog_sink_refused_messages", "Messages refused for good, by reason.", labels=["reason"]
        )
        for reason, count in tuple(self._counters.refused.items()):
            refused.add_metric([reason], count)
        yield refused
        for name, (meaning, value) in self._counts.items():
            yield CounterMetricFamily(name, meaning, value=value())
        for name, (meaning, value) in self._gauges.items():
            yield GaugeMetricFamily(name, meaning, value=value())
        for histogram in self._histograms:
            yield from histogram.collect()
