"""Layer 4: the 76-byte PDU header and the splitter of a TCP stream (gdp-protocol §2). Touches no socket."""

import struct
from enum import IntEnum
from typing import NamedTuple

from gdp.errors import ProtocolError

VERSION = 4
PORT = 8009
HEADER_BYTES = 76
HEADER_BYTES_MAX = 63 * 4  # with options
PAYLOAD_BYTES_MAX = 0xFFFF
SEQ_MODULO = 1 << 15

_HEADER = struct.Struct(">BBBBIHH32s32s")
_FIXED = struct.Struct(">BBBBIHH")
_LENGTH_FIELD = HEADER_BYTES // 4
_TIME_TO_LIVE = 15
_LOW_6_BITS = 0x3F
_TYPE_BITS = 0xE0
_ADDRESS_FORMAT_BITS = 0x07
_FRAGMENT_BITS = 0x1FFFF  # "more fragments" and the fragment offset
_SEQ_SHIFT = 17


class PduType(IntEnum):
    """What the header asks of a router: the top three bits of byte 2."""

    REGULAR = 0x00
    FORWARD = 0x20
    ADVERTISE = 0x40
    WITHDRAW = 0x60
    NO_ROUTE = 0x80


class Pdu(NamedTuple):
    """One PDU: type (as in `PduType`), destination and source names, sequence number modulo 32,768, payload."""

    type: int
    dst: bytes
    src: bytes
    seq: int = 0
    payload: bytes = b""

    def encode(self) -> bytes:
        """Return header and payload; the payload has at most 65,535 bytes, for one message must fit one PDU."""
        assert len(self.dst) == len(self.src) == 32
        return (
            _HEADER.pack(
                VERSION,
                _LENGTH_FIELD,
                self.type,
                _TIME_TO_LIVE,
                self.seq << _SEQ_SHIFT,
                0,
                len(self.payload),
                self.dst,
                self.src,
            )
            + self.payload
        )


def regular(seq: int, names: bytes, payload: bytes) -> bytes:
    """Return a regular PDU's bytes, where destination and source names have been joined already."""
    return _FIXED.pack(VERSION, _LENGTH_FIELD, 0, _TIME_TO_LIVE, seq << _SEQ_SHIFT, 0, len(payload)) + names + payload


def encode(pdu: Pdu) -> bytes:
    """Return the PDU's bytes (as `Pdu.encode`)."""
    return pdu.encode()


class Splitter:
    """Cuts a byte stream into PDUs; holds at most one incomplete PDU beside what one `feed` brings.

    PDUs in a form that nobody speaks over TCP (compact addresses, fragments) are skipped and counted in `skipped`.
    """

    __slots__ = ("_buffer", "skipped")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.skipped = 0

    def feed(self, data: bytes) -> list[Pdu]:
        """Take the next bytes, return the PDUs that they complete.

        Raises:
            ProtocolError: another version or an impossible header: the stream cannot be followed any further.
        """
        buffer = self._buffer
        buffer += data
        found: list[Pdu] = []
        at = 0
        while len(buffer) - at >= HEADER_BYTES:
            version, length, kind, _, word, _, payload_bytes = _FIXED.unpack_from(buffer, at)
            header_bytes = (length & _LOW_6_BITS) * 4
            if version != VERSION or header_bytes < HEADER_BYTES:
                raise ProtocolError(f"not a PDU of version {VERSION}: it begins {bytes(buffer[at : at + 4]).hex()}")
            end = at + header_bytes + payload_bytes
            if len(buffer) < end:
                break
            if kind & _ADDRESS_FORMAT_BITS or word & _FRAGMENT_BITS:
                self.skipped += 1
            else:
                found.append(_pdu(bytes(buffer[at:end]), kind & _TYPE_BITS, word >> _SEQ_SHIFT, header_bytes))
            at = end
        del buffer[:at]
        return found


def _pdu(raw: bytes, kind: int, seq: int, header_bytes: int) -> Pdu:
    return Pdu(kind, raw[12:44], raw[44:76], seq, raw[header_bytes:])
