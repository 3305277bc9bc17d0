"""Runs the real api with one more decoder, asked first, that fails on topics below `bad/`."""

import os
import sys

import ingest.decode
from ingest.decoders.base import Decoder


def fail(payload):
    if payload.topic.startswith("bad/"):
        raise ZeroDivisionError(payload.data)


ingest.decode.DECODERS = (Decoder("faulty", 1, fail), *ingest.decode.DECODERS)

from api.__main__ import main  # noqa: E402  # with the decoder in its place

code = main()
sys.stderr.flush()
os._exit(code)
