"""The codec of frames and of the records in them: bytes and values, no file (docs/formats.md, "Frame").

A frame's checksum is seeded with its segment's salt and its own place, so that neither stale bytes, nor a frame copied
elsewhere, nor a frame that a device sent as payload can pass for one.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

FRAME_MAGIC = b"HLFR"
_FRAME = struct.Struct(">4sIIIQQQ")  # magic, CRC-32, body bytes, records, first and last logged time, reserved time
FRAME_HEAD_BYTES = _FRAME.size
CHECKED_FROM = 8  # the CRC covers everything after itself
_PLACE = struct.Struct(">Q")

_RECORD = struct.Struct(">IQQIHHIB")  # log, recno, logged, data bytes, sig bytes, packet id, epoch, flags
RECORD_HEAD_BYTES = _RECORD.size
pack_record_head = _RECORD.pack
unpack_record_head = _RECORD.unpack_from
_OWN_TIME = struct.Struct(">Qf")  # ts and accuracy, where they are not (logged, 0)
_HASH_BYTES = 32

CHAINED = 1  # the record has a prevhash: the one given here, or else the hash of the log's record before it
PREVHASH_HERE = 2
OWN_TIME_HERE = 4
CONTINUES = 8  # the record is a further part of the message that the record before it belongs to


class BadFrame(ValueError):
    """Bytes that are no frame; the text says what is wrong with them."""


class FrameHead(NamedTuple):
    """What a frame says of itself: times in ns; after this frame no record gets a logged time up to `reserved`."""

    body_bytes: int
    records: int
    first: int
    last: int
    reserved: int


class Stored(NamedTuple):
    """A record as a frame holds it.

    `prevhash` is None also where it is to be derived (`chained`). `packet_id` and `epoch` are of the MQTT delivery, 0
    where there was none; `continues` marks the further records of one message. Times in ns, accuracy in s.
    """

    log: int
    recno: int
    logged: int
    ts: int
    accuracy: float
    chained: bool
    prevhash: bytes | None
    sig: bytes | None
    data: bytes
    packet_id: int = 0
    epoch: int = 0
    continues: bool = False


class BodyBuilder:
    """Collects the records of one frame; `bytes` is the body's size so far."""

    __slots__ = ("_pack", "_parts", "bytes", "count")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._pack = _RECORD.pack
        self.bytes = 0
        self.count = 0

    def add(  # noqa: PLR0917, named arguments would cost 0.2 µs a record
        self,
        log: int,
        recno: int,
        logged: int,
        data: bytes,
        sig: bytes | None,
        prevhash: bytes | None,
        chained: bool,
        packet_id: int = 0,
        epoch: int = 0,
        own_time: bytes = b"",
        continues: bool = False,
    ) -> int:
        """Add a record (as `Stored`; `own_time` by the function of that name); return where in the body it begins."""
        flags = CHAINED if chained else 0
        prefix = own_time
        if own_time:
            flags |= OWN_TIME_HERE
        if prevhash:
            flags |= PREVHASH_HERE
            prefix += prevhash
        if sig:
            prefix += sig
        if continues:
            flags |= CONTINUES
        head = self._pack(log, recno, logged, len(data), len(sig) if sig else 0, packet_id, epoch, flags)
        self._parts += (head, prefix, data)
        begins = self.bytes
        self.bytes = begins + RECORD_HEAD_BYTES + len(prefix) + len(data)
        self.count += 1
        return begins

    def extend(self, parts: list[bytes], size: int, count: int) -> None:
        """Add records that are encoded already: `size` bytes in all."""
        self._parts += parts
        self.bytes += size
        self.count += count

    def body(self) -> bytes:
        """Return the frame's body."""
        return b"".join(self._parts)


def own_time(logged: int, ts: int, accuracy: float) -> bytes:
    """Return the bytes that say a record's own time, none where it is the logged time, exactly."""
    packed = _OWN_TIME.pack(ts, accuracy)  # compared as bytes, for -0.0 is not 0.0 in a hash
    return b"" if packed == _OWN_TIME.pack(logged, 0.0) else packed


def encode_stored(records: list[Stored]) -> bytes:
    """Return the body of a frame with these records."""
    builder = BodyBuilder()
    for log, recno, logged, ts, accuracy, chained, prevhash, sig, data, packet_id, epoch, continues in records:
        time = own_time(logged, ts, accuracy)
        builder.add(log, recno, logged, data, sig, prevhash, chained, packet_id, epoch, time, continues)
    return builder.body()


def encode_head(body: bytes, count: int, first: int, last: int, reserved: int, *, salt: bytes, place: int) -> bytes:
    """Return the head of a frame that begins at byte `place` of the segment with this salt."""
    fields = (len(body), count, first, last, reserved)
    raw = _FRAME.pack(FRAME_MAGIC, 0, *fields)
    return _FRAME.pack(FRAME_MAGIC, checksum(raw[CHECKED_FROM:], body, salt, place), *fields)


def decode_head(raw: bytes) -> FrameHead:
    """Read a frame's head, unchecked but for its magic.

    Raises:
        BadFrame: too short, or other magic.
    """
    if len(raw) < FRAME_HEAD_BYTES:
        raise BadFrame(f"{len(raw)} bytes are left, a frame's head has {FRAME_HEAD_BYTES}")
    magic, _, body_bytes, records, first, last, reserved = _FRAME.unpack_from(raw)
    if magic != FRAME_MAGIC:
        raise BadFrame(f"no frame begins here (found {raw[:4].hex()})")
    return FrameHead(body_bytes, records, first, last, reserved)


def check_frame(raw: bytes | memoryview, body: bytes | memoryview, *, salt: bytes, place: int) -> None:
    """Check a head's CRC over itself and its body.

    Raises:
        BadFrame: it does not match.
    """
    (stored,) = struct.unpack_from(">I", raw, 4)
    if checksum(raw[CHECKED_FROM:FRAME_HEAD_BYTES], body, salt, place) != stored:
        raise BadFrame("the frame's checksum does not match")


def checksum(head: bytes | memoryview, body: bytes | memoryview, salt: bytes, place: int) -> int:
    """Return CRC-32 over salt, place, the rest of the head, and the body."""
    return zlib.crc32(body, zlib.crc32(head, zlib.crc32(salt + _PLACE.pack(place))))


def decode_record(raw: bytes, at: int) -> tuple[Stored, int]:
    """Read the record that begins at byte `at`; return it and where it ends.

    Raises:
        BadFrame: it does not fit into the bytes.
    """
    try:
        log, recno, logged, data_bytes, sig_bytes, packet_id, epoch, flags = _RECORD.unpack_from(raw, at)
        at += RECORD_HEAD_BYTES
        ts, accuracy = logged, 0.0
        if flags & OWN_TIME_HERE:
            ts, accuracy = _OWN_TIME.unpack_from(raw, at)
            at += _OWN_TIME.size
    except struct.error as error:
        raise BadFrame("a record's head is cut short") from error
    prevhash = None
    if flags & PREVHASH_HERE:
        prevhash = raw[at : at + _HASH_BYTES]
        at += _HASH_BYTES
    sig = None
    if sig_bytes:
        sig = raw[at : at + sig_bytes]
        at += sig_bytes
    end = at + data_bytes
    if end > len(raw):
        raise BadFrame("a record's data is cut short")
    chained, continues = bool(flags & CHAINED), bool(flags & CONTINUES)
    data = raw[at:end]
    return Stored(log, recno, logged, ts, accuracy, chained, prevhash, sig, data, packet_id, epoch, continues), end


def record_bytes(raw: bytes) -> int:
    """Return how many bytes the record takes whose head these bytes begin with.

    Raises:
        BadFrame: fewer bytes than a head.
    """
    if len(raw) < RECORD_HEAD_BYTES:
        raise BadFrame("a record's head is cut short")
    _, _, _, data_bytes, sig_bytes, _, _, flags = _RECORD.unpack_from(raw)
    own_time = _OWN_TIME.size if flags & OWN_TIME_HERE else 0
    prevhash = _HASH_BYTES if flags & PREVHASH_HERE else 0
    return RECORD_HEAD_BYTES + own_time + prevhash + int(sig_bytes) + int(data_bytes)


def decode_body(body: bytes, count: int) -> Iterator[tuple[int, Stored]]:
    """Return where each record begins, and the record.

    Raises:
        BadFrame: the body does not hold exactly `count` records.
    """
    at = 0
    for _ in range(count):
        record, end = decode_record(body, at)
        yield at, record
        at = end
    if at != len(body):
        raise BadFrame(f"{len(body) - at} bytes follow the last record")
