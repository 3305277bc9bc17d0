"""The publisher: QoS 1 over a raw socket, as a process of its own (`python -m bench.load`).

Two ways to publish. *Flood*: pre-encoded blocks of packets, a bounded window of unacknowledged ones, as fast as the
broker acknowledges; about 1 µs of CPU a message, so that the publisher is never the bottleneck. *Paced*: so many a
second, each with the monotonic clock (ns) of its sending in the payload, for latencies on one machine.
"""

import argparse
import json
import math
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Self

from bench import mqtt

BLOCK = 50  # packets in one write
CYCLE_MAX = 100_000  # packets made at most to give each topic equally many
WAIT_S = 60.0  # an acknowledgement that takes longer is a failure, not a slow one


class LoadError(Exception):
    """The broker refused us, or stopped answering."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a publisher did: messages, all acknowledged by the broker, and what that took."""

    messages: int
    seconds: float
    cpu_s: float


def topics(count: int) -> list[bytes]:
    """`count` topics shaped like those of a home."""
    return [f"bench/room{index // 10}/sensor{index}/state".encode() for index in range(count)]


def cycle(names: int, *, at_least: int) -> int:
    """How many packets are made before they come again.

    Packet ids repeat after a whole number of blocks, which is more than the window: none is in use twice. Each topic
    has equally many, unless that would be too many to hold.
    """
    even = math.lcm(names, BLOCK)
    step = even if even <= CYCLE_MAX else BLOCK
    return -(-max(names, at_least) // step) * step


def payload(size: int, *, stamp: int = 0) -> bytes:
    """A JSON object of exactly `size` bytes with a number, a device's usual shape; `stamp` in ns."""
    head = b'{"temperature":21.5,"stamp":%d,"pad":"' % stamp
    return head + b"x" * (size - len(head) - 2) + b'"}'


def stamped(size: int) -> bytes:
    """The same with the time of its sending."""
    return payload(size, stamp=time.monotonic_ns())


class Publisher:
    """One connection to the broker; `with` is its lifetime."""

    def __init__(self, port: int, *, user: str = "", password: str = "", client_id: str = "bench-load") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(mqtt.connect(client_id, user, password))
        answer = self._socket.recv(mqtt.CONNACK_BYTES, socket.MSG_WAITALL)
        if len(answer) < mqtt.CONNACK_BYTES or answer[3]:
            raise LoadError(f"the broker on port {port} refused the publisher: CONNACK {answer.hex()}")
        self.acked = 0
        self._half = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.close()

    def flood(self, names: list[bytes], count: int, *, size: int, window: int) -> None:
        """Publish `count` messages round-robin over `names`, at most `window` unacknowledged."""
        body = payload(size)
        packets = [
            mqtt.publish(1 + index % mqtt.PACKET_ID_MAX, names[index % len(names)], body)
            for index in range(cycle(len(names), at_least=window * 2))
        ]
        blocks = [b"".join(packets[at : at + BLOCK]) for at in range(0, len(packets), BLOCK)]
        sent, before = 0, self.acked
        while sent < count:
            while sent - (self.acked - before) > window - BLOCK:
                self._receive()
            at = sent // BLOCK % len(blocks)
            if count - sent >= BLOCK:
                self._socket.sendall(blocks[at])
                sent += BLOCK
            else:
                self._socket.sendall(b"".join(packets[at * BLOCK : at * BLOCK + count - sent]))
                sent = count
        self._drain(before + count)

    def paced(self, names: list[bytes], *, rate: float, seconds: float, said: Callable[[int], bytes]) -> int:
        """Publish `rate` messages a second for `seconds`; the number sent. `said`: payload by number, made when due."""
        count, before = int(rate * seconds), self.acked
        start = time.monotonic_ns()
        step = 1e9 / rate
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            for index in range(count):
                due = start + int(index * step)
                while (left := due - time.monotonic_ns()) > 0:
                    if selector.select(left / 1e9):
                        self._receive()
                name = names[index % len(names)]
                self._socket.sendall(mqtt.publish(1 + index % mqtt.PACKET_ID_MAX, name, said(index)))
        self._drain(before + count)
        return count

    def _drain(self, acked: int) -> None:
        while self.acked < acked:
            self._receive()

    def _receive(self) -> None:
        """Count acknowledgements: nothing but PUBACK can come to a client without subscriptions."""
        data = self._socket.recv(1 << 16)
        if not data:
            raise LoadError(f"the broker closed the connection after {self.acked} acknowledgements")
        whole, self._half = divmod(self._half + len(data), mqtt.PUBACK_BYTES)
        self.acked += whole


def main() -> None:
    """Publish as the arguments say and print what was sent as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--topics", type=int, default=1)
    parser.add_argument("--size", type=int, default=200, help="bytes of a payload")
    parser.add_argument("--count", type=int, default=0, help="flood: messages in all")
    parser.add_argument("--window", type=int, default=2000, help="flood: unacknowledged messages at most")
    parser.add_argument("--rate", type=float, default=0, help="paced: messages a second")
    parser.add_argument("--seconds", type=float, default=1, help="paced: how long")
    given = parser.parse_args()
    names = topics(given.topics)
    with Publisher(given.port, user=given.user, password=given.password) as publisher:
        start, cpu = time.monotonic(), time.process_time()
        if given.count:
            publisher.flood(names, given.count, size=given.size, window=given.window)
        else:
            publisher.paced(names, rate=given.rate, seconds=given.seconds, said=lambda _: stamped(given.size))
        done = Sent(publisher.acked, time.monotonic() - start, time.process_time() - cpu)
    print(json.dumps(asdict(done)), flush=True)


if __name__ == "__main__":
    main()
