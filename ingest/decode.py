"""Decoding: from a message to its observations. Pure and total: every message has an answer, none raises."""

import re
from collections.abc import Sequence

from ingest.decoders import DECODER_SET, DECODERS, raw
from ingest.decoders.base import NO_CONTEXT, Context, Decoded, Decoder, Payload
from ingest.envelope import Message
from ingest.strict_json import NOT_JSON, Parsed, parse

__all__ = ["DECODERS", "DECODER_SET", "NO_CONTEXT", "Context", "Decoded", "decode", "decode_with"]

_MAY_BE_JSON = frozenset('{["-0123456789tfn \t\r\n')
_MEANT_AS_JSON = re.compile(r'[ \t\r\n]*(?:\{|\[[ \t\r\n]*(?:[\[{"\-0-9\]]|$))')
_NO_DOCUMENT = Parsed(NOT_JSON, None)


def decode(context: Context, topic: str, message: Message, logged_time: int) -> Decoded:
    """What `message` says, by the first decoder of the registry that knows. Equal arguments give an equal answer.

    Args:
        context: what other topics said at or before `logged_time`.
        topic: where the message was published.
        message: as `envelope.unpack` gave it.
        logged_time: ns since 1970 UTC; bounds the device times that are believed.
    """
    return decode_with(DECODERS, context, topic, message, logged_time)


def decode_with(
    decoders: Sequence[Decoder], context: Context, topic: str, message: Message, logged_time: int
) -> Decoded:
    """`decode` with a registry of one's own. A decoder that raises ends the search; the answer's note says so."""
    payload = _prepare(context, topic, message.payload, logged_time)
    decoded = _first(decoders, payload)
    if message.note is None:
        return decoded
    return decoded._replace(note=f"{message.note}; {decoded.note}" if decoded.note else message.note)


def _first(decoders: Sequence[Decoder], payload: Payload) -> Decoded:
    for decoder in decoders:
        try:
            decoded = decoder.decode(payload)
        except Exception as fault:  # noqa: BLE001  # a decoder's mistake must not cost the message
            note = f"decoder {decoder.name} {decoder.version} failed: {type(fault).__name__}"
            return raw.keep(payload)._replace(decoder=decoder.name, version=decoder.version, note=note)
        if decoded is not None:
            return decoded
    return raw.keep(payload)


def _prepare(context: Context, topic: str, data: bytes, logged_time: int) -> Payload:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Payload(context, topic, data, None, NOT_JSON, None, too_deep=False, logged_time=logged_time)
    parsed = parse(text) if text and text[0] in _MAY_BE_JSON else _NO_DOCUMENT
    fault = parsed.fault if parsed.fault and _MEANT_AS_JSON.match(text) else None
    return Payload(context, topic, data, text, parsed.document, fault, parsed.too_deep, logged_time)
