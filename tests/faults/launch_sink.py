"""Runs the real sink on a disk and a clock with faults: what the files in $FAULTS say, asked at each call.

sync_delay_ms    each fdatasync takes so much longer
sync_fails       fdatasync fails with EIO; each such call adds a line to sync_failed
die_after_sync   the process is killed as soon as an fdatasync is done: stored, not acknowledged
clock_offset_ns  the wall clock is so far ahead
"""

import errno
import os
import signal
import sys
import time
from pathlib import Path

FAULTS = Path(os.environ["FAULTS"])
real_sync, real_time_ns = os.fdatasync, time.time_ns


def said(name):
    try:
        return (FAULTS / name).read_text()
    except FileNotFoundError:
        return None


def sync(fd):
    time.sleep(int(said("sync_delay_ms") or 0) / 1000)
    if said("sync_fails") is not None:
        with (FAULTS / "sync_failed").open("a") as tries:
            tries.write("failed\n")
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    real_sync(fd)
    if said("die_after_sync") is not None:
        os.kill(os.getpid(), signal.SIGKILL)


os.fdatasync = sync
time.time_ns = lambda: real_time_ns() + int(said("clock_offset_ns") or 0)

from gdp_sink.process import main  # noqa: E402  # it takes the clock when it is imported

sys.exit(main())
