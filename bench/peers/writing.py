"""Writing what arrives: to us through the broker as a device does, to the others in batches as their agents do."""

import selectors
import socket
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from bench import mqtt
from bench.load import LoadError
from bench.peers.homes import FIELDS, line, payload, topic_of
from bench.peers.http import Client, Request
from bench.peers.postgres import connect

WAIT_S = 60.0
WINDOW = 20_000


class Said(NamedTuple):
    """One message: whose, when (ms), and its values as text."""

    sensor: int
    time: int
    texts: tuple[str, ...]


class Writer(Protocol):
    """One connection that takes messages in."""

    def write(self, messages: Sequence[Said]) -> None:
        """Write them; they may become visible later."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class MqttWriter:
    """Publishes one by one at QoS 1 to the home's broker."""

    def __init__(self, port: int, token: str, client_id: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(mqtt.connect(client_id, "admin", token))
        answer = self._socket.recv(mqtt.CONNACK_BYTES, socket.MSG_WAITALL)
        if len(answer) < mqtt.CONNACK_BYTES or answer[3]:
            raise LoadError(f"the broker on port {port} refused the publisher: CONNACK {answer.hex()}")
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._socket, selectors.EVENT_READ)
        self._sent = self._acked_bytes = 0

    def write(self, messages: Sequence[Said]) -> None:
        """See `Writer`."""
        for each in messages:
            packet_id = 1 + self._sent % mqtt.PACKET_ID_MAX
            body = payload(each.time, each.texts)
            self._socket.sendall(mqtt.publish(packet_id, topic_of(each.sensor).encode(), body))
            self._sent += 1
        while self._selector.select(0) or self._sent - self._acked_bytes // mqtt.PUBACK_BYTES > WINDOW:
            data = self._socket.recv(1 << 16)
            if not data:
                raise LoadError("the broker closed the connection")
            self._acked_bytes += len(data)

    def close(self) -> None:
        """See `Writer`."""
        self._selector.close()
        self._socket.close()


class LineWriter:
    """Posts batches in InfluxDB's line protocol."""

    def __init__(self, port: int, target: str) -> None:
        self._client = Client(port)
        self._target = target

    def write(self, messages: Sequence[Said]) -> None:
        """See `Writer`."""
        body = "\n".join(line(topic_of(each.sensor), each.time, each.texts) for each in messages)
        self._client.send(Request(self._target, "none", "POST", body.encode()))

    def close(self) -> None:
        """See `Writer`."""
        self._client.close()


class SqlWriter:
    """Inserts batches, one statement and so one transaction each."""

    def __init__(self, port: int) -> None:
        self._connection = connect(port)

    def write(self, messages: Sequence[Said]) -> None:
        """See `Writer`."""
        rows = [
            (each.sensor * len(FIELDS) + place, each.time / 1000, float(text))
            for each in messages
            for place, text in enumerate(each.texts)
        ]
        self._connection.execute(
            "INSERT INTO observations SELECT series, to_timestamp(at), value "
            "FROM unnest(%s::int[], %s::float8[], %s::float8[]) AS said(series, at, value)",
            list(map(list, zip(*rows, strict=True))),
        )

    def close(self) -> None:
        """See `Writer`."""
        self._connection.close()


def writer_of(name: str, port: int, token: str = "", client_id: str = "bench-peers") -> Writer:
    """The writer for a program; for us `port` is the broker's."""
    if name == "hearthlog":
        return MqttWriter(port, token, client_id)
    if name == "PostgreSQL":
        return SqlWriter(port)
    return LineWriter(port, "/write?db=bench&precision=ms" if name == "InfluxDB" else "/write?precision=ms")
