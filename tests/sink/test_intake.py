"""Each delivery is kept once, in the broker's order; what is not kept is answered and counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdp.store import Write
from gdp_sink.counters import Counters
from gdp_sink.intake import Intake
from gdp_sink.refusal import RefusalReport
from gdp_sink.source import Delivery, Reason, whole
from ingest.envelope import SELF_DESCRIBED, Message
from ingest.filters import FilterSet


class Bench:
    def __init__(self, *filters, **bounds):
        self.counters = Counters()
        self.report = RefusalReport(0, lambda: 0)
        bounds = {"topic_bytes_max": 100, "payload_bytes_max": 100, **bounds}
        self.intake = Intake(FilterSet.parse(filters or ["#"]), self.counters, self.report, **bounds)

    def take(self, *deliveries, epoch=1):
        taken = self.intake.take(deliveries, epoch)
        return [write.topic for write in writes_of(taken)], answers_of(taken)


def writes_of(taken):
    """What is stored, message by message."""
    return [each for item in taken.items for each in ([item] if isinstance(item, Write) else messages_of(item))]


def messages_of(run):
    assert run.data_bytes >= 0
    return [Write(topic, (data,), packet_id=number, epoch=run.epoch) for topic, data, *_, number, _ in run.messages]


def answers_of(taken):
    return [(each, acks.refused.get(each, OK)) for acks in taken.acks for each in acks.packet_ids]


def delivery(topic="t", payload=b"x", qos=1, retain=False, dup=False, packet_id=1):
    return Delivery(topic, Message(payload, retain), qos, retain, dup, packet_id if qos else 0, 1)


OK = Reason.SUCCESS
TOPIC = st.sampled_from(["t", "t", "u", "not/wanted", None])
PAYLOAD = st.sampled_from([b"", b"1", b"2", SELF_DESCRIBED, bytes(99), bytes(101), bytes(64_001)])
PLAIN = st.builds(
    lambda topic, payload, qos, retain, dup, packet_id: (topic, payload, qos, retain, dup, packet_id if qos else 0, 1),
    *(TOPIC, PAYLOAD, st.integers(0, 1), st.booleans(), st.booleans(), st.integers(1, 4)),
)


@given(st.lists(st.lists(PLAIN, max_size=6), max_size=6), st.sampled_from([100, 100_000]))
def test_a_plain_delivery_is_dealt_with_as_one_with_its_message(batches, payload_bytes_max):
    """The short way is for speed alone: nothing that it keeps, answers, counts or remembers differs."""
    short, long = (Bench("t", "u", payload_bytes_max=payload_bytes_max) for _ in range(2))
    for batch in batches:
        taken, expected = short.intake.take(batch, 1), long.intake.take([whole(each) for each in batch], 1)
        assert (writes_of(taken), answers_of(taken)) == (writes_of(expected), answers_of(expected))
        assert taken.news == expected.news
        assert short.counters == long.counters
    short.intake.window._sort()
    assert vars(short.intake.window) == vars(long.intake.window)


def test_messages_keep_their_order_and_are_answered_in_it():
    bench = Bench()
    deliveries = [delivery("b", packet_id=2), delivery("a", packet_id=1), delivery("b", packet_id=3)]
    assert bench.take(*deliveries) == (["b", "a", "b"], [(2, OK), (1, OK), (3, OK)])
    assert bench.counters.received == 3


def test_a_delivery_at_qos_0_is_kept_and_not_answered():
    assert Bench().take(delivery(qos=0)) == (["t"], [])


def test_a_stored_record_names_its_delivery():
    taken = Bench().intake.take([delivery(packet_id=9), delivery(qos=0)], 4)
    assert [(write.packet_id, write.epoch) for write in writes_of(taken)] == [(9, 4), (0, 4)]


def test_what_comes_again_is_answered_and_not_kept_twice():
    bench = Bench()
    bench.take(delivery(packet_id=5))
    assert bench.take(delivery(packet_id=5, dup=True)) == ([], [(5, OK)])
    assert bench.counters.duplicates == 1


def test_the_same_words_said_again_are_kept_again():
    bench = Bench()
    bench.take(delivery(packet_id=5))
    assert bench.take(delivery(packet_id=6))[0] == ["t"]
    assert bench.take(delivery(packet_id=5))[0] == ["t"], "no DUP: the packet id is used anew"
    assert bench.take(delivery(packet_id=5, dup=True), epoch=2)[0] == ["t"], "another session's packet id"


@pytest.mark.parametrize(
    ("bad", "label", "reason"),
    [
        (delivery("a" * 101), "topic_too_long", Reason.TOPIC_NAME_INVALID),
        (delivery(None), "topic_invalid", Reason.TOPIC_NAME_INVALID),
        (delivery(payload=bytes(101)), "payload_too_big", Reason.QUOTA_EXCEEDED),
    ],
)
def test_what_cannot_be_kept_is_refused_for_good_counted_and_said(bad, label, reason):
    bench = Bench()
    assert bench.take(bad, delivery(packet_id=2)) == (["t"], [(1, reason), (2, OK)])
    assert bench.counters.refused == {label: 1}
    assert [fields["reason"] for fields in bench.report.due()] == [label]


def test_what_nobody_asked_for_is_answered_and_not_kept():
    bench = Bench("a/#")
    assert bench.take(delivery("b"), delivery("a/1", packet_id=2)) == (["a/1"], [(1, OK), (2, OK)])
    assert bench.counters.unwanted == 1


def test_topics_that_begin_with_a_dollar_are_left_alone():
    assert Bench("#", "$SYS/x").take(delivery("$SYS/x")) == ([], [(1, OK)])


def test_a_topic_is_news_once_and_again_when_its_qos_changes():
    intake = Bench().intake
    news = [intake.take([each], 1).news for each in (delivery(), delivery(), delivery(qos=0), delivery())]
    assert news == [[("t", 1)], [], [("t", 0)], [("t", 1)]]


def test_retained_messages_of_a_new_session_are_counted_until_live_ones_come():
    bench = Bench()
    bench.intake.replay.begin(lambda _topic: 1)
    for topic in ("t", "u", "v"):
        bench.intake.replay.learn(topic, Message(b"x", retain=True))
    first = delivery("t", retain=True, packet_id=1)
    assert bench.take(first) == ([], [(1, OK)])
    assert bench.take(first._replace(dup=True)) == ([], [(1, OK)]), "the answer was lost with a connection"
    assert bench.take(delivery("x", qos=0), delivery("u", retain=True, packet_id=2)) == (["x"], [(2, OK)])
    assert bench.take(delivery("x", packet_id=3), delivery("v", retain=True, packet_id=4))[0] == ["x", "v"]
    assert (bench.counters.retained_repeats, bench.counters.duplicates) == (2, 1)
