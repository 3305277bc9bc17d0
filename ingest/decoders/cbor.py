"""CBOR (RFC 8949), where the content type or the topic says so, and only there: bytes alone never do.

A topic declares it by a level that is exactly `cbor`; a message by a content type `application/cbor` or `…+cbor`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO

import cbor2

from ingest.decoders import raw
from ingest.decoders.base import VALUE, Decoded, Decoder, Payload
from ingest.decoders.fields import lay_out
from ingest.decoders.json_fields import claimed_time
from ingest.strict_json import DEPTH_MAX, INTEGER_MAX, Digits

NAME = "cbor"
_FAULTS = (cbor2.CBORError, ValueError, TypeError, ArithmeticError, LookupError, RecursionError)


def topics(topic: str) -> bool:
    """A level that is exactly `cbor`."""
    return "cbor" in topic and "cbor" in topic.split("/")


def media(content_type: str) -> bool:
    """`application/cbor`, or a type that ends in `+cbor`."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/cbor" or kind.endswith("+cbor")


def decode(payload: Payload) -> Decoded | None:
    """One item, laid out like JSON: keys that are no texts are written as texts, byte strings have no value."""
    if not payload.data:
        return None
    try:
        stream = BytesIO(payload.data)
        item = cbor2.CBORDecoder(stream, max_depth=DEPTH_MAX, allow_duplicate_keys=False).decode()
        if stream.tell() != len(payload.data):
            return _refused(payload, "bytes after its end")
        document = _as_json(item)
    except _FAULTS as fault:
        return _refused(payload, type(fault).__name__)
    name, instant = claimed_time(document, payload.logged_time)
    body = document if isinstance(document, (dict, list)) else {VALUE: document}
    observations, note = lay_out(body, instant, without=name)
    return Decoded(NAME, DECODER.version, observations, instant, note)


def _refused(payload: Payload, fault: str) -> Decoded:
    note = f"declared as CBOR, and is not ({fault}): kept, not decoded"
    return raw.keep(payload)._replace(decoder=NAME, version=DECODER.version, note=note)


def _as_json(item: object) -> object:
    """The item in the parser's vocabulary: dates as RFC 3339, what no double holds as digits, NaN as null."""
    if isinstance(item, Mapping):
        return {_key(key): _as_json(value) for key, value in item.items()}
    if isinstance(item, (list, tuple, set, frozenset)):
        return [_as_json(each) for each in item]
    if isinstance(item, bool) or item is None or isinstance(item, (str, bytes)):
        return item
    return _number(item) if isinstance(item, (int, float)) else _other(item)


def _number(item: float) -> object:
    if isinstance(item, int):
        return item if -INTEGER_MAX <= item <= INTEGER_MAX else Digits(item)
    return item if item - item == 0 else None


def _other(item: object) -> object:
    if isinstance(item, (datetime, date)):
        return item.isoformat()
    return None if item is cbor2.undefined or isinstance(item, cbor2.CBORSimpleValue) else str(item)


def _key(key: object) -> str:
    return key.hex() if isinstance(key, bytes) else str(key)


DECODER = Decoder(
    NAME, 1, decode, topics=topics, media=media, takes="CBOR, where a content type or a topic level cbor declares it"
)
