"""A log's metadata: an ordered list of entries whose bytes are the log's identity (gdp-protocol §7)."""

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from gdp.errors import MetadataError
from gdp.names import GdpName


def entry_id(letters: str) -> int:
    """Return the id that these three or four ASCII letters stand for, right-aligned in 32 bits."""
    return int.from_bytes(letters.encode("ascii"), "big")


XID = entry_id("XID")  # human name
CTM = entry_id("CTM")  # creation time, text
NON = entry_id("NON")  # 16 random bytes
CID = entry_id("CID")  # creator, text
OPK = entry_id("OPK")  # owner's public key entry
WPK = entry_id("WPK")  # writer's public key entry
SYN = entry_id("SYN")  # data syntax
HCAT = entry_id("HCAT")  # ours: the catalogue's name, 32 bytes
HKND = entry_id("HKND")  # ours: topic, catalogue, seal or sink
HGEN = entry_id("HGEN")  # ours: generation, decimal text
HINC = entry_id("HINC")  # ours: the incarnation of the store that began the log, text; absent in the first

_COUNT = struct.Struct(">H")
_ENTRY = struct.Struct(">II")
_LENGTH_MASK = 0xFFFFFF  # the upper 8 bits of a length are not meant


@dataclass(frozen=True, slots=True)
class Metadata:
    """The blob as it came, its entries in order, and the log's name, which is the blob's SHA-256."""

    blob: bytes
    entries: tuple[tuple[int, bytes], ...]
    name: GdpName

    @classmethod
    def build(cls, entries: Iterable[tuple[int, bytes]]) -> Self:
        """Encode the entries in the order given.

        Raises:
            MetadataError: no entry, more than 65,535, or a value of 16 MiB or more.
        """
        listed = tuple((number, bytes(value)) for number, value in entries)
        if not 1 <= len(listed) <= 0xFFFF:
            raise MetadataError(f"metadata has 1 to 65,535 entries, not {len(listed)}")
        if any(len(value) > _LENGTH_MASK for _, value in listed):
            raise MetadataError("a metadata entry is shorter than 16 MiB")
        head = b"".join(_ENTRY.pack(number, len(value)) for number, value in listed)
        blob = _COUNT.pack(len(listed)) + head + b"".join(value for _, value in listed)
        return cls(blob, listed, GdpName(hashlib.sha256(blob).digest()))

    @classmethod
    def parse(cls, blob: bytes) -> Self:
        """Read a blob; the bytes are kept, for names depend on them.

        Raises:
            MetadataError: no entries, or lengths that do not add up to the blob.
        """
        if len(blob) < _COUNT.size:
            raise MetadataError("metadata is shorter than its entry count")
        (count,) = _COUNT.unpack_from(blob)
        at = _COUNT.size + count * _ENTRY.size
        if count == 0 or len(blob) < at:
            raise MetadataError(f"metadata of {len(blob)} bytes cannot list {count} entries")
        entries = []
        for number, length in _ENTRY.iter_unpack(blob[_COUNT.size : at]):
            end = at + (length & _LENGTH_MASK)
            entries.append((number, blob[at:end]))
            at = end
        if at != len(blob):
            raise MetadataError(f"metadata entries take {at} bytes, the blob has {len(blob)}")
        return cls(bytes(blob), tuple(entries), GdpName(hashlib.sha256(blob).digest()))

    def get(self, number: int) -> bytes | None:
        """Return the value of the first entry with this id, or None."""
        return next((value for at, value in self.entries if at == number), None)

    def text(self, number: int) -> str | None:
        """Return an entry as UTF-8 text, or None; foreign bytes that are no UTF-8 are replaced, never an error."""
        value = self.get(number)
        return None if value is None else value.decode("utf-8", "replace")
