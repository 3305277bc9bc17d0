"""Devices that say one number each with their own time, as a process of its own (`python -m bench.devices`).

What a page draws as one series a topic, where `bench.load` says three fields. `--span` packs a longer stretch into the
run: the device times go through the so many seconds that end when it does.
"""

import argparse
import time

from bench.load import Publisher, topics

NS_PER_MS = 1_000_000


def number(index: int, time_ms: int) -> bytes:
    """What a device says with its message number `index`: another value each time, within one day of temperatures."""
    return b'{"value":%.2f,"time":%d}' % (18 + index * 7 % 500 / 100, time_ms)


def main() -> None:
    """Publish as the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m bench.devices", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--topics", type=int, default=100)
    parser.add_argument("--rate", type=float, required=True, help="messages a second")
    parser.add_argument("--seconds", type=float, required=True, help="how long")
    parser.add_argument("--span", type=float, default=0, help="seconds that the device times go through (the run)")
    given = parser.parse_args()
    span_ms = (given.span or given.seconds) * 1e3
    end_ms = time.time_ns() / NS_PER_MS + given.seconds * 1e3
    count = int(given.rate * given.seconds)

    def said(index: int) -> bytes:
        return number(index, int(end_ms - span_ms * (1 - index / count)))

    with Publisher(given.port, user=given.user, password=given.password, client_id="bench-devices") as publisher:
        publisher.paced(topics(given.topics), rate=given.rate, seconds=given.seconds, said=said)


if __name__ == "__main__":
    main()
