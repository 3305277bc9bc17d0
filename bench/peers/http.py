"""An HTTP client that costs little: one keep-alive connection, bodies with a length or in chunks, parsed as asked."""

import io
import socket
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.csv

from bench.process import BenchError

WAIT_S = 300.0
RECEIVE_BYTES = 1 << 20


class Request(NamedTuple):
    """What is asked, and how the answer is read: `json`, `jsonl`, `csv`, `arrow` or `none`."""

    target: str
    parse: str = "json"
    method: str = "GET"
    body: bytes = b""
    accept: str = ""


class ClosedError(BenchError):
    """The connection ended."""


class Client:
    """One connection, one request at a time."""

    def __init__(self, port: int, token: str = "") -> None:
        self._port = port
        self._connect()
        self._account = f"Authorization: Bearer {token}\r\n" if token else ""
        self._waiting, self._at = b"", 0
        """What has come, and how far it is read."""

    def _connect(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=WAIT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: Request) -> Any:
        """The parsed answer.

        Raises:
            BenchError: it is not 2xx.
        """
        return PARSERS[request.parse](self.send(request))

    def send(self, request: Request) -> bytes:
        """The body of the answer."""
        length = f"Content-Length: {len(request.body)}\r\n" if request.body or request.method == "POST" else ""
        accept = f"Accept: {request.accept}\r\n" if request.accept else ""
        head = f"{request.method} {request.target} HTTP/1.1\r\nHost: bench\r\n{self._account}{accept}{length}\r\n"
        status, *lines = self._head(head.encode() + request.body)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        if headers.get(b"transfer-encoding") == b"chunked":
            body = self._chunks()
        elif b" 204 " in status + b" ":
            body = b""
        else:
            parts: list[memoryview] = []
            self._take(int(headers[b"content-length"]), parts)
            body = b"".join(parts)
        if not status.startswith(b"HTTP/1.1 2"):
            raise BenchError(f"{request.target[:300]}: {status.decode()}: {body[:500].decode(errors='replace')}")
        return body

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _head(self, request: bytes) -> list[bytes]:
        """Send a request; once more if the server had closed the connection because it was idle."""
        try:
            self._socket.sendall(request)
            return self._until(b"\r\n\r\n").split(b"\r\n")
        except (ClosedError, ConnectionError):
            self._socket.close()
            self._connect()
            self._socket.sendall(request)
            return self._until(b"\r\n\r\n").split(b"\r\n")

    def _until(self, end: bytes) -> bytes:
        """What comes before `end`; nothing behind it is copied, however much waits there."""
        while (place := self._waiting.find(end, self._at)) < 0:
            self._waiting, self._at = self._waiting[self._at :] + self._receive(), 0
        found, self._at = self._waiting[self._at : place], place + len(end)
        return found

    def _take(self, size: int, parts: list[memoryview]) -> None:
        """Add the next `size` bytes, as they came."""
        while size:
            if self._at == len(self._waiting):
                self._waiting, self._at = self._receive(), 0
            part = memoryview(self._waiting)[self._at : self._at + size]
            parts.append(part)
            self._at += len(part)
            size -= len(part)

    def _chunks(self) -> bytes:
        parts: list[memoryview] = []
        while size := int(self._until(b"\r\n").partition(b";")[0], 16):
            self._take(size, parts)
            self._until(b"\r\n")
        self._until(b"\r\n")
        return b"".join(parts)

    def _receive(self) -> bytes:
        data = self._socket.recv(RECEIVE_BYTES)
        if not data:
            raise ClosedError("the server closed the connection")
        return data


def _lines(body: bytes) -> list[Any]:
    return [orjson.loads(line) for line in body.splitlines()]


def _csv(body: bytes) -> pa.Table:
    return pyarrow.csv.read_csv(io.BytesIO(body))


def _arrow(body: bytes) -> pa.Table:
    return pa.ipc.open_stream(body).read_all()


PARSERS: dict[str, Callable[[bytes], Any]] = {
    "json": orjson.loads,
    "jsonl": _lines,
    "csv": _csv,
    "arrow": _arrow,
    "none": bytes,
}
