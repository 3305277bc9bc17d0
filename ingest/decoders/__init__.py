"""The registry: every decoder, in the order in which they are asked."""

from ingest import declared
from ingest.decoders import (
    boolean,
    cbor,
    discovery,
    empty,
    esphome,
    homie,
    json_batch,
    json_fields,
    json_samples,
    number,
    owntracks,
    raw,
    senml,
    shelly1,
    shelly2,
    sparkplug,
    tasmota,
    text,
    zigbee2mqtt,
)
from ingest.decoders.base import Decoder

DECODERS: tuple[Decoder, ...] = (
    # Conventions, which know by the topic: the more exactly a topic is theirs, the earlier.
    sparkplug.DECODER,
    cbor.DECODER,
    discovery.DECODER,
    zigbee2mqtt.DECODER,
    tasmota.DECODER,
    shelly2.DECODER,
    shelly1.DECODER,
    owntracks.DECODER,
    homie.DECODER,
    esphome.DECODER,
    # Whoever speaks: by the payload alone.
    empty.DECODER,
    number.DECODER,
    boolean.DECODER,
    senml.DECODER,
    json_batch.DECODER,
    json_samples.DECODER,
    json_fields.DECODER,
    text.DECODER,
    raw.DECODER,
)

DECODER_SET = "-".join([*(f"{each.name}.{each.version}" for each in DECODERS), f"declared.{declared.VERSION}"])
"""Names what every answer depends on: equal ids give equal observations."""
