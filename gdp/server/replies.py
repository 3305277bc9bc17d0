"""Requests and their replies: source and destination swapped, rid repeated, PDUs numbered per request (§2, §4)."""

from collections.abc import Iterable
from typing import NamedTuple

from gdp.codes import Cmd, description_of
from gdp.datumcodec import CONTENT_OVERHEAD_BYTES_MAX, DATUM_OVERHEAD_BYTES_MAX, encode_content, encode_watermark
from gdp.errors import GdpError
from gdp.messages import Body, End, Message, Refusal
from gdp.names import NAME_BYTES, GdpName
from gdp.pdu import PAYLOAD_BYTES_MAX, SEQ_MODULO, regular
from gdp.server.connection import Connection
from gdp.wire import encode

CHUNK_BYTES_MAX = PAYLOAD_BYTES_MAX - CONTENT_OVERHEAD_BYTES_MAX


class Request(NamedTuple):
    """A message of a client to a name that is served here."""

    connection: Connection
    client: bytes
    name: GdpName
    message: Message

    @property
    def direct(self) -> bool:
        """True if the client itself is on this connection, not behind another router."""
        return self.client in self.connection.names

    def reply(self, cmd: int, body: Body = None) -> None:
        """Send a single reply (sequence number 0)."""
        Replies(self).send(cmd, body)

    def refuse(self, error: GdpError, recno: int | None = None) -> None:
        """Send the refusal that stands for an error."""
        self.reply(error.nak, Refusal(description_of(error), recno))


class Replies:
    """The replies to one request: C clients put them in order by the number that each PDU carries."""

    __slots__ = ("_names", "_next", "_rid", "connection")

    def __init__(self, request: Request) -> None:
        self.connection = request.connection
        self._names = request.client + request.name
        assert len(self._names) == 2 * NAME_BYTES
        self._rid = request.message.rid
        self._next = 0

    def send(self, cmd: int, body: Body = None) -> None:
        """Write one reply at once."""
        self.connection.send(self.message(cmd, body))

    def message(self, cmd: int, body: Body = None) -> bytes:
        """Return the PDU of the next reply."""
        return self._pdu(encode(Message(cmd, self._rid, body)))

    def watermark(self, ts: int) -> bytes:
        """Return the PDU of a watermark of the feed: nothing up to `ts` (ns) is still to come (gdp-protocol §17)."""
        return self._pdu(encode_watermark(self._rid, ts))

    def end(self, count: int) -> bytes:
        """Return the PDU that ends a range of `count` records."""
        return self.message(Cmd.ACK_END_OF_RESULTS, End(count))

    def contents(self, chunks: Iterable[list[bytes]]) -> bytes:
        """Return the PDUs that carry these encoded records, one PDU a chunk."""
        return b"".join([self._pdu(encode_content(self._rid, chunk)) for chunk in chunks])

    def _pdu(self, payload: bytes) -> bytes:
        number = self._next
        self._next = (number + 1) % SEQ_MODULO
        return regular(number, self._names, payload)


def chunked(encoded: Iterable[bytes], *, many: bool) -> list[list[bytes]]:
    """Divide encoded records among PDUs: as many as fit for who asked for many, else one each, as C demands."""
    if not many:
        return [[datum] for datum in encoded]
    chunks: list[list[bytes]] = []
    room = 0
    for datum in encoded:
        needed = len(datum) + DATUM_OVERHEAD_BYTES_MAX
        if needed > room:
            chunks.append([])
            room = CHUNK_BYTES_MAX
        chunks[-1].append(datum)
        room -= needed
    return chunks
