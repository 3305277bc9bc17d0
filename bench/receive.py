"""The sink up to one of its stages, as a process of its own (`python -m bench.receive`).

`--keep nothing` acknowledges each delivery at once: the receive path alone. The others run the whole sink on a store:
`log` never signs and writes no `.glog` files, `signed` signs by the default rule, `filed` writes the files too.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from gdp.committer import Committer
from gdp.settings import StoreSettings
from gdp.store import Store
from gdp.store.behind import IDLE_S
from gdp_sink.mqtt_source import MqttOptions, MqttSource
from gdp_sink.process import calm_the_collector
from gdp_sink.settings import SinkSettings
from gdp_sink.sink import Sink
from gdp_sink.source import Acks, Connected, Deliveries, Event, Subscribed

NEVER = 1 << 40
_UNFILED = {"glog_pending_max": NEVER, "commit_log_bytes": NEVER, "glog_lag_max_s": NEVER}
STORES = {
    "log": StoreSettings(signature_interval_s=1e9, signature_unsigned_max=NEVER, **_UNFILED),
    "signed": StoreSettings(**_UNFILED),
    "filed": StoreSettings(glog_disk_share_max=1.0),
}


class CountedSource(MqttSource):
    """Says when it is subscribed and when `warm` messages are acknowledged; calls `end` after `count` more."""

    def __init__(self, options: MqttOptions, warm: int, count: int, end: Callable[[], None]) -> None:
        super().__init__(options)
        self._left = warm + count
        self._count = count
        self._end = end

    async def next(self) -> Sequence[Event]:
        """As the source."""
        events = await super().next()
        if any(isinstance(event, Subscribed) for event in events):
            print("subscribed", flush=True)
        return events

    def acknowledge(self, acks: Sequence[Acks]) -> int:
        """As the source."""
        stale = super().acknowledge(acks)
        cold = self._left > self._count
        self._left -= sum(len(each.packet_ids) for each in acks)
        if cold and self._left <= self._count:
            print("warm", flush=True)
        if self._left <= 0:
            self._end()
        return stale


async def receive(source: MqttSource) -> None:
    """Acknowledge everything at once."""
    async with source:
        while True:
            for event in await source.next():
                match event:
                    case Connected(generation, _):
                        source.subscribe(generation, ["#"], [])
                    case Deliveries(batch):
                        source.acknowledge([Acks(batch[0][6], [each[5] for each in batch])])


async def keep(store: Store, source: MqttSource, directory: Path) -> None:
    """Run the sink."""
    settings = SinkSettings(data=directory, broker_database="")
    async with Committer(store) as committer:
        sink = Sink(settings, committer, source, clock=time.monotonic_ns)
        sink.recover()
        calm_the_collector()
        await sink.run(asyncio.Event())


def main() -> None:
    """Run until `--warm` and then `--count` messages are taken."""
    parser = argparse.ArgumentParser(prog="python -m bench.receive", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--warm", type=int, default=0)
    parser.add_argument("--keep", choices=("nothing", *STORES), default="nothing")
    parser.add_argument("--pending", type=int, default=256, help="filed: records of a log in one transaction")
    parser.add_argument("--directory", type=Path, default=Path())
    given = parser.parse_args()
    options = MqttOptions("127.0.0.1", given.port, "bench-receive", keepalive_s=600)

    # The interpreter's own end is not what is measured.
    def end() -> None:
        os._exit(0)

    if given.keep == "nothing":
        asyncio.run(receive(CountedSource(options, given.warm, given.count, end)))
        return
    settings = STORES[given.keep]
    if given.keep == "filed":
        settings = replace(settings, glog_pending_max=given.pending)
    store = Store.open(given.directory / "store", keys=given.directory / "keys", settings=settings)

    def file_and_end() -> None:
        while given.keep == "filed" and store.flush_due() < IDLE_S:
            pass  # a round each; what has not enough records for a transaction stays unfiled
        end()

    asyncio.run(keep(store, CountedSource(options, given.warm, given.count, file_and_end), given.directory))


if __name__ == "__main__":
    main()
