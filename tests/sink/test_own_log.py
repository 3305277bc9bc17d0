"""The sink's own log says what it saw of itself, in records that fit, and the next run recovers from the last one."""

import json

from gdp_sink.own_log import KIND, TOPIC, OwnLog, Remembered, remembered


def own_log():
    log = OwnLog(lambda _items: None)
    log.epoch, log.filters = 3, ("a/#", "ü")
    log.state.session = True
    return log


def test_each_record_says_in_which_state_the_sink_is():
    write = own_log().record("heartbeat", counters={"received": 1})
    assert (write.topic, write.kind, write.packet_id) == (TOPIC, KIND, 0)
    assert json.loads(write.parts[0]) == {
        "event": "heartbeat",
        "counters": {"received": 1},
        "state": {"session": True, "subscribed": False},
        "epoch": 3,
        "filters": ["a/#", "ü"],
    }


def test_the_last_record_is_enough_to_recover():
    assert remembered(own_log().record("stopped").parts[0]) == Remembered(3, ("a/#", "ü"))


def test_a_damaged_record_remembers_nothing():
    for data in (b"", b"{", b"[]", b"{}", b'{"epoch":"x","filters":[]}', b"\xff"):
        assert remembered(data) == Remembered(0, ())


def test_ten_thousand_new_topics_fit_into_records():
    news = [(f"homes/h{number}/\x01äöü", number % 2) for number in range(10_000)]
    writes = own_log().topic_records(news)
    assert all(len(write.parts[0]) < 64_000 for write in writes)
    topics = [each for write in writes for each in json.loads(write.parts[0])["topics"]]
    assert [(each["topic"], each["qos"]) for each in topics] == news


def test_no_news_is_no_record():
    assert own_log().topic_records([]) == []
