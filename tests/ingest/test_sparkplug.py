"""Sparkplug B: names from births, values by alias, gaps in the sequence, sessions; damaged payloads are kept."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decoders.base import COMMAND
from ingest.protobuf import WireError
from ingest.sparkplug import read
from tests.ingest.said import told

MS = 1_700_000_000_000
BIRTH, DATA, DEATH = (f"spBv1.0/g/{kind}/n" for kind in ("NBIRTH", "NDATA", "NDEATH"))


def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def number(field, value):
    return varint(field << 3) + varint(value)


def blob(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


def metric(name=None, alias=None, *, kind=None, value=b"", time=None, unit=None, null=False):
    parts = [
        blob(1, name.encode()) if name else b"",
        number(2, alias) if alias is not None else b"",
        number(3, time) if time is not None else b"",
        number(4, kind) if kind is not None else b"",
        number(7, 1) if null else b"",
        blob(9, blob(1, b"engUnit") + blob(2, number(1, 12) + blob(8, unit.encode()))) if unit else b"",
    ]
    return blob(2, b"".join(parts) + value)


def payload(*metrics, seq=None, time=MS):
    return number(1, time) + b"".join(metrics) + (number(3, seq) if seq is not None else b"")


def real(value):
    return varint(13 << 3 | 1) + struct.pack("<d", value)


BORN = payload(
    metric("bdSeq", kind=8, value=number(11, 4)),
    metric("Power", 7, kind=10, value=real(5.5), unit="W"),
    metric("Level", 8, kind=3, value=number(10, -2 & 0xFFFFFFFF)),
    seq=0,
)


def test_a_birth_names_what_data_says_by_alias_with_type_and_unit():
    birth = told(BIRTH, BORN)
    assert birth.values() == {"bdSeq": 4.0, "Power": 5.5, "Level": -2.0}
    data = payload(metric(alias=7, value=real(6.5)), metric(alias=8, value=number(10, 0xFFFFFFFF)), seq=1)
    answer = told(DATA, data, [(BIRTH, BORN)])
    assert answer.values() == {"Power": 6.5, "Level": -1.0}
    assert answer.units() == {"Power": "W"}
    assert (answer.device_time, answer.decoded.note, answer.decoded.understood) == (MS / 1000, None, True)


def test_an_alias_without_a_birth_keeps_its_number_and_is_counted():
    answer = told(DATA, payload(metric(alias=7, value=real(6.5)), seq=1))
    assert answer.values() == {"alias.7": 6.5}
    assert not answer.decoded.understood
    assert "aliases that no birth explained" in answer.decoded.note


def test_a_devices_birth_is_not_its_nodes():
    born = payload(metric("Door", 1, kind=11, value=number(14, 1)), seq=1)
    before = [(BIRTH, BORN), ("spBv1.0/g/DBIRTH/n/d", born)]
    data = payload(metric(alias=1, value=number(14, 0)), seq=2)
    answer = told("spBv1.0/g/DDATA/n/d", data, before)
    assert (answer.values(), answer.decoded.note) == ({"Door": False}, None)
    assert not told("spBv1.0/g/DDATA/n/other", data, before).decoded.understood


@pytest.mark.parametrize(
    ("last", "seq", "noted"), [(0, 1, False), (1, 3, True), (255, 0, False), (255, 255, True), (4, 2, True)]
)
def test_a_jump_of_the_sequence_number_is_noted(last, seq, noted):
    said = metric("x", value=real(1.0))
    before = [(BIRTH, BORN), (DATA, payload(said, seq=last))]
    note = told(DATA, payload(said, seq=seq), before).decoded.note
    assert bool(note and f"sequence number {seq} after {last}" in note) == noted


def test_a_death_of_an_older_session_is_told_from_one_of_this():
    def death(session):
        return payload(metric("bdSeq", kind=8, value=number(11, session)))

    assert told(DEATH, death(4), [(BIRTH, BORN)]).decoded.note is None
    assert "older session" in told(DEATH, death(3), [(BIRTH, BORN)]).decoded.note


def test_kinds_of_values_are_what_their_types_say():
    answer = told(
        BIRTH,
        payload(
            metric("null", null=True, kind=10),
            metric("text", kind=12, value=blob(15, b"ok")),
            metric("bytes", kind=17, value=blob(16, b"\1")),
            metric("nan", kind=10, value=real(float("nan"))),
            metric("huge", kind=8, value=number(11, 2**63)),
            metric("int64", kind=4, value=number(11, -5)),
            metric("flag", kind=11, value=number(10, 1)),
            metric("set", kind=16, value=blob(17, b"")),
            seq=0,
        ),
    )
    assert answer.values() == {
        "null": None,
        "text": "ok",
        "bytes": None,
        "nan": None,
        "huge": str(2**63),
        "int64": -5.0,
        "flag": True,
    }
    assert "1 metrics left out" in answer.decoded.note


def test_a_metrics_own_time_counts_and_an_absurd_one_does_not():
    data = payload(
        metric("a", value=real(1.0), time=MS - 5000),
        metric("b", value=real(1.0), time=12),
        metric("c", value=real(1.0), time=4 * MS),
    )
    assert told(DATA, data).times() == {"a": MS / 1000 - 5, "b": MS / 1000, "c": MS / 1000}
    assert told(DATA, payload(metric("a", value=real(1.0)), time=1700)).device_time is None


def test_commands_are_told_from_states_and_a_hosts_state_is_json():
    assert told("spBv1.0/g/NCMD/n", payload(metric("x", value=number(14, 1)))).decoded.note == COMMAND
    assert told("spBv1.0/STATE/host", '{"online":true,"timestamp":1700000000000}').device_time == MS / 1000


@given(st.binary(max_size=80))
def test_any_bytes_are_a_payload_or_refused(data):
    try:
        read(data)
    except WireError:
        assert not told(DATA, data).decoded.understood
    else:
        assert told(DATA, data).decoded.decoder == "sparkplug"


@pytest.mark.parametrize("cut", range(1, len(BORN)))
def test_a_payload_that_is_cut_off_costs_nothing_but_its_answer(cut):
    decoded = told(BIRTH, BORN[:cut]).decoded
    assert decoded.decoder == "sparkplug"
    assert decoded.note is None or "failed" not in decoded.note
