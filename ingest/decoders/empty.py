"""Empty payloads: a message without a value; retained, it deletes the topic's retained message in the broker."""

from ingest.decoders.base import Decoded, Decoder, Payload
from ingest.strict_json import NotJson


def decode(payload: Payload) -> Decoded | None:
    """No observation: there is no value, and the message itself is counted without one."""
    return None if payload.data else Decoded(DECODER.name, DECODER.version, (), None, None)


DECODER = Decoder("empty", 1, decode, documents=(NotJson,), takes="empty payloads")
