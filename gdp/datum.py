"""A record of a log, and the hash that chains and is signed (gdp-protocol §8)."""

import hashlib
import struct
from typing import NamedTuple, Protocol, TypeAlias

NS_PER_S = 1_000_000_000
HASH_BYTES = 32

_NUMBERS = struct.Struct(">qqIf")  # recno, seconds, nanoseconds, accuracy
CHAINED = struct.Struct(_NUMBERS.format + f"{HASH_BYTES}s{HASH_BYTES}s")
"""What follows name and metadata in `pre` where there is a prevhash: numbers, prevhash, SHA-256 of the data."""


class Datum(NamedTuple):
    """One record.

    `ts` is the commit time in ns since 1970, `accuracy` its uncertainty in seconds (a float32 value), `prevhash` the
    hash of the record before (None where there is none), `sig` a DER signature over the hash, or None.
    """

    recno: int
    ts: int
    accuracy: float
    prevhash: bytes | None
    data: bytes
    sig: bytes | None


DatumFields: TypeAlias = tuple[int, int, float, bytes | None, bytes, bytes | None]
"""The fields of a `Datum` as a plain tuple, which is taken apart in a tenth of the time (Python 3.11)."""


class HashState(Protocol):
    """What `hashlib` makes."""

    def update(self, data: bytes, /) -> None:
        """Go on with these bytes."""

    def digest(self) -> bytes:
        """Return the hash of all bytes so far."""


class LogHash:
    """Computes record hashes of one log; keeps the SHA-256 state over name and metadata, so that a record costs 1 µs.

    The hash of a record is SHA-256 over `pre` (§8). Signatures are over the same digest: `pre` is hashed once.

    Attributes:
        copy: returns a new SHA-256 state over name and metadata.
    """

    __slots__ = ("copy",)

    def __init__(self, name: bytes, metadata_blob: bytes) -> None:
        self.copy = hashlib.sha256(name + metadata_blob).copy

    def digest(self, recno: int, ts: int, accuracy: float, prevhash: bytes | None, data_sha256: bytes) -> bytes:
        """Return a record's hash where only the SHA-256 of its data is known (proofs)."""
        state = self.copy()
        seconds, nanoseconds = divmod(ts, NS_PER_S)
        state.update(_NUMBERS.pack(recno, seconds, nanoseconds, accuracy) + (prevhash or b"") + data_sha256)
        return state.digest()

    def hash(self, datum: Datum) -> bytes:
        """Return the record's hash: the next record's prevhash, and what its signature covers."""
        return self.digest(datum.recno, datum.ts, datum.accuracy, datum.prevhash, hashlib.sha256(datum.data).digest())
