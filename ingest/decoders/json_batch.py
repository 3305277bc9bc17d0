"""JSON batches: an array of objects of which each has its own device time, as a device that was offline sends it."""

from ingest.decoders.base import Decoded, Decoder, Payload
from ingest.decoders.fields import Layout
from ingest.decoders.json_fields import claimed_time


def decode(payload: Payload) -> Decoded | None:
    """Each element as if it had come alone, with its own time; the message as a whole has none."""
    document = payload.document
    if not isinstance(document, list) or not document:
        return None
    times = [claimed_time(element, payload.logged_time) for element in document]
    if any(instant is None for _, instant in times):
        return None
    layout = Layout()
    for element, (name, instant) in zip(document, times, strict=True):
        layout.add(element, instant, without=name)
    return Decoded(DECODER.name, DECODER.version, tuple(layout.observations), None, layout.note())


DECODER = Decoder("batch", 1, decode, documents=(list,), takes="arrays of objects that all have a device time")
