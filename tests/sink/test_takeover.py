"""A session that another client takes is told from a connection that broke."""

from gdp_sink.takeover import WINDOW_S, TakeoverWatch


def test_what_the_broker_says_is_believed_at_once():
    assert TakeoverWatch().ended(told=True, silent=False, now=0.0)


def test_closing_twice_without_a_word_and_being_there_all_the_time_is_a_takeover():
    watch = TakeoverWatch()
    assert not watch.ended(told=False, silent=True, now=0.0)
    assert watch.ended(told=False, silent=True, now=WINDOW_S)
    assert watch.ended(told=False, silent=True, now=2 * WINDOW_S)


def test_a_broker_that_was_away_or_said_why_or_closed_long_ago_has_not_given_the_session_away():
    for between in (
        lambda watch: watch.unreachable(),
        lambda watch: watch.ended(told=False, silent=False, now=1.0),
        lambda watch: None,
    ):
        watch = TakeoverWatch()
        watch.ended(told=False, silent=True, now=0.0)
        between(watch)
        assert not watch.ended(told=False, silent=True, now=WINDOW_S + 1)
    watch = TakeoverWatch()
    watch.ended(told=False, silent=True, now=0.0)
    watch.unreachable()
    assert not watch.ended(told=False, silent=True, now=1.0)
