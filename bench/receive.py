"""The sink's receive path alone, every delivery acknowledged and nothing kept (`python -m bench.receive`).

What it costs less than the whole sink is the price of keeping messages; against the C library's subscriber it says what
the language costs.
"""

import argparse
import asyncio
import os

from gdp_sink.mqtt_source import MqttOptions, MqttSource
from gdp_sink.source import Ack, Connected, Deliveries, Subscribed


async def take(port: int, count: int) -> None:
    """Acknowledge `count` messages, then leave without ceremony."""
    options = MqttOptions("127.0.0.1", port, "bench-receive", keepalive_s=600)
    async with MqttSource(options) as source:
        while count > 0:
            for event in await source.next():
                match event:
                    case Connected(generation, _):
                        source.subscribe(generation, ["#"], [])
                    case Subscribed():
                        print("subscribed", flush=True)
                    case Deliveries(batch):
                        source.acknowledge([Ack(one.generation, one.packet_id) for one in batch])
                        count -= len(batch)
        os._exit(0)  # the interpreter's own end is not what is measured


def main() -> None:
    """Run until `--count` messages are taken."""
    parser = argparse.ArgumentParser(prog="python -m bench.receive", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    given = parser.parse_args()
    asyncio.run(take(given.port, given.count))


if __name__ == "__main__":
    main()
