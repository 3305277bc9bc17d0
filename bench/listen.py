"""Who listens for stamped messages and says how old each was on arrival (`python -m bench.listen`).

Over server-sent events (the product's `live`) or over MQTT at QoS 1 (the floor: what the broker alone takes). Clocks
are the machine's monotonic one on both sides.
"""

import argparse
import http.client
import json
import socket
import time
from collections.abc import Iterator

import orjson

from bench import mqtt
from bench.table import percentile

WAIT_S = 60.0
FILTER = "bench/#"


def server_sent(port: int, token: str) -> Iterator[tuple[int, list[int]]]:
    """(now, stamps) for each piece of the event stream that ends an event; the first is empty: subscribed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    connection.request("GET", "/v1/live?filter=bench/%23", headers=headers)
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"live answered {answer.status}: {answer.read(500)!r}")
    yield 0, []
    rest = b""
    while data := answer.read1(1 << 18):
        now = time.monotonic_ns()
        whole, end, rest = (rest + data).rpartition(b"\n\n")
        stamps = [stamp for line in (whole + end).splitlines() if line.startswith(b"data:") for stamp in event(line)]
        if stamps:
            yield now, stamps


def event(line: bytes) -> Iterator[int]:
    """The stamp in an event's data, if it has one."""
    for observation in orjson.loads(line[5:]).get("observations", ()):
        if observation["field"] == "stamp":
            yield int(observation["value"])


def broker(port: int) -> Iterator[tuple[int, list[int]]]:
    """The same from a plain MQTT subscriber that acknowledges at once."""
    link = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.sendall(mqtt.connect("bench-listen", "", "") + mqtt.subscribe(1, FILTER, qos=1))
    rest = b""
    while data := link.recv(1 << 16):
        now = time.monotonic_ns()
        packets, rest = mqtt.split(rest + data)
        stamps = []
        for kind, body in packets:
            if kind >> 4 == mqtt.PUBLISH:
                packet_id, message = mqtt.publish_parts(kind, body)
                link.sendall(mqtt.puback(packet_id or 0))
                stamps.append(int(orjson.loads(message)["stamp"]))
            elif kind >> 4 == mqtt.SUBACK:
                yield 0, []
        if stamps:
            yield now, stamps


def main() -> None:
    """Say `ready`, listen until `--count` messages came, print the figures (ms) as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.listen", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--token", default="", help="of the api; without it the port is a broker's")
    parser.add_argument("--count", type=int, required=True)
    given = parser.parse_args()
    heard = server_sent(given.port, given.token) if given.token else broker(given.port)
    ages: list[float] = []
    for now, stamps in heard:
        if not now:  # only the first, which says that the subscription stands
            print("ready", flush=True)
        ages += [(now - stamp) / 1e6 for stamp in stamps]
        if len(ages) >= given.count:
            break
    settled = ages[len(ages) // 10 :]
    figures = {"p50_ms": percentile(settled, 0.5), "p99_ms": percentile(settled, 0.99), "max_ms": max(settled)}
    print(json.dumps({"messages": len(ages), **figures}), flush=True)


if __name__ == "__main__":
    main()
