"""After a lost session each retained message comes again: what is in the store is counted, what is new is stored."""

from hypothesis import given
from hypothesis import strategies as st

from gdp_sink.own_log import OwnLog, repeats_in
from gdp_sink.retained import Repeat, RetainedReplay, digest, read, written
from ingest.envelope import Message

ON, OFF = Message(b"on", retain=True), Message(b"off", retain=True)


def replay(copies=1, **last):
    state = RetainedReplay()
    state.begin(lambda _topic: copies)
    for topic, message in last.items():
        state.learn(topic, message)
    return state


def test_an_equal_retained_message_is_a_repeat():
    assert replay(t=ON).is_repeat("t", ON)


def test_a_changed_retained_message_is_new():
    assert not replay(t=ON).is_repeat("t", OFF)


def test_a_topic_that_the_store_does_not_know_is_new():
    assert not replay(t=None).is_repeat("t", ON)


def test_the_remaining_expiry_does_not_make_it_new():
    assert replay(t=ON._replace(expiry_s=60)).is_repeat("t", ON._replace(expiry_s=59))


def test_a_device_that_publishes_the_same_retained_value_again_is_recorded():
    state = replay(t=ON)
    assert state.is_repeat("t", ON)
    assert not state.is_repeat("t", ON)


def test_each_matching_filter_brings_a_copy_and_none_is_stored_twice():
    state = replay(copies=2, t=ON)
    assert [state.is_repeat("t", OFF), state.is_repeat("t", OFF), state.is_repeat("t", OFF)] == [False, True, False]


def test_nothing_is_a_repeat_once_live_messages_came():
    state = replay(t=ON)
    state.end()
    assert not state.active
    assert not state.is_repeat("t", ON)


def test_a_replay_in_which_nothing_comes_ends():
    state = replay(t=ON)
    state.end_if_quiet()
    assert state.active, "the first retained message may be on its way"
    state.end_if_quiet()
    assert not state.active


def test_a_replay_that_goes_on_does_not_end():
    state = replay(t=ON, u=ON)
    state.end_if_quiet()
    assert state.is_repeat("t", ON)
    state.end_if_quiet()
    assert state.is_repeat("u", ON)


@given(st.lists(st.sampled_from([ON, OFF])), st.sampled_from([ON, OFF, None]), st.integers(1, 3))
def test_no_value_is_lost(values, last, copies):
    """What is stored, after what was, shows every change in the order of delivery."""
    state = replay(copies=copies, t=last)
    stored = [last] + [value for value in values if not state.is_repeat("t", value)]

    def changes(sequence):
        return [value for before, value in zip([None, *sequence], sequence, strict=False) if value != before]

    assert changes(stored) == changes([last, *values])


def test_another_run_goes_on_where_the_replay_was_and_takes_nothing_new_for_a_repeat():
    state = RetainedReplay()
    state.begin(lambda _topic: 1, taken=["t"])
    state.learn("t", ON)
    state.learn("u", ON)
    assert state.is_repeat("u", ON)
    assert not state.is_repeat("t", ON), "its copy came before the kill, so this is a message of its own"


def test_what_was_taken_for_a_repeat_is_said_once_and_known_when_it_comes_again():
    state = replay(t=ON)
    assert state.news() is None
    assert state.is_repeat("t", ON, 7)
    (said,) = state.news()
    assert state.news() is None
    later = RetainedReplay()
    later.recall(read(written([said])))
    assert later.watching
    assert later.is_recalled(7, "t", ON)
    assert not later.is_recalled(8, "t", ON)
    assert not later.is_recalled(7, "t", OFF)
    later.forget()
    assert not later.is_recalled(7, "t", ON)
    assert not later.watching


def test_the_end_of_a_replay_is_said_once():
    state = replay(t=ON)
    state.end()
    assert state.news() == []
    assert state.news() is None
    state.end()
    assert state.news() is None


@given(st.lists(st.tuples(st.integers(0, 65_535), st.text(min_size=1, max_size=1_024)), max_size=200))
def test_records_of_repeats_fit_into_the_log_and_tell_all_of_them(found):
    repeats = [Repeat(packet_id, topic, digest(ON)) for packet_id, topic in found]
    records = [write.parts[0] for write in OwnLog(None, epoch=3).replay_records(repeats)]
    assert all(len(record) < 65_000 for record in records)
    told = repeats_in(reversed(records), 3)
    assert sorted(told) == sorted(repeats)
    assert repeats_in(records, 2) == []
