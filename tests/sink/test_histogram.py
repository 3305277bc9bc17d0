"""What the sink measures is spread over buckets as Prometheus' own histogram would do it."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client import Histogram as Peer

from gdp_sink.histogram import Histogram

BOUNDS = (0.5, 1, 2.5)


@given(st.lists(st.sampled_from((0.0, 0.5, 0.75, 1.0, 2.5, 3.0, 100.0))))
def test_values_are_counted_as_by_the_client_library(values):
    ours, peer = Histogram("h", "words", BOUNDS), Peer("h", "words", buckets=BOUNDS, registry=CollectorRegistry())
    for value in values:
        ours.observe(value)
        peer.observe(value)
    (found,), (expected,) = ours.collect(), peer.collect()
    assert (found.name, found.documentation, found.type) == (expected.name, expected.documentation, expected.type)
    assert found.samples == [each for each in expected.samples if not each.name.endswith("_created")]
