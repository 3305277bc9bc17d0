"""A broker that was started anew while the sink was away is known by its next life, and no other is taken for one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdp_sink.broker_life import NS, BrokerLife, Starts, read_starts
from gdp_sink.counters import Counters
from gdp_sink.own_log import BrokerKnown, OwnLog, remembered


class Heard(OwnLog):
    """Its records, before anybody stores them."""

    def __init__(self):
        super().__init__(lambda _items: None)
        self.told = []

    def say(self, event, **facts):
        self.told.append((event, facts))


class Run:
    """One run of the sink; `noted` is what is noted of the broker's starts, `before` the run before this one."""

    def __init__(self, before=None, noted=None):
        self.counters, self.own_log = Counters(), Heard()
        self.told = self.own_log.told
        self.noted = noted
        self.life = BrokerLife(self.counters, self.own_log, lambda: 100 * NS, lambda: self.noted)
        if before is not None:
            self.life.recover(remembered(before.own_log.record("heartbeat").parts[0]).broker)

    def connects(self, *words, waited=(), present=True, opened_ns=99 * NS):
        """Hear these, of which the first is what it is told at once, after what has waited for it."""
        self.life.connected(present=present, opened_ns=opened_ns)
        return self.hears(*waited).hears(*words[:1], retained=True).hears(*words[1:])

    def hears(self, *words, retained=False):
        for up_s in words:
            self.life.hear(b"%d seconds" % up_s, retained=retained)
        return self


ANEW = "broker_restarted"


def test_a_broker_that_has_been_up_for_less_than_before_was_started_anew():
    run = Run(Run().connects(11, 22)).connects(3, 14)
    assert run.told == [(ANEW, {"up_s": 3})]
    assert run.counters.broker_restarts == 1


@given(lives=st.lists(st.integers(0, 10**6), min_size=1, max_size=8).map(sorted), runs=st.integers(1, 5))
def test_a_sink_that_restarts_while_the_broker_lives_never_calls_that_a_crash(lives, runs):
    before = Run().connects(*lives[:1])
    for _ in range(runs):
        before = Run(before).connects(lives[-1])
        assert before.told == []


def test_words_that_have_waited_are_not_judged_whichever_life_they_are_of():
    """A sink that is killed again while they wait finds them after it has heard later ones."""
    assert Run(Run().connects(170)).connects(181, waited=(111, 122)).told == []
    assert Run(Run().connects(170)).connects(181, 111, 122).told == []
    of_an_earlier_life = Run().connects(3, 5_000, waited=(5_011,))
    assert of_an_earlier_life.own_log.broker.up_s == 3
    assert Run(of_an_earlier_life).connects(14).told == []


def test_what_it_says_later_counts_too():
    assert Run(Run().connects(0, 11, 22)).connects(11).told == [(ANEW, {"up_s": 11})]


def test_a_sink_that_died_before_it_heard_anything_leaves_the_question_to_the_next():
    between = Run(Run().connects(500)).connects()
    assert between.told == []
    assert Run(between).connects(4).told == [(ANEW, {"up_s": 4})]
    assert Run(Run(Run().connects(500))).connects(4).told == [(ANEW, {"up_s": 4})], "nor that it connected"


def test_what_the_broker_does_while_the_sink_is_there_is_told_by_the_connection():
    run = Run().connects(500)
    run.life.disconnected()
    assert run.connects(4).told == []
    run = Run(Run().connects(500))
    run.life.disconnected()
    assert run.connects(4).told == []


def test_a_broker_that_forgot_the_session_is_told_by_that():
    assert Run(Run().connects(500)).connects(4, present=False).told == []


def test_other_words_mean_nothing():
    run = Run(Run().connects(500)).connects()
    for word in (b"", b"-1 seconds", b"x", b"1.5 seconds", "٣ seconds".encode(), b"\xff"):
        run.life.hear(word, retained=True)
    assert run.told == []
    assert run.own_log.broker == BrokerKnown(up_s=500)


@pytest.mark.parametrize(("crashes", "in_order"), [(1, True), (2, False)])
def test_our_own_broker_is_known_by_its_start_and_how_the_life_before_ended(crashes, in_order):
    before = Run(noted=Starts(7, 1, 0)).connects(2)
    run = Run(before, noted=Starts(8, crashes, 97 * NS)).connects(3)
    assert run.told == [(ANEW, {"up_s": 3.0, "in_order": in_order})]
    assert run.counters.broker_restarts == (0 if in_order else 1)
    assert run.own_log.broker == BrokerKnown(3, 8, crashes)


def test_our_own_broker_in_the_same_life_is_said_to_be_nothing_else():
    before = Run(noted=Starts(7, 1, 0)).connects(2)
    assert Run(before, noted=Starts(7, 1, 0)).connects(3).told == []


def test_a_life_that_began_after_the_connection_is_not_the_one_that_took_it():
    before = Run(noted=Starts(7, 1, 0)).connects(2)
    run = Run(before, noted=Starts(8, 2, 97 * NS)).connects(opened_ns=96 * NS)
    assert run.told == []
    assert run.own_log.broker == BrokerKnown(up_s=2)


def test_a_note_that_is_missing_or_begins_anew_leaves_it_to_the_brokers_own_word():
    before = Run(noted=Starts(7, 1, 0)).connects(200)
    for noted in (None, Starts(1, 0, 0)):
        assert Run(before, noted=noted).connects(300).told == []
        assert Run(before, noted=noted).connects(3).told == [(ANEW, {"up_s": 3})]


def test_a_note_that_is_damaged_is_none(tmp_path):
    path = tmp_path / "starts.json"
    assert read_starts(None) is read_starts(path) is None
    for text in ("", "{", "[]", '{"starts":1}', '{"starts":"x","crashes":0,"began_ns":0}'):
        path.write_text(text)
        assert read_starts(path) is None
    path.write_text(json.dumps({"starts": 3, "crashes": 1, "began_ns": 5}))
    assert read_starts(path) == Starts(3, 1, 5)


def test_a_damaged_record_knows_nothing_of_the_broker():
    for broker in ("null", "[]", '{"up_s":"x"}', "{}"):
        data = b'{"event":"heartbeat","epoch":1,"filters":[],"broker":%s}' % broker.encode()
        assert remembered(data).broker == BrokerKnown()
