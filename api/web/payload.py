"""Payload bytes as JSON has them: text where they are UTF-8, else base64."""

import base64


def payload_fields(payload: bytes) -> dict[str, str]:
    """`payload`, or `payload_base64`."""
    try:
        return {"payload": payload.decode()}
    except UnicodeDecodeError:
        return {"payload_base64": base64.b64encode(payload).decode()}
