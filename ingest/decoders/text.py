"""Plain text: whatever is UTF-8 and nothing better. Damaged JSON ends here, and says so."""

from ingest.decoders.base import TEXT_CHARS_MAX, VALUE, Decoded, Decoder, Payload
from ingest.observation import NO_VALUE, Kind, Observation


def decode(payload: Payload) -> Decoded | None:
    """The text as it came; cut, with a note, if it is long."""
    text = payload.text
    if text is None:
        return None
    notes = [payload.fault] if payload.fault else []
    if len(text) > TEXT_CHARS_MAX:
        notes.append(f"a text of {len(text)} characters, shown to character {TEXT_CHARS_MAX}")
    observation = Observation(VALUE, Kind.text, NO_VALUE, text[:TEXT_CHARS_MAX], None, None)
    note = "; ".join(notes) or None
    return Decoded(DECODER.name, DECODER.version, (observation,), None, note, understood=payload.fault is None)


DECODER = Decoder("text", 1, decode, takes="any other UTF-8")
