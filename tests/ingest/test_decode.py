"""Every message has an answer, the answer is exact, and what cannot be understood is kept and counted."""

import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest import declared
from ingest.decode import DECODER_SET, DECODERS, NO_CONTEXT, decode, decode_with
from ingest.decoders.base import TEXT_CHARS_MAX, Decoder
from ingest.decoders.fields import OBSERVATIONS_MAX
from ingest.envelope import Message
from ingest.observation import Kind

NOW = 1_764_000_000_000_000_000
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
)


def said(payload, topic="home/x", now=NOW):
    data = payload if isinstance(payload, bytes) else payload.encode()
    return decode(NO_CONTEXT, topic, Message(data), now)


def values(payload):
    """{field: (kind, number or text)} of a payload."""
    return {
        each.field: (each.kind.name, each.value if each.text is None else each.text)
        for each in said(payload).observations
    }


@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:0123456789.eE+-tfnrualse\\ ', max_size=40).map(str.encode))
@example(b"[" * 100_000)
@example(b'{"a":' * 70 + b"1" + b"}" * 70)
@example(b"-")
@example(b'"\\ud800"')
@example(b'{"\\ud800":1,"\\ud801":2}')
@example(b"1" * 5_000)
@example(b"1e" + b"9" * 400)
def test_any_bytes_have_an_answer_and_none_raises(payload):
    decoded = said(payload)
    assert decoded.decoder in {each.name for each in DECODERS}
    assert decoded == said(payload) or any(math.isnan(each.value) for each in decoded.observations)
    for each in decoded.observations:
        (each.text or "").encode()
        each.field.encode()
        assert each.field
        assert math.isnan(each.value) == (each.kind not in (Kind.number, Kind.boolean))
        assert (each.text is not None) == (each.kind is Kind.text)


@given(DOCUMENTS)
def test_what_is_json_is_taken_as_json_and_each_scalar_is_an_observation(document):
    decoded = said(json.dumps(document))
    assert decoded.decoder in {"json", "number", "boolean", "batch"}
    assert decoded.understood

    def count(node):
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else None
        return 1 if inner is None else sum(map(count, inner))

    assert len(decoded.observations) == count(document)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("21.5", ("number", 21.5)),
        (" 21.5\n", ("number", 21.5)),
        ("2.15e1", ("number", 21.5)),
        ("-0.0", ("number", 0.0)),
        ("9007199254740992", ("number", 2.0**53)),
        ("9007199254740993", ("text", "9007199254740993")),
        ("-9223372036854775809", ("text", "-9223372036854775809")),
        ("1e400", ("text", "1e400")),
        ("ON", ("boolean", 1.0)),
        ("OFF\n", ("boolean", 0.0)),
        ("true", ("boolean", 1.0)),
        ("open", ("boolean", 1.0)),
        ("CLOSED", ("boolean", 0.0)),
        ("Open", ("text", "Open")),
        ("on", ("text", "on")),
        ("True", ("text", "True")),
        ("+21.5", ("text", "+21.5")),
        ("21,5", ("text", "21,5")),
        ("021.5", ("text", "021.5")),
        ("21.5 °C", ("text", "21.5 °C")),
        ("NaN", ("text", "NaN")),
        ("nan", ("text", "nan")),
        ("-Infinity", ("text", "-Infinity")),
        ("null", ("null", None)),
        ('"21.5"', ("text", "21.5")),
        ('"ON"', ("boolean", 1.0)),
        ("Grüße 🍲", ("text", "Grüße 🍲")),
        ("\0", ("text", "\0")),
    ],
)
def test_a_plain_payload_is_exactly_what_it_says(payload, expected):
    kind, value = values(payload)["value"]
    assert kind == expected[0]
    assert value == expected[1] or (kind == "null" and math.isnan(value))


def test_nested_fields_are_paths_and_lists_are_numbered():
    payload = (
        '{"ENERGY":{"Total":9098.245,"Tariff":[1.2,3]},"POWER":"OFF","Id":null,"n":12345678901234567890,"":true,"e":{}}'
    )
    found = values(payload)
    assert math.isnan(found.pop("Id")[1])
    assert found == {
        "ENERGY.Total": ("number", 9098.245),
        "ENERGY.Tariff.0": ("number", 1.2),
        "ENERGY.Tariff.1": ("number", 3.0),
        "POWER": ("boolean", 0.0),
        "n": ("text", "12345678901234567890"),
        '""': ("boolean", 1.0),
    }


def test_an_empty_payload_is_a_message_without_a_value():
    assert said(b"") == ("empty", 1, (), None, None, True)


def test_raw_bytes_are_kept_and_counted():
    decoded = said(b"\x00\xd7\x01\xa4")
    assert [each.kind for each in decoded.observations] == [Kind.bytes]
    assert not decoded.understood
    assert "4 bytes that are not UTF-8" in decoded.note


@pytest.mark.parametrize(
    "payload", ["[", '{"id":0,}', "[1,NaN]", "{'a':0}", '{"a":"b"}#{}', '["new\nline"]', '{"a":1,"b', "[]["]
)
def test_damaged_json_is_a_text_that_says_so(payload):
    decoded = said(payload)
    assert decoded.decoder == "text"
    assert decoded.observations[0].text == payload
    assert "not JSON" in decoded.note
    assert not decoded.understood


@pytest.mark.parametrize("payload", ["[D][sensor:093]: state", "CHOD,DHW", "opening", "\ufeff", "2024.4.1"])
def test_a_text_that_was_never_meant_as_json_is_not_called_damaged(payload):
    decoded = said(payload)
    assert (decoded.decoder, decoded.note, decoded.understood) == ("text", None, True)


@pytest.mark.parametrize(
    ("payload", "note"),
    [
        ('{"a":"b","a":"c"}', "a key came twice"),
        ('{"a.b":1,"a":{"b":2}}', "two values have the same path"),
        (json.dumps({"x": list(range(OBSERVATIONS_MAX + 5))}), "5 values left out"),
        (json.dumps({"k" * 300: 1}), "1 values left out"),
        (json.dumps("x" * (TEXT_CHARS_MAX + 1)), "are cut"),
        ("x" * (TEXT_CHARS_MAX + 1), "shown to character"),
        ("[" * 65 + "]" * 65, "deeper than 64"),
    ],
)
def test_what_paths_and_bounds_cannot_show_is_said(payload, note):
    decoded = said(payload)
    assert note in decoded.note
    assert len(decoded.observations) <= OBSERVATIONS_MAX


def test_a_batch_gives_each_value_its_own_time():
    decoded = said('[{"ts":1700000000,"values":{"t":21.5}},{"ts":1700000060000,"values":{"t":21.6}}]')
    assert decoded.decoder == "batch"
    assert decoded.device_time is None
    assert [(each.field, each.value, each.device_time) for each in decoded.observations] == [
        ("values.t", 21.5, 1_700_000_000_000_000_000),
        ("values.t", 21.6, 1_700_000_060_000_000_000),
    ]


def test_an_array_of_which_one_element_has_no_time_is_no_batch():
    decoded = said('[{"ts":1700000000,"t":21.5},{"t":21.6}]')
    assert [each.field for each in decoded.observations] == ["0.ts", "0.t", "1.t"]
    assert {each.device_time for each in decoded.observations} == {None}


def test_a_decoder_that_fails_is_a_value_with_a_note():
    def broken(payload):
        raise KeyError(payload.topic)

    decoded = decode_with([Decoder("broken", 3, broken), *DECODERS], NO_CONTEXT, "home/x", Message(b"1"), NOW)
    assert decoded[:2] == ("broken", 3)
    assert decoded.note == "decoder broken 3 failed: KeyError"
    assert [each.kind for each in decoded.observations] == [Kind.bytes]
    assert not decoded.understood


def test_a_damaged_envelope_is_noted_in_the_answer():
    decoded = decode(NO_CONTEXT, "home/x", Message(b"\xd9\xd9\xf7", note="damaged envelope: no payload"), NOW)
    assert decoded.note.startswith("damaged envelope: no payload; 3 bytes")


def test_no_unit_is_ever_guessed():
    found = said('{"temperature":21.5,"unit":"C","humidity":40}').observations
    assert {each.unit for each in found} == {None}


def test_the_decoder_set_names_every_decoder_and_its_version():
    names = [f"{each.name}.{each.version}" for each in DECODERS]
    assert DECODER_SET.split("-") == [*names, f"declared.{declared.VERSION}"]
