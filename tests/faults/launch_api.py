"""Runs the real api on the clock that the files in $FAULTS say, with one more decoder, which fails on topics below `bad/`.

clock_offset_ns  the wall clock is so far ahead
"""

import os
import sys
import time
from pathlib import Path

import ingest.decode
from ingest.decoders.base import Decoder

FAULTS = Path(os.environ["FAULTS"])
real_time_ns = time.time_ns


def time_ns():
    try:
        return real_time_ns() + int((FAULTS / "clock_offset_ns").read_text())
    except FileNotFoundError:
        return real_time_ns()


def fail(payload):
    if payload.topic.startswith("bad/"):
        raise ZeroDivisionError(payload.data)


time.time_ns = time_ns
ingest.decode.DECODERS = (Decoder("faulty", 1, fail), *ingest.decode.DECODERS)

from api.__main__ import main  # noqa: E402  # with clock and decoder in their places

code = main()
sys.stderr.flush()
os._exit(code)
