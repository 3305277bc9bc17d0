"""A socket for paho-mqtt that reads in large chunks and tells how much of a chunk is left.

paho asks for one byte, then the length, then the rest: three system calls a message on a plain socket, and no way to
know whether another message is there.
"""

import socket

CHUNK_BYTES = 65_536
"""One chunk is parsed without a pause, so it bounds how long the loop is busy with it."""


class BufferedSocket:
    """Looks like a non-blocking socket; `recv` serves from the chunk that `fill` read, and never reads by itself."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._chunk = b""
        self._at = 0
        self._ended = False

    def fill(self) -> bool:
        """Read the next chunk once the last is used up. Returns whether there is anything for paho: bytes or the end.

        Raises:
            OSError: the connection broke.
        """
        if self._at < len(self._chunk):
            return True
        try:
            self._chunk = self._sock.recv(CHUNK_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            self._ended = True
            raise
        self._at = 0
        self._ended = not self._chunk
        return True

    @property
    def pending(self) -> bool:
        """Whether `recv` has something to give without `fill`."""
        return self._at < len(self._chunk)

    def recv(self, size: int) -> bytes:
        """Return up to `size` bytes of the chunk, b"" at the end of the connection.

        Raises:
            BlockingIOError: the chunk is used up.
        """
        start = self._at
        data = self._chunk[start : start + size]
        if not data and not self._ended:
            raise BlockingIOError
        self._at = start + len(data)
        return data

    def discard(self) -> None:
        """Throw away what the peer has sent: closing with unread bytes would reset the connection and lose our last."""
        self._chunk, self._at = b"", 0
        try:
            while self._sock.recv(CHUNK_BYTES):
                pass
        except OSError:
            return

    def send(self, data: bytes | bytearray) -> int:
        """As `socket.send`."""
        return self._sock.send(data)

    def close(self) -> None:
        """As `socket.close`."""
        self._sock.close()

    def fileno(self) -> int:
        """As `socket.fileno`."""
        return self._sock.fileno()

    def setblocking(self, flag: bool) -> None:  # paho's interface
        """As `socket.setblocking`."""
        self._sock.setblocking(flag)
