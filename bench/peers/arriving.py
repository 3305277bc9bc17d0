"""Observations that arrive while others ask (`python -m bench.peers.arriving`), until its input ends."""

import argparse
import json
import select
import sys
import time

from bench.peers.homes import FIELDS
from bench.peers.writing import Said, writer_of

RATE = 5_000
"""Observations a second."""
QUIET_SENSOR = 1
"""It says nothing, so that what is probed there is the newest."""
MQTT_TICK_S = 0.01
BATCH_TICK_S = 0.1
"""How long an agent of the others gathers before it writes."""


def main() -> None:
    """Write at the rate; at the end print how many messages, and in how many seconds."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers.arriving", description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--token", default="")
    parser.add_argument("--sensors", type=int, required=True)
    given = parser.parse_args()
    writer = writer_of(given.program, given.port, given.token, "bench-arriving")
    tick = MQTT_TICK_S if given.program == "hearthlog" else BATCH_TICK_S
    sensors = [sensor for sensor in range(given.sensors) if sensor != QUIET_SENSOR]
    sent, start = 0, time.monotonic()
    while not select.select([sys.stdin], [], [], max(0.0, start + sent * len(FIELDS) / RATE - time.monotonic()))[0]:
        due = max(1, int((time.monotonic() - start + tick) * RATE / len(FIELDS)) - sent)
        now = time.time_ns() // 1_000_000
        numbers = range(sent, sent + due)
        writer.write([Said(sensors[number % len(sensors)], now, texts_of(number)) for number in numbers])
        sent += due
    print(json.dumps([sent, time.monotonic() - start]), flush=True)
    writer.close()


def texts_of(number: int) -> tuple[str, ...]:
    """Values that change a little each time."""
    return f"{20 + number % 300 / 100:.2f}", f"{40 + number % 97 / 10:.1f}", f"{1000 + number % 31 / 10:.1f}", "80"


if __name__ == "__main__":
    main()
