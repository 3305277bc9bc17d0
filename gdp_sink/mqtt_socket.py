"""A socket for paho-mqtt from which it gets only what is given to it, in whole packets; the rest is ours to read.

Plain TCP only. With TLS, what the library has decrypted already would have to be read without waiting for the socket,
and its "want read" be taken for "nothing there".
"""

import socket

CHUNK_BYTES = 65_536
"""One chunk is parsed without a pause, so it bounds how long the loop is busy with it."""


class PassedSocket:
    """Looks like a non-blocking socket; `read` is for us, `recv` serves paho from what `give` was given."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._given = b""
        self._at = 0
        self._ended = False

    def read(self) -> bytes | None:
        """Read the next chunk; None if there is nothing yet, b"" at the end of the connection, which paho sees too.

        Raises:
            OSError: the connection broke; paho sees its end.
        """
        try:
            chunk = self._sock.recv(CHUNK_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            self._ended = True
            raise
        self._ended = not chunk
        return chunk

    def give(self, data: bytes) -> None:
        """Let paho have these bytes next; what it was given before is used up."""
        assert not self.pending
        self._given, self._at = data, 0

    @property
    def pending(self) -> bool:
        """Whether paho has not taken all that it was given."""
        return self._at < len(self._given)

    def recv(self, size: int) -> bytes:
        """Return up to `size` bytes of what was given, b"" at the end of the connection.

        Raises:
            BlockingIOError: that is used up.
        """
        start = self._at
        data = self._given[start : start + size]
        if not data and not self._ended:
            raise BlockingIOError
        self._at = start + len(data)
        return data

    def discard(self) -> None:
        """Throw away what the peer has sent: closing with unread bytes would reset the connection and lose our last."""
        self._given, self._at = b"", 0
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
