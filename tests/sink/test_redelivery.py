"""A message that comes again because its acknowledgement was lost is known; one that is new never is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gdp_sink.lookback import messages_backward, split_records
from gdp_sink.redelivery import WINDOW_MESSAGES, RedeliveryWindow
from ingest.envelope import Message, pack, unpack

MESSAGES = st.builds(
    Message,
    payload=st.binary(max_size=8)
    | st.integers(250, 300).map(bytes)
    | st.just(b"\xd9\xd9\xf7x")
    | st.just(bytes(70_000)),
    retain=st.booleans(),
    content_type=st.none() | st.text(max_size=4),
    expiry_s=st.none() | st.integers(0, 9),
    note=st.none(),
)


@settings(max_examples=40)
@given(MESSAGES)
def test_a_stored_message_is_known_when_it_comes_again(message):
    window = RedeliveryWindow()
    window.add(1, 7, "t", message)
    assert window.holds(1, 7, "t", message)
    assert window.holds(1, 7, "t", message._replace(expiry_s=3)), "the broker counts the expiry down"


@settings(max_examples=40)
@given(MESSAGES)
def test_it_is_known_after_a_restart_from_what_the_store_holds(message):
    joined = b"".join(pack(message))
    window = RedeliveryWindow()
    window.fill([(1, 7, "t", unpack(split_records(joined)))])
    assert window.holds(1, 7, "t", message)


@settings(max_examples=40)
@given(MESSAGES, MESSAGES)
def test_another_session_packet_id_topic_or_content_is_another_message(message, other):
    window = RedeliveryWindow()
    window.add(1, 7, "t", message)
    assert not window.holds(2, 7, "t", message)
    assert not window.holds(1, 8, "t", message)
    assert not window.holds(1, 7, "u", message)
    same = message._replace(expiry_s=None) == other._replace(expiry_s=None)
    assert window.holds(1, 7, "t", other) == same


def test_the_latest_message_with_a_packet_id_is_the_one_that_can_come_again():
    window = RedeliveryWindow()
    window.add(1, 7, "t", Message(b"old"))
    window.add(1, 7, "t", Message(b"new"))
    assert window.holds(1, 7, "t", Message(b"new"))
    assert not window.holds(1, 7, "t", Message(b"old"))


@given(st.lists(st.integers(1, 6), max_size=40), st.integers(1, 5))
def test_the_window_is_the_last_stored_ones_and_no_more(packet_ids, size):
    window = RedeliveryWindow(size)
    for number, packet_id in enumerate(packet_ids):
        window.add(1, packet_id, "t", Message(str(number).encode()))
    known = {packet_id: number for number, packet_id in enumerate(packet_ids) if number >= len(packet_ids) - size}
    for number, packet_id in enumerate(packet_ids):
        expected = known.get(packet_id) == number
        assert window.holds(1, packet_id, "t", Message(str(number).encode())) == expected


ON, OFF = Message(b"on"), Message(b"off")


def test_an_id_that_a_crashed_broker_gives_anew_is_another_message_even_if_it_is_equal():
    """The broker lost 5 and 6 with the last moments before its crash, and gives their ids again."""
    window = RedeliveryWindow()
    window.connection(1)
    for packet_id in (4, 5, 6):
        window.add(1, packet_id, "t", ON)
    window.connection(2)
    assert window.holds(1, 4, "t", ON)
    window.add(1, 5, "t", OFF)
    window.connection(3)
    assert window.holds(1, 4, "t", ON), "its acknowledgement may have been lost a second time"
    assert window.holds(1, 5, "t", OFF)
    assert not window.holds(1, 6, "t", ON), "6 was sent on the second connection, and never came"


def test_once_a_redelivery_is_new_all_that_follow_are_new():
    """The sink was restarted too, and knows only what is in the store."""
    window = RedeliveryWindow()
    window.fill([(1, packet_id, "t", ON) for packet_id in (4, 5, 6)])
    window.connection(1)
    assert window.holds(1, 4, "t", ON)
    assert not window.holds(1, 5, "t", OFF)
    window.add(1, 5, "t", OFF, dup=True)
    assert not window.holds(1, 6, "t", ON)


def test_ids_between_two_uses_of_one_in_the_store_were_given_anew():
    window = RedeliveryWindow()
    window.fill([(1, packet_id, "t", ON) for packet_id in (3, 4, 5, 6)] + [(1, 4, "t", OFF)])
    window.connection(1)
    assert window.holds(1, 3, "t", ON)
    assert window.holds(1, 4, "t", OFF)
    assert not window.holds(1, 5, "t", ON)


def test_retained_messages_that_come_again_do_not_hide_what_the_store_holds():
    """They were not stored when they came in the new session, so that a restarted sink finds them new."""
    window = RedeliveryWindow()
    window.fill([(2, 3, "t", ON)])
    window.connection(1)
    window.add(2, 2, "r", Message(b"on", retain=True), dup=True)
    assert window.holds(2, 3, "t", ON)


def test_a_lost_session_leaves_nothing_that_could_come_again():
    window = RedeliveryWindow()
    window.fill([(1, 1, "t", ON), (1, 2, "t", ON), (2, 1, "t", OFF)])
    assert window.holds(2, 1, "t", OFF)
    assert not window.holds(2, 2, "t", ON)


def test_the_window_cannot_mix_up_two_messages_with_one_packet_id():
    assert WINDOW_MESSAGES < 65_535 / 2


@settings(max_examples=40)
@given(st.lists(MESSAGES, max_size=5), st.integers(0, 3))
def test_the_last_messages_of_a_topic_are_put_together_from_its_last_records(messages, cut):
    records = [record for message in messages for record in pack(message)]
    found = list(messages_backward(records[cut:]))
    complete, left = [], len(records) - cut
    for message in reversed(messages):
        left -= len(pack(message))
        if left < 0:
            break
        complete.append(message)
    assert found == complete
