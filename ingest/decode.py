"""Decoding: from a message to its observations. Pure and total: every message has an answer, none raises."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ingest import declared
from ingest.context import NO_CONTEXT, Context
from ingest.decoders import DECODER_SET, DECODERS, raw
from ingest.decoders.base import Decoded, Decoder, Payload
from ingest.envelope import Message
from ingest.strict_json import NOT_JSON, Parsed, parse

__all__ = [
    "DECODERS",
    "DECODER_SET",
    "NO_CONTEXT",
    "Asked",
    "Context",
    "Decoded",
    "decode",
    "decode_with",
    "explain",
    "learn",
    "teaches",
]

TOPICS_REMEMBERED_MAX = 65_536
"""Topics for which the decoders to ask are remembered; the least recently used one is found out again."""

_MAY_BE_JSON = frozenset('{["-0123456789tfn \t\r\n')
_MEANT_AS_JSON = re.compile(r'[ \t\r\n]*(?:\{|\[[ \t\r\n]*(?:[\[{"\-0-9\]]|$))')
_NO_DOCUMENT = Parsed(NOT_JSON, None)


class Asked(NamedTuple):
    """One decoder's answer on a message, for people."""

    decoder: Decoder
    took: bool
    why: str


def decode(context: Context, topic: str, message: Message, logged_time: int) -> Decoded:
    """What `message` says, by the first decoder of the registry that knows. Equal arguments give an equal answer.

    Args:
        context: what other messages said; of each scope the newest at or before `logged_time` counts.
        topic: where the message was published.
        message: as `envelope.unpack` gave it.
        logged_time: ns since 1970 UTC; bounds the device times that are believed.
    """
    payload = _prepare(context, topic, message, logged_time)
    kind = type(payload.document)
    return _decode(_of_topic(topic, kind), payload, message)  # type: ignore[arg-type]  # types have hashes


def decode_with(
    decoders: Sequence[Decoder], context: Context, topic: str, message: Message, logged_time: int
) -> Decoded:
    """`decode` with a registry of one's own. A decoder that raises ends the search; the answer's note says so."""
    return _decode(_asked_on(decoders, topic), _prepare(context, topic, message, logged_time), message)


def explain(context: Context, topic: str, message: Message, logged_time: int) -> list[Asked]:
    """Every decoder in order, whether it took the message, and why or why not."""
    payload = _prepare(context, topic, message, logged_time)
    found: list[Asked] = []
    media = message.content_type
    for decoder in DECODERS if media is None else _first_by_media(DECODERS, media):
        by_media = (
            message.content_type is not None and decoder.media is not None and decoder.media(message.content_type)
        )
        if found and found[-1].took:
            break
        if decoder.topics is not None and not by_media and not decoder.topics(topic):
            found.append(Asked(decoder, took=False, why=f"not its topic: takes {decoder.takes}"))
            continue
        reason = "by the content type" if by_media else "by the topic" if decoder.topics else "by the payload"
        took = _first((decoder,), payload) is not None
        why = f"takes {decoder.takes}" if took else f"the payload does not fit: takes {decoder.takes}"
        found.append(Asked(decoder, took, f"{reason}: {why}" if took else why))
    return found


def teaches(topic: str) -> bool:
    """Whether messages of this topic may say something about others: a rebuild has to read them first."""
    return any(each.lessons is not None and each.lessons.topics(topic) for each in DECODERS)


def learn(context: Context, topic: str, message: Message, logged_time: int) -> Context:
    """The context with what this message teaches; in whatever order messages are learned, the same comes of it."""
    for decoder in _teachers(topic):
        assert decoder.lessons is not None, "_teachers looked"  # noqa: S101  # for the type checker
        for fact in decoder.lessons.learn(topic, message.payload):
            context = context.with_fact(decoder.name, fact, (topic, message.payload), logged_time)
    return context


@lru_cache(maxsize=TOPICS_REMEMBERED_MAX)
def _of_topic(topic: str, document: type) -> tuple[Decoder, ...]:
    """Those that may take a document of this type on the topic."""
    asked = _asked_on(DECODERS, topic)
    return tuple(each for each in asked if each.documents is None or issubclass(document, each.documents))


@lru_cache(maxsize=TOPICS_REMEMBERED_MAX)
def _teachers(topic: str) -> tuple[Decoder, ...]:
    return tuple(each for each in DECODERS if each.lessons is not None and each.lessons.topics(topic))


def _asked_on(decoders: Sequence[Decoder], topic: str) -> tuple[Decoder, ...]:
    return tuple(each for each in decoders if each.topics is None or each.topics(topic))


def _first_by_media(decoders: Sequence[Decoder], content_type: str) -> Sequence[Decoder]:
    named = [each for each in DECODERS if each.media is not None and each.media(content_type)]
    return (*named, *(each for each in decoders if each not in named))


def _decode(decoders: Sequence[Decoder], payload: Payload, message: Message) -> Decoded:
    asked = decoders if message.content_type is None else _first_by_media(decoders, message.content_type)
    decoded = _first(asked, payload) or raw.keep(payload)
    if payload.topic in payload.context.about:
        applied = declared.apply(decoded.observations, payload.context, payload.topic, payload.logged_time)
        decoded = decoded._replace(observations=applied)
    if message.note is None:
        return decoded
    return decoded._replace(note=f"{message.note}; {decoded.note}" if decoded.note else message.note)


def _first(decoders: Sequence[Decoder], payload: Payload) -> Decoded | None:
    for decoder in decoders:
        try:
            decoded = decoder.decode(payload)
        except Exception as fault:  # noqa: BLE001  # a decoder's mistake must not cost the message
            note = f"decoder {decoder.name} {decoder.version} failed: {type(fault).__name__}"
            return raw.keep(payload)._replace(decoder=decoder.name, version=decoder.version, note=note)
        if decoded is not None:
            return decoded
    return None


def _prepare(context: Context, topic: str, message: Message, logged_time: int) -> Payload:
    data, content_type = message.payload, message.content_type
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Payload(context, topic, data, None, NOT_JSON, None, False, logged_time, content_type)
    parsed = parse(text) if text and text[0] in _MAY_BE_JSON else _NO_DOCUMENT
    fault = parsed.fault if parsed.fault and _MEANT_AS_JSON.match(text) else None
    return Payload(context, topic, data, text, parsed.document, fault, parsed.too_deep, logged_time, content_type)
