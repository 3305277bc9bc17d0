"""A frame that was not written whole, here, for this segment is never taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdp.commitlog import frame, layout
from gdp.commitlog.frame import BadFrame, Stored
from gdp.commitlog.layout import Footer, LogIndex, SegmentHeader, new_places

SALT = bytes(range(16))
U32, U64 = st.integers(0, (1 << 32) - 1), st.integers(0, (1 << 64) - 1)
HASH = st.binary(min_size=32, max_size=32)
RECORD = st.builds(
    Stored,
    log=U32,
    recno=U64,
    logged=U64,
    ts=U64,
    accuracy=st.floats(width=32, allow_nan=False),
    chained=st.booleans(),
    prevhash=st.none() | HASH,
    sig=st.none() | st.binary(min_size=1, max_size=300),
    data=st.binary(max_size=400),
    packet_id=st.integers(0, (1 << 16) - 1),
    epoch=U32,
    continues=st.booleans(),
)


def framed(records, place=84, salt=SALT):
    body = frame.encode_stored(records)
    return frame.encode_head(body, len(records), 1, 2, 3, salt=salt, place=place), body


@given(st.lists(RECORD, max_size=8))
def test_what_was_put_in_a_frame_comes_out(records):
    head, body = framed(records)
    frame.check_frame(head, body, salt=SALT, place=84)
    found = frame.decode_head(head)
    assert found == (len(body), len(records), 1, 2, 3)
    assert [record for _, record in frame.decode_body(body, found.records)] == records


@given(st.lists(RECORD, min_size=1, max_size=4), st.data())
def test_each_record_can_be_read_by_its_place_alone(records, data):
    body = frame.encode_stored(records)
    places = [at for at, _ in frame.decode_body(body, len(records))]
    number = data.draw(st.integers(0, len(records) - 1))
    at = places[number]
    size = frame.record_bytes(body[at : at + frame.RECORD_HEAD_BYTES])
    assert frame.decode_record(body[at : at + size], 0) == (records[number], size)


@given(st.lists(RECORD, min_size=1, max_size=3), st.data())
def test_a_changed_bit_is_noticed(records, data):
    head, body = framed(records)
    raw = bytearray(head + body)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BadFrame):
        check(bytes(raw))


def check(raw, place=84, salt=SALT):
    head = frame.decode_head(raw)
    body = raw[frame.FRAME_HEAD_BYTES : frame.FRAME_HEAD_BYTES + head.body_bytes]
    frame.check_frame(raw[: frame.FRAME_HEAD_BYTES], body, salt=salt, place=place)


@given(st.binary(max_size=200))
def test_garbage_is_refused_in_one_way_only(raw):
    with pytest.raises(BadFrame):
        check(frame.FRAME_MAGIC + raw)
    with pytest.raises(BadFrame):
        list(frame.decode_body(raw, 1_000))


def test_a_frame_is_good_only_at_its_own_place_in_its_own_segment():
    raw = b"".join(framed([Stored(2, 1, 5, 5, 0.0, False, None, None, b"21.5")]))
    check(raw)
    with pytest.raises(BadFrame):
        check(raw, place=85)
    with pytest.raises(BadFrame):
        check(raw, salt=bytes(16))


def test_an_ordinary_record_costs_33_bytes_beside_its_data():
    assert len(frame.encode_stored([Stored(2, 9, 5, 5, 0.0, True, None, None, b"21.5")])) == 33 + 4


@given(st.integers(1, 1000), HASH, U64, U64)
def test_a_segment_says_whose_it_is(number, server, previous, reserved):
    header = SegmentHeader(number, server, previous, reserved, SALT)
    raw = layout.encode_header(header)
    assert len(raw) == layout.HEADER_BYTES
    assert layout.decode_header(raw) == header
    for at in range(len(raw)):
        with pytest.raises(BadFrame):
            layout.decode_header(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])


@given(st.lists(st.tuples(U32, U64, U64, HASH, st.lists(U32, max_size=5)), max_size=5))
def test_a_sealed_segment_keeps_its_index(logs):
    footer = Footer(7, 8, [LogIndex(*log, new_places(places)) for *log, places in logs])
    raw = layout.encode_footer(footer, salt=SALT, place=90)
    assert layout.footer_place(raw[-layout.TRAILER_BYTES :]) == 90
    assert layout.decode_footer(raw, salt=SALT, place=90) == footer
    with pytest.raises(BadFrame):
        layout.decode_footer(raw[:-30] + raw[-29:], salt=SALT, place=90)
