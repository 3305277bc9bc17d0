"""Runs the real api with a JSON decoder of version 2, whose numbers are one more."""

import os
import sys

import ingest.decode
from ingest.decoders import json_fields
from ingest.decoders.base import Decoder


def decode(payload):
    found = json_fields.decode(payload)
    if found is None:
        return None
    return found._replace(
        version=2, observations=tuple(each._replace(value=each.value + 1) for each in found.observations)
    )


NEWER = Decoder("json", 2, decode)
ingest.decode.DECODERS = tuple(NEWER if each is json_fields.DECODER else each for each in ingest.decode.DECODERS)
ingest.decode.DECODER_SET = ingest.decode.DECODER_SET.replace("-json.1-", "-json.2-")
assert NEWER in ingest.decode.DECODERS

from api.__main__ import main  # noqa: E402  # with the decoder in its place

code = main()
sys.stderr.flush()
os._exit(code)
