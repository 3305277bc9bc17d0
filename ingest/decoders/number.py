"""Plain numbers: a payload that is one JSON number, white space around it allowed."""

from ingest.decoders.base import VALUE, Decoded, Decoder, Payload, observe
from ingest.strict_json import Digits


def decode(payload: Payload) -> Decoded | None:
    """The number; as text with its exact digits where no double holds it."""
    document = payload.document
    if type(document) not in (int, float, Digits):
        return None
    note = "a number that no double holds: kept as text" if isinstance(document, Digits) else None
    return Decoded(DECODER.name, DECODER.version, (observe(VALUE, document, None),), None, note)


DECODER = Decoder("number", 1, decode, documents=(int, float, Digits), takes="one JSON number")
