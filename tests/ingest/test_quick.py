"""What is decoded quickly is what the exact parser and all decoders in turn say of it."""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from ingest.context import NO_CONTEXT
from ingest.decode import DECODERS, decode, decode_with
from ingest.envelope import Message
from ingest.strict_json import parse
from tests.ingest.test_decode import DOCUMENTS, NOW

SPELLED = st.text(alphabet='{}[]",:0123456789.eE+-tfnrualse\\ ', max_size=40)
SPREAD = st.tuples(DOCUMENTS, st.sampled_from([None, 1]), st.booleans())
JSON = SPREAD.map(lambda given: json.dumps(given[0], indent=given[1], ensure_ascii=given[2]))


def exactly(text):
    """Parsed as part of a document with a colon that belongs to no member: never the quick way."""
    whole = parse(f'[{text},":"]')
    assert isinstance(whole.document, list), whole.fault
    return whole.document[0]


@given(JSON | st.integers().map(str) | st.floats(allow_nan=False, allow_infinity=False).map(repr))
@example('{"a":1,"a":2}')
@example('{"a":1,"b":{"a":1,"a":2}}')
@example('{"a:":1,"a:":2}')
@example("[9007199254740992,-9007199254740993,18446744073709551616,-18446744073709551616]")
@example('{"a":1e400,"b":-1e-400,"c":-0,"d":-0.0}')
@example('{"a":123456789012345678901234567890.5}')
@example('{"\\ud83c\\udf72":"\\ud83c"}')
@example("1.7976931348623159e308")
def test_a_document_is_the_same_whichever_way_it_is_read(text):
    quick, exact = parse(text).document, exactly(text)
    assert repr(quick) == repr(exact)
    assert _types(quick) == _types(exact)


@given(JSON.map(str.encode) | SPELLED.map(str.encode) | st.binary(max_size=12))
@example(b'[{"n":"a","v":1}]')
@example(b'{"t0":1700000000,"dt":1,"acc":[1,2]}')
@example(b'{"a":1,"a":2}')
def test_no_decoder_is_passed_over_that_would_have_taken_the_message(payload):
    for topic in ("home/x", "tele/x/STATE", "zigbee2mqtt/x", "homie/a/b/c"):
        message = Message(payload)
        told = decode(NO_CONTEXT, topic, message, NOW)
        assert repr(told) == repr(decode_with(DECODERS, NO_CONTEXT, topic, message, NOW))


def _types(node):
    if isinstance(node, dict):
        return (type(node), [(key, _types(value)) for key, value in node.items()])
    return (type(node), [_types(each) for each in node]) if isinstance(node, list) else type(node)
