"""A recording that is replayed with its own times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decode import NO_CONTEXT, decode
from ingest.envelope import Message
from ingest.replay import Publish
from ingest.stamp import stamped

AT = 1_423_000_059_000_000_000
NOW = 1_790_000_000_000_000_000


def read(payload: bytes):
    return decode(NO_CONTEXT, "t", Message(payload), NOW)


@pytest.mark.parametrize("payload", [b"21.5", b"437.333333333333", b"0", b"ON", b"closed", b"true", b"eco", b"1e3"])
def test_a_plain_value_keeps_its_field_value_and_kind_and_gets_the_time_of_the_recording(payload):
    plain, dated = read(payload), read(stamped(Publish(AT, "t", payload)).payload)
    assert dated.device_time == AT
    assert [each[:4] for each in dated.observations] == [each[:4] for each in plain.observations]


def test_an_object_gets_a_time_and_one_that_has_one_keeps_it():
    label = b'{"activity": "sleep", "start": 1, "duration": 2}'
    dated = read(stamped(Publish(AT, "t", label)).payload)
    assert (dated.device_time, [each.field for each in dated.observations]) == (AT, ["activity", "start", "duration"])
    for known in (
        b'{"v": 1, "time": "2015-01-01T00:00:00Z"}',
        b'[{"v": 1, "ts": 1500000000}]',
        b"",
        b"\xff",
        b"[1, 2]",
    ):
        assert stamped(Publish(AT, "t", known)) == Publish(AT, "t", known)


@given(st.binary(max_size=60))
def test_no_payload_is_too_strange(payload):
    assert stamped(Publish(AT, "t", payload)).topic == "t"
