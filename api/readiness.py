"""Readiness: whether what a device says now is kept and can be read, and if not, what is missing, in words."""

import time

from api.services import Services

NS_PER_S = 1_000_000_000
FEED_SILENCE_S = 3.0


def lag_s(services: Services) -> float:
    """Age of the feed's watermark in seconds, by the wall clock and the sink's known offset from it."""
    now = services.clock() - services.sink.clock_offset_ns
    return max(now - services.progress.watermark, 0) / NS_PER_S


def is_connected(services: Services) -> bool:
    """Whether the feed speaks: a watermark comes each second when nothing else does (gdp-protocol §17)."""
    return time.monotonic() - services.progress.heard <= FEED_SILENCE_S


def missing(services: Services) -> list[str]:
    """What keeps the home from being ready; empty if it is."""
    if services.home is None:
        return ["no store yet: the sink has not been started here"]
    faults = []
    progress = services.progress
    if not is_connected(services):
        because = f": {progress.fault}" if progress.fault else ", and with it the sink"
        faults.append(f"the log server at {services.settings.gdp} does not answer{because}")
    elif not progress.watermark:
        faults.append("the feed has not given a watermark yet")
    elif (lag := lag_s(services)) > services.settings.ready_lag_max_s:
        read = f"history is being read log by log, {progress.records:,} records so far"
        state = read if progress.snapshot else "catching up, or the sink stands still"
        faults.append(f"the read model is {lag:.0f} s behind: {state}")
    return faults + services.sink.faults()
