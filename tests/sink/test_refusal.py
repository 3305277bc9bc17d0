"""What cannot be kept is answered, and said once in a while rather than once a message."""

from gdp_sink.refusal import Refusal, RefusalReport, topic_fault
from gdp_sink.source import Delivery
from ingest.envelope import Message

S = 1_000_000_000


def delivery(topic="t", payload=b"x"):
    return Delivery(topic, Message(payload), 1, False, False, 1, 1)


def test_topics_are_measured_in_bytes():
    assert topic_fault("a" * 10, 10) is None
    assert topic_fault("ä" * 10, 10) is Refusal.TOPIC_TOO_LONG


def test_what_is_no_topic_is_refused():
    assert topic_fault(None, 10) is Refusal.TOPIC_INVALID
    assert topic_fault("a\0", 10) is Refusal.TOPIC_INVALID


def test_answers_say_no_for_good():
    assert all(refusal.reason >= 0x80 for refusal in Refusal)


def test_the_first_is_said_at_once_the_rest_in_sum():
    now = [0]
    report = RefusalReport(60 * S, lambda: now[0])
    report.add(Refusal.PAYLOAD_TOO_BIG, delivery(payload=bytes(9)))
    assert report.due() == [{"reason": "payload_too_big", "count": 1, "topic": "t", "payload_bytes": 9}]
    for _ in range(5):
        report.add(Refusal.PAYLOAD_TOO_BIG, delivery())
    assert report.due() == []
    now[0] = 60 * S
    assert [fields["count"] for fields in report.due()] == [5]
    assert report.due() == []


def test_reasons_do_not_hide_each_other():
    report = RefusalReport(60 * S, lambda: 0)
    report.add(Refusal.PAYLOAD_TOO_BIG, delivery())
    report.due()
    report.add(Refusal.TOPIC_INVALID, delivery(topic=None))
    assert [fields["reason"] for fields in report.due()] == ["topic_invalid"]


def test_nothing_stays_unsaid_at_the_end():
    report = RefusalReport(60 * S, lambda: 0)
    report.add(Refusal.STORE, delivery())
    report.due()
    report.add(Refusal.STORE, delivery())
    assert [fields["count"] for fields in report.due(final=True)] == [1]
