"""The registry: every decoder, in the order in which they are asked."""

from ingest.decoders import boolean, empty, json_batch, json_fields, number, raw, text
from ingest.decoders.base import Decoder

DECODERS: tuple[Decoder, ...] = (
    empty.DECODER,
    number.DECODER,
    boolean.DECODER,
    json_batch.DECODER,
    json_fields.DECODER,
    text.DECODER,
    raw.DECODER,
)

DECODER_SET = "-".join(f"{each.name}{each.version}" for each in DECODERS)
"""Names what every answer depends on: equal ids give equal observations."""
