"""Plain switches: `ON`, `OFF`, `true`, `false`, in exactly these letters, white space around them allowed."""

from ingest.decoders.base import VALUE, Decoded, Decoder, Payload, observe
from ingest.strict_json import NOT_JSON


def decode(payload: Payload) -> Decoded | None:
    """True or false. Other spellings stay text: `off` in small letters is one mode of many on a thermostat."""
    document = payload.document
    if not isinstance(document, bool):
        if document is not NOT_JSON or payload.text is None:
            return None
        document = payload.text.strip(" \t\r\n")
        if document not in ("ON", "OFF"):
            return None
    return Decoded(DECODER.name, DECODER.version, (observe(VALUE, document, None),), None, None)


DECODER = Decoder("boolean", 1, decode)
