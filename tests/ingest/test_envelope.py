"""Whatever MQTT carried comes back as it came, and what is damaged is a value that says so."""

import cbor2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.envelope import RECORD_BYTES_MAX, SELF_DESCRIBED, Message, pack, part_of, unpack

TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)
PAYLOADS = st.binary(max_size=64) | st.binary(max_size=16).map(SELF_DESCRIBED.__add__)
SIZES = st.sampled_from([0, 1, RECORD_BYTES_MAX - 1, RECORD_BYTES_MAX, RECORD_BYTES_MAX + 1, 226_000, 1_000_000])
LONG = st.builds(lambda start, size: (start + bytes(size))[:size], st.sampled_from([b"", SELF_DESCRIBED]), SIZES)
MESSAGES = st.builds(
    Message,
    payload=PAYLOADS | LONG,
    retain=st.booleans(),
    content_type=st.none() | TEXTS,
    payload_format=st.none() | st.integers(0, 1),
    user_properties=st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
    response_topic=st.none() | TEXTS,
    correlation=st.none() | st.binary(max_size=8),
    expiry_s=st.none() | st.integers(0, 2**32 - 1),
    note=st.none(),
)


@given(MESSAGES)
def test_every_message_comes_back_as_it_came(message):
    records = pack(message)
    assert unpack(records) == message
    assert pack(message) == records
    assert all(len(record) <= RECORD_BYTES_MAX for record in records)
    numbers = [part_of(record) for record in records]
    assert numbers == ([None] if len(records) == 1 else [(n, len(records)) for n in range(1, len(records) + 1)])


@given(PAYLOADS)
def test_a_message_that_is_only_a_payload_is_stored_as_that_payload(payload):
    (record,) = pack(Message(payload))
    assert (record == payload) == (not payload.startswith(SELF_DESCRIBED))


def test_the_stored_form_is_cbor_that_any_reader_opens():
    (record,) = pack(Message(b"21.5", retain=True, user_properties=(("unit", "C"),)))
    assert record.startswith(SELF_DESCRIBED)
    opened = cbor2.loads(record[3:])
    assert opened == {"payload": b"21.5", "retain": True, "user_properties": [["unit", "C"]]}


@given(st.binary(max_size=80) | st.binary(max_size=80).map(SELF_DESCRIBED.__add__))
@example(SELF_DESCRIBED + cbor2.dumps({"part": 2, "parts": 1, "bytes": b""}))
@example(SELF_DESCRIBED + cbor2.dumps({"payload": b"", "retain": 1}))
@example(SELF_DESCRIBED + cbor2.dumps({"payload": b"", "user_properties": [["a"]]}))
@example(SELF_DESCRIBED + b"\x81" * 80)
@example(SELF_DESCRIBED + b"\xa1\x67payload\xd8\x23\x63(((")
def test_a_damaged_record_is_a_message_with_a_note_and_never_an_exception(record):
    message = unpack([record])
    if message.note is not None:
        assert message.payload == record or "later version" in message.note
    assert part_of(record) is None or part_of(record)[0] >= 1


@pytest.mark.parametrize("keep", [[0], [1, 2, 3], [0, 1, 3], [1, 0, 2, 3], [0, 0, 1, 2], []])
def test_missing_or_shuffled_parts_are_noted_and_their_bytes_kept(keep):
    records = pack(Message(bytes(range(256)) * 900))
    chosen = [records[number] for number in keep]
    message = unpack(chosen)
    assert "missing or out of order" in message.note
    assert message.payload == b"".join(chosen)


def test_keys_of_a_later_version_leave_the_payload_readable():
    message = unpack([SELF_DESCRIBED + cbor2.dumps({"payload": b"x", "topic_alias": 3})])
    assert message.payload == b"x"
    assert "topic_alias" in message.note


def test_a_record_with_bytes_after_its_end_is_damaged():
    (record,) = pack(Message(b"x", retain=True))
    assert unpack([record + b"!"]) == Message(record + b"!", note="damaged envelope: bytes after its end")
