"""One connection of a client to a server or router; lives for that connection only."""

import asyncio
import socket
from typing import Self

from gdp.errors import ConnectionLost
from gdp.messages import Message
from gdp.pdu import Pdu, PduType, Splitter
from gdp.wire import encode

READ_BYTES = 256 * 1024
"""Taken from the socket at a time; also what may wait in the stream's buffer before TCP holds the server back."""


class Link:
    """Sends requests from one name and splits what comes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: bytes) -> None:
        self._reader = reader
        self._writer = writer
        self._splitter = Splitter()
        self._name = name
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @classmethod
    async def open(cls, host: str, port: int, *, name: bytes, timeout_s: float) -> Self:
        """Connect, and advertise the name so that answers find their way.

        Raises:
            ConnectionLost: nobody answers there.
        """
        try:
            async with asyncio.timeout(timeout_s):
                reader, writer = await asyncio.open_connection(host, port, limit=READ_BYTES)
        except OSError as error:  # TimeoutError is one
            raise ConnectionLost(f"no connection to {host}:{port}: {error or 'timed out'}") from error
        link = cls(reader, writer, name)
        writer.write(Pdu(PduType.ADVERTISE, name, name).encode())
        return link

    def send(self, destination: bytes, message: Message) -> None:
        """Write a request; fails silently on a connection that ended, as `receive` will say."""
        self.send_payload(destination, encode(message))

    def send_payload(self, destination: bytes, payload: bytes) -> None:
        """Write an encoded request."""
        if not self._writer.transport.is_closing():
            self._writer.write(Pdu(PduType.REGULAR, destination, self._name, 0, payload).encode())

    async def drained(self) -> None:
        """Wait until the peer takes what was written.

        Raises:
            ConnectionLost: the connection ended.
        """
        try:
            await self._writer.drain()
        except OSError as error:
            raise ConnectionLost(f"the connection ended: {error}") from error

    async def receive(self) -> list[Pdu]:
        """Wait for bytes, return the PDUs that they complete (perhaps none).

        Raises:
            ConnectionLost: the connection ended.
            ProtocolError: the peer does not speak this protocol.
        """
        try:
            data = await self._reader.read(READ_BYTES)
        except OSError as error:
            raise ConnectionLost(f"the connection ended: {error}") from error
        if not data:
            raise ConnectionLost("the server closed the connection")
        return self._splitter.feed(data)

    def close(self) -> None:
        """Close; nothing more is received."""
        self._writer.close()
