"""Stamping: a recorded message with the time of its recording inside, as a device with a clock would have sent it."""

import json
import re
from datetime import UTC, datetime

from ingest.decode import NO_CONTEXT, decode
from ingest.envelope import Message
from ingest.observation import VALUE, Kind, Observation
from ingest.replay import SECOND, Publish

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
"""A number as JSON writes it (RFC 8259 §6)."""


def stamped(message: Publish) -> Publish:
    """The message as JSON with `time`; a plain value becomes the field `value`, and so keeps its name.

    What has a device time already, and what is neither a plain value nor a JSON object, stays as it is.
    """
    decoded = decode(NO_CONTEXT, message.topic, Message(message.payload), message.due)
    if decoded.device_time is not None or any(each.device_time is not None for each in decoded.observations):
        return message
    time = _text(message.due)
    if [each.field for each in decoded.observations] == [VALUE] and not message.payload.startswith(b"{"):
        written = _written(message.payload, decoded.observations[0])
        if written is None:
            return message
        return message._replace(payload=f'{{"{VALUE}": {written}, "time": "{time}"}}'.encode())
    document = _object(message.payload)
    if document is None:
        return message
    return message._replace(payload=json.dumps({**document, "time": time}, ensure_ascii=False).encode())


def _written(payload: bytes, value: Observation) -> str | None:
    """A plain value as JSON; a number keeps its spelling, as far as JSON has it."""
    if value.kind is Kind.boolean:
        return "true" if value.value else "false"
    if value.kind is Kind.number:
        text = payload.decode().strip()
        return text if _NUMBER.fullmatch(text) else repr(value.value)
    return json.dumps(value.text, ensure_ascii=False) if value.kind is Kind.text else None


def _text(ns: int) -> str:
    whole = datetime.fromtimestamp(ns // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{ns % SECOND:09d}Z"


def _object(payload: bytes) -> dict[str, object] | None:
    try:
        document = json.loads(payload)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
