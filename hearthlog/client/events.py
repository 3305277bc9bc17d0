"""Server-sent events out of bytes (HTML Living Standard §9.2.6). No I/O."""

from collections.abc import Iterator
from typing import NamedTuple

from hearthlog.client.errors import HomeError

LINE_BYTES_MAX = 64 * 1024 * 1024
"""A longer line is no event of ours."""


class Event(NamedTuple):
    """One event. `id` is empty where it has none."""

    name: str
    id: str
    data: str


class Events:
    """Splits a stream into events, however it is cut into chunks; what is incomplete at the end never was."""

    def __init__(self) -> None:
        self._rest = b""
        self._fields: dict[str, str] = {}

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that these bytes complete.

        Raises:
            HomeError: a line without end: this is no event stream.
        """
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LINE_BYTES_MAX:
            raise HomeError(f"a line of more than {LINE_BYTES_MAX} bytes: this is no event stream")
        for line in lines:
            text = line.removesuffix(b"\r").decode(errors="replace")
            if text:
                name, _, value = text.partition(":")
                value = value.removeprefix(" ")
                known = self._fields.get("data")
                # Several lines of data are one text (the same section).
                self._fields[name] = f"{known}\n{value}" if name == "data" and known is not None else value
                continue
            fields, self._fields = self._fields, {}
            if "data" in fields:
                yield Event(fields.get("event", "message"), fields.get("id", ""), fields["data"])
