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
