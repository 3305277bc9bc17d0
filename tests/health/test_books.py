"""The books of the sink balance at every moment, whatever the broker delivers."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from api.follow.sink_state import SinkState
from api.health.books import books_of
from gdp.store import results_of
from gdp_sink.counters import Counters
from gdp_sink.intake import Intake
from gdp_sink.refusal import RefusalReport
from gdp_sink.source import Delivery
from ingest.envelope import Message
from ingest.filters import FilterSet

DELIVERIES = st.builds(
    Delivery,
    topic=st.sampled_from(["a", "b/c", "out/side", "long/" + "x" * 40, None]),
    message=st.builds(Message, st.sampled_from([b"", b"1", b"22", b"far too long for this"]), retain=st.booleans()),
    qos=st.sampled_from([0, 1]),
    retain=st.booleans(),
    dup=st.booleans(),
    packet_id=st.integers(1, 4),
    generation=st.just(1),
).map(lambda each: each if each.qos else each._replace(packet_id=0, dup=False))


@given(
    batches=st.lists(st.lists(DELIVERIES, max_size=6), max_size=8),
    settled=st.lists(st.integers(0, 3)),
    waiting=st.integers(0, 9),
    failing=st.booleans(),
)
def test_delivered_is_on_disk_in_flight_known_or_refused_at_every_moment(batches, settled, waiting, failing):
    counters = Counters()
    report = RefusalReport(0, lambda: 0)
    intake = Intake(FilterSet.parse(["a", "b/#", "long/#"]), counters, report, topic_bytes_max=20, payload_bytes_max=8)
    pending = 0
    for number, batch in enumerate(batches):
        pending += results_of(intake.take(batch, 1).items)
        done = min(pending, settled[number] if number < len(settled) else pending)
        pending -= done
        refused = done if failing else 0
        counters.stored += done - refused
        if refused:
            counters.refused["store"] += refused
        sink = SinkState()
        numbers = counters.as_json() | {"waiting": waiting, "in_flight": pending}
        sink._take({"event": "heartbeat", "counters": numbers}, 1)
        books = books_of(sink.counters)
        assert books is not None
        assert books.difference == 0
        assert books.in_flight == pending + waiting
        assert books.refused == sum(counters.refused.values())
        assert books.said().sentence.endswith("Difference: 0.")


def test_a_message_that_is_nowhere_is_said():
    numbers = Counter(received=10, waiting=0, in_flight=0, stored=8, duplicates=1, retained_repeats=0, unwanted=0)
    books = books_of(numbers)
    assert books is not None
    assert books.difference == 1
    assert books.said().sentence.startswith("10 messages delivered = 8 on disk")
    assert books.as_json()["difference"] == 1


def test_a_sink_that_has_not_told_its_counts_has_no_books():
    assert books_of({"received": 3}) is None
