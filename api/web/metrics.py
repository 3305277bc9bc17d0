"""What the api counts, for Prometheus."""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATENCY_S = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
Gauges = Callable[[], Iterable[tuple[str, str, float]]]


class Metrics:
    """Counters that are raised where things happen, and gauges that are looked up when asked."""

    def __init__(self) -> None:
        # A second series per counter, with its time of birth, which nobody of ours asks for.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library's own gap
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "hearthlog_api_requests", "Requests answered.", ["route", "status"], registry=self._registry
        )
        self._latency = Histogram(
            "hearthlog_api_request_duration_seconds",
            "Time until a request was answered in full; event streams are left out.",
            ["route"],
            buckets=LATENCY_S,
            registry=self._registry,
        )
        self._known: dict[tuple[str, int], tuple[Counter, Histogram | None]] = {}
        self.rejected = 0
        """Requests answered with 4xx."""
        self._rejected = Counter(
            "hearthlog_api_rejected_requests",
            "Requests turned away, by status: 401 without an account, 413 and 429 beyond a limit, 400 not understood.",
            ["status"],
            registry=self._registry,
        )
        self.at_once = Counter(
            "hearthlog_api_at_once_requests",
            "Requests answered without a task or a thread: small reads.",
            registry=self._registry,
        )
        self.behind = Counter(
            "hearthlog_api_live_behind", "Times that an event stream was too slow.", registry=self._registry
        )

    def request(self, route: str, status: int, seconds: float) -> None:
        """Note an answered request."""
        known = self._known.get((route, status))
        if known is None:
            # Looking for them takes longer than raising them.
            known = self._known[route, status] = (
                self._requests.labels(route, str(status)),
                None if route == "/v1/live" else self._latency.labels(route),
            )
        requests, latency = known
        requests.inc()
        if 400 <= status < 500:
            self.rejected += 1
            self._rejected.labels(str(status)).inc()
        if latency is not None:
            latency.observe(seconds)

    def watch(self, gauges: Gauges) -> None:
        """Add gauges: (name, meaning, value), looked up at each scrape."""
        self._registry.register(_Watched(gauges))

    def text(self) -> bytes:
        """Everything, in the text format."""
        return generate_latest(self._registry)


class _Watched(Collector):
    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, meaning, value in self._gauges():
            yield GaugeMetricFamily(name, meaning, value=value)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        # Names depend on what the sink says, so nothing is promised beforehand.
        return ()
