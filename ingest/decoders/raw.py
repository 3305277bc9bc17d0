"""Raw bytes: what is not UTF-8 is kept as it is and counted; only its topic's convention could tell what it means."""

from ingest.decoders.base import VALUE, Decoded, Decoder, Payload
from ingest.observation import NO_VALUE, Kind, Observation


def keep(payload: Payload) -> Decoded:
    """One observation of kind bytes without a value: the bytes are read from the log."""
    observation = Observation(VALUE, Kind.bytes, NO_VALUE, None, None, None)
    note = f"{len(payload.data)} bytes that are not UTF-8: kept, not decoded"
    return Decoded(DECODER.name, DECODER.version, (observation,), None, note, understood=False)


DECODER = Decoder("bytes", 1, keep, takes="everything else")
