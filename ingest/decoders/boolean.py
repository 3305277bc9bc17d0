"""Plain switches: `ON`, `OFF`, `true`, `false`, `open`, `closed`, in exactly these letters, white space allowed."""

from ingest.decoders.base import VALUE, Decoded, Decoder, Payload, observe
from ingest.observation import Observation
from ingest.strict_json import NOT_JSON, NotJson

_WORDS = {"ON": True, "OFF": False, "open": True, "closed": False, "OPEN": True, "CLOSED": False}


def decode(payload: Payload) -> Decoded | None:
    """True or false. Other spellings stay text: `off` in small letters is one mode of many on a thermostat."""
    document = payload.document
    if document is NOT_JSON and payload.text is not None:
        state = _WORDS.get(payload.text.strip(" \t\r\n"))
        return None if state is None else _answer(observe(VALUE, state, None))
    return _answer(observe(VALUE, document, None)) if isinstance(document, bool) else None


def _answer(observation: Observation) -> Decoded:
    return Decoded(DECODER.name, DECODER.version, (observation,), None, None)


DECODER = Decoder("boolean", 2, decode, documents=(NotJson, bool), takes="ON, OFF, true, false, open, closed")
