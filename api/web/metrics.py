"""What the api counts, for Prometheus."""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import accumulate

from prometheus_client import CollectorRegistry, Counter, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATENCY_S = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
Gauges = Callable[[], Iterable[tuple[str, str, float]]]


class Took:
    """How long requests of a route took: how many by `LATENCY_S`, those beyond it last, and seconds in all."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(LATENCY_S) + 1)
        self.seconds = 0.0


class Answered:
    """How many requests of a route were answered with a status, and where to note what they took."""

    __slots__ = ("count", "took")

    def __init__(self, took: Took | None) -> None:
        self.count = 0
        self.took = took


class Metrics:
    """Counters that are raised where things happen, and gauges that are looked up when asked.

    What every request raises is a plain number, raised on the loop: the library's own have a lock each, which was a
    twelfth of a small read.
    """

    def __init__(self) -> None:
        # A second series per counter, with its time of birth, which nobody of ours asks for.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library's own gap
        self._registry = CollectorRegistry()
        self._answered: dict[tuple[str, int], Answered] = {}
        self._took: dict[str, Took] = {}
        self.rejected = 0
        """Requests answered with 4xx."""
        self._rejected = Counter(
            "hearthlog_api_rejected_requests",
            "Requests turned away, by status: 401 without an account, 413 and 429 beyond a limit, 400 not understood.",
            ["status"],
            registry=self._registry,
        )
        self.at_once = 0
        """Requests answered without a task or a thread."""
        self.behind = Counter(
            "hearthlog_api_live_behind", "Times that an event stream was too slow.", registry=self._registry
        )
        self._registry.register(_Requests(self))

    def request(self, route: str, status: int, seconds: float) -> None:
        """Note an answered request."""
        answered = self._answered.get((route, status))
        if answered is None:
            took = None if route == "/v1/live" else self._took.setdefault(route, Took())
            answered = self._answered[route, status] = Answered(took)
        answered.count += 1
        if 400 <= status < 500:
            self.rejected += 1
            self._rejected.labels(str(status)).inc()
        if answered.took is not None:
            answered.took.counts[bisect_left(LATENCY_S, seconds)] += 1
            answered.took.seconds += seconds

    def requests(self) -> Iterable[Metric]:
        """What was noted, as the library writes it."""
        counted = CounterMetricFamily("hearthlog_api_requests", "Requests answered.", labels=["route", "status"])
        for (route, status), answered in list(self._answered.items()):
            counted.add_metric([route, str(status)], answered.count)
        yield counted
        lasted = HistogramMetricFamily(
            "hearthlog_api_request_duration_seconds",
            "Time until a request was answered in full; event streams are left out.",
            labels=["route"],
        )
        for route, took in list(self._took.items()):
            buckets = zip(map(floatToGoString, (*LATENCY_S, math.inf)), accumulate(took.counts), strict=True)
            lasted.add_metric([route], list(buckets), took.seconds)
        yield lasted
        yield CounterMetricFamily(
            "hearthlog_api_at_once_requests",
            "Requests answered without a task or a thread: small reads.",
            value=self.at_once,
        )

    def watch(self, gauges: Gauges) -> None:
        """Add gauges: (name, meaning, value), looked up at each scrape."""
        self._registry.register(_Watched(gauges))

    def text(self) -> bytes:
        """Everything, in the text format."""
        return generate_latest(self._registry)


class _Requests(Collector):
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics.requests()


class _Watched(Collector):
    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, meaning, value in self._gauges():
            yield GaugeMetricFamily(name, meaning, value=value)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        # Names depend on what the sink says, so nothing is promised beforehand.
        return ()
