"""The numbers of the whole path at one moment: what the sink told in its last heartbeat, and what the api knows."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from api.readiness import is_connected, lag_s
from api.services import Services

NS_PER_S = 1_000_000_000


class Vitals(NamedTuple):
    """Times in ns."""

    now: int
    """Logged time, as far as the api can tell."""
    counters: Mapping[str, float]
    """From the sink's last heartbeat, by name; docs/metrics.md lists them."""
    heartbeat: int | None
    """Logged time of that heartbeat."""
    event: str | None
    saving: bool | None
    watched: bool
    clock_offset_ns: int
    connected: bool
    """Whether the feed speaks."""
    lag_ns: int
    readers: int
    rejected: int
    undecoded: int
    unencrypted: tuple[str, ...] = ()
    """Addresses, HOST:PORT, that other machines reach without TLS."""

    def number(self, name: str) -> float:
        """One of the sink's numbers; not a number if it has not told it."""
        return self.counters.get(name, math.nan)

    def span_ns(self, name: str, unit_ns: int) -> float:
        """One of its times in ns."""
        return self.number(name) * unit_ns


def vitals_of(services: Services) -> Vitals:
    """The numbers as they are now."""
    sink = services.sink
    return Vitals(
        now=services.clock() - sink.clock_offset_ns,
        counters=dict(sink.counters),
        heartbeat=sink.heartbeat,
        event=sink.event,
        saving=sink.saving,
        watched=sink.watched,
        clock_offset_ns=sink.clock_offset_ns,
        connected=is_connected(services),
        lag_ns=int(lag_s(services) * NS_PER_S) if services.progress.watermark else 0,
        readers=services.hub.readers.total(),
        rejected=services.metrics.rejected,
        undecoded=services.progress.undecoded,
        unencrypted=services.settings.unencrypted,
    )
