"""What the broker says it had no room for is counted from where the sink knew it last, over restarts of both."""

from gdp_sink.broker_life import UPTIME_TOPIC, BrokerLife
from gdp_sink.broker_says import DROPPED_TOPIC, BrokerSays
from gdp_sink.counters import Counters
from gdp_sink.own_log import OwnLog, remembered


def listener(counters, own_log):
    return BrokerSays(counters, own_log, BrokerLife(counters, own_log, lambda: 0, lambda: None))


def heard(*payloads, known=None):
    counters, own_log = Counters(), OwnLog(lambda _items: None)
    own_log.broker_dropped = known
    says = listener(counters, own_log)
    for payload in payloads:
        assert says.hear(DROPPED_TOPIC, payload, retained=False)
    return counters.broker_dropped, own_log


def test_what_was_dropped_before_the_store_began_is_not_news():
    assert heard(b"500")[0] == 0
    assert heard(b"500", b"503")[0] == 3


def test_a_sink_that_was_away_counts_from_what_its_last_record_says():
    _, own_log = heard(b"500")
    known = remembered(own_log.record("stopped").parts[0]).broker_dropped
    assert heard(b"507", known=known)[0] == 7


def test_a_broker_that_began_anew_counts_from_zero():
    assert heard(b"500", b"2", b"5")[0] == 5


def test_other_topics_are_messages_and_other_words_change_nothing():
    counters, own_log = Counters(), OwnLog(lambda _items: None)
    assert not listener(counters, own_log).hear("$SYS/broker/version", b"7", retained=True)
    assert listener(counters, own_log).hear(UPTIME_TOPIC, b"7 seconds", retained=True)
    assert listener(counters, own_log).hear(UPTIME_TOPIC, b"9" * 5_000 + b" seconds", retained=True)
    assert own_log.broker.up_s == 7
    assert heard(b"5", b"", b"-1", b"\xb2", b"x", b"9" * 5_000)[0] == 0
