"""A large backlog goes into the store in frames of bounded size, in order."""

from hypothesis import given
from hypothesis import strategies as st

from gdp_sink.source import Delivery
from gdp_sink.writer import pieces
from ingest.envelope import Message


@given(st.lists(st.integers(0, 12)), st.integers(1, 5), st.integers(1, 20))
def test_pieces_keep_order_and_bounds(sizes, messages_max, bytes_max):
    batch = [Delivery("t", Message(bytes(size)), 1, False, False, number, 1) for number, size in enumerate(sizes)]
    found = list(pieces(batch, messages_max, bytes_max))
    assert [each for piece in found for each in piece] == batch
    for piece in found:
        assert 1 <= len(piece) <= messages_max
        assert len(piece) == 1 or sum(len(each.message.payload) for each in piece) <= bytes_max
