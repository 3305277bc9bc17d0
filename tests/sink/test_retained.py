"""After a lost session each retained message comes again: what is in the store is counted, what is new is stored."""

from hypothesis import given
from hypothesis import strategies as st

from gdp_sink.retained import RetainedReplay
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
