"""Counting rows in an Arrow stream while it comes, from the head of each message: nothing of the data is looked at.

Format: the Arrow columnar format's IPC streaming format; heads are FlatBuffers (`Message.fbs`).
"""

import struct

CONTINUES = 0xFFFFFFFF
PREFIX_BYTES = 8
RECORD_BATCH = 3
"""Of `MessageHeader`."""
HEAD_BYTES_MAX = 1 << 24
"""A longer head is none."""


class RowCount:
    """Of one stream; stops counting at what it does not understand."""

    def __init__(self) -> None:
        self.rows = 0
        self._head = bytearray()
        self._skip = 0
        """Bytes of a message's body that are still to come."""
        self._lost = False

    def feed(self, chunk: bytes) -> int:
        """Take the next bytes; how many rows there are in the messages that have begun."""
        place = 0
        while place < len(chunk) and not self._lost:
            if self._skip:
                step = min(self._skip, len(chunk) - place)
                self._skip -= step
            else:
                wanted = self._wanted() - len(self._head)
                step = min(wanted, len(chunk) - place)
                self._head += chunk[place : place + step]
                if step == wanted and len(self._head) > PREFIX_BYTES:
                    self._read()
                elif step == wanted and not self._length():
                    self._lost = True  # the end of the stream, or no Arrow
            place += step
        return self.rows

    def _wanted(self) -> int:
        return PREFIX_BYTES if len(self._head) < PREFIX_BYTES else PREFIX_BYTES + self._length()

    def _length(self) -> int:
        mark, length = struct.unpack_from("<II", self._head)
        return int(length) if mark == CONTINUES and length <= HEAD_BYTES_MAX else 0

    def _read(self) -> None:
        head = bytes(self._head[PREFIX_BYTES:])
        self._head.clear()
        try:
            message = _table(head, 0)
            self._skip = max(_number(head, message, 3, "<q"), 0)
            if _number(head, message, 1, "<B") == RECORD_BATCH:
                batch = _table(head, _field(head, message, 2))
                self.rows += max(_number(head, batch, 0, "<q"), 0)
        except struct.error:
            self._lost = True


def _table(head: bytes, at: int) -> int:
    """Where the table is that is referred to here."""
    return int(at + struct.unpack_from("<I", head, at)[0])


def _field(head: bytes, table: int, number: int) -> int:
    """Where a table's field is; 0 if it is left out, having its default."""
    slots = table - struct.unpack_from("<i", head, table)[0]
    (size,) = struct.unpack_from("<H", head, slots)
    slot = 4 + 2 * number
    offset = struct.unpack_from("<H", head, slots + slot)[0] if slot < size else 0
    return int(table + offset) if offset else 0


def _number(head: bytes, table: int, field: int, form: str) -> int:
    at = _field(head, table, field)
    return int(struct.unpack_from(form, head, at)[0]) if at else 0
