"""A message as JSON has it: its payload as text where it is UTF-8, else base64, and what MQTT said beside it."""

import base64
from typing import Any

from ingest.envelope import Message


def payload_fields(payload: bytes) -> dict[str, str]:
    """`payload`, or `payload_base64`."""
    try:
        return {"payload": payload.decode()}
    except UnicodeDecodeError:
        return {"payload_base64": base64.b64encode(payload).decode()}


def properties_of(message: Message) -> dict[str, Any]:
    """What the publisher set beside the payload; `note` says why a record could not be unpacked."""
    found = {name: value for name, value in message._asdict().items() if value and name != "payload"}
    if message.payload_format is not None:
        found["payload_format"] = message.payload_format
    if message.correlation:
        found["correlation"] = base64.b64encode(message.correlation).decode()
    return found
