"""JSON objects, arrays and texts: one observation for each value, named by its path (`ENERGY.Power`, `rgb.0`)."""

from ingest.decoders.base import VALUE, Decoded, Decoder, Payload
from ingest.decoders.fields import Layout
from ingest.device_time import TIME_FIELDS, device_time
from ingest.strict_json import NOT_JSON


def decode(payload: Payload) -> Decoded | None:
    """Every scalar of the document. The top-level field that is the device time is not a value of its own."""
    if payload.too_deep:
        return Decoded(DECODER.name, DECODER.version, (), None, f"{payload.fault}: not decoded", understood=False)
    document = payload.document
    if document is NOT_JSON:
        return None
    name, instant = claimed_time(document, payload.logged_time)
    layout = Layout()
    layout.add(document if isinstance(document, (dict, list)) else {VALUE: document}, instant, without=name)
    return Decoded(DECODER.name, DECODER.version, tuple(layout.observations), instant, layout.note())


def claimed_time(document: object, logged_time: int) -> tuple[str | None, int | None]:
    """The top-level key that holds a valid device time, and that time; (None, None) if there is none."""
    if isinstance(document, dict):
        for name in TIME_FIELDS:
            if name in document:
                instant = device_time(document[name], logged_time)
                if instant is not None:
                    return name, instant
    return None, None


DECODER = Decoder("json", 1, decode, takes="any other JSON")
