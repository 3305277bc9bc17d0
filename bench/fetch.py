"""An HTTP client that costs little: one keep-alive connection, JSON parsed (`python -m bench.fetch`)."""

import argparse
import json
import socket
import time
from dataclasses import asdict, dataclass

import orjson

from bench.table import percentile

WAIT_S = 60.0


class FetchError(Exception):
    """An answer that is not 200, or not HTTP/1.1 with a length."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Requests of one client: how many, in which time, and the time of one in ms (parse included)."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    body_bytes: int


class Client:
    """One connection, one request at a time."""

    def __init__(self, port: int, target: str, token: str = "") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        account = f"Authorization: Bearer {token}\r\n" if token else ""
        self._request = f"GET {target} HTTP/1.1\r\nHost: bench\r\n{account}\r\n".encode()

    def get(self) -> bytes:
        """The body of one answer."""
        self._socket.sendall(self._request)
        data = self._receive()
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._receive()
        head, body = data[:end].lower(), data[end + 4 :]
        if not head.startswith(b"http/1.1 200") or b"content-length:" not in head:
            raise FetchError((head + b"\n\n" + body[:500]).decode(errors="replace"))
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        parts, have = [body], len(body)
        while have < length:
            parts.append(self._receive())
            have += len(parts[-1])
        return b"".join(parts)

    def _receive(self) -> bytes:
        data = self._socket.recv(1 << 18)
        if not data:
            raise FetchError("the server closed the connection")
        return data

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def fetch(client: Client, seconds: float, every_s: float = 0) -> Fetched:
    """Ask again and again for `seconds`, at once or (`every_s`) like a dashboard that polls."""
    client.get()
    times: list[float] = []
    body = b""
    start = time.perf_counter()
    while (before := time.perf_counter()) - start < seconds:
        body = client.get()
        orjson.loads(body)
        after = time.perf_counter()
        times.append((after - before) * 1e3)
        if every_s:
            time.sleep(max(0.0, before + every_s - after))
    elapsed = time.perf_counter() - start
    return Fetched(len(times), elapsed, percentile(times, 0.5), percentile(times, 0.99), len(body))


def main() -> None:
    """Fetch as the arguments say and print the figures as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.fetch", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--token", default="")
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--every", type=float, default=0, help="seconds between requests")
    given = parser.parse_args()
    client = Client(given.port, given.target, given.token)
    print(json.dumps(asdict(fetch(client, given.seconds, given.every))), flush=True)


if __name__ == "__main__":
    main()
