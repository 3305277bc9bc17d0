"""Everything that can go wrong in `gdp`, as one hierarchy under `GdpError`.

Names say what happened, not that it is an error, hence no suffix (the protocol's own words).
`nak` is the acknowledgement code that a server answers with (gdp-protocol §4, §12).
"""

from typing import ClassVar


class GdpError(Exception):
    """Root of all errors of this package; on the wire an internal error (224) unless a subclass knows better."""

    nak: ClassVar[int] = 224


class BadRequest(GdpError):
    """The request cannot be understood: bad metadata, a log name that is not the metadata's hash, a missing body."""

    nak = 192


class GdpNameError(BadRequest, ValueError):
    """Text or bytes that name nothing: empty, all zero, or not 32 bytes."""


class MetadataError(BadRequest, ValueError):
    """Bytes that are not a metadata blob (gdp-protocol §7)."""


class BadProof(BadRequest, ValueError):
    """Bytes that are not a proof (docs/proofs.md); the text names the field."""


class PositionError(GdpError, ValueError):
    """Text that is not a position (`<8 characters>.<ns>`, comma-joined)."""

    nak = 192


class KeyUnusable(GdpError):
    """A key entry or key file that this implementation cannot use: unknown hash, curve or encoding."""

    nak = 192


class BadSignature(GdpError):
    """The signature is missing where one is demanded, or does not match (193)."""

    nak = 193


class BadOption(GdpError):
    """A record number or count outside what the command takes (194)."""

    nak = 194


class Forbidden(GdpError):
    """The log takes no such append: it belongs to a running sink (195)."""

    nak = 195


class OutOfSequence(GdpError):
    """The record does not extend the log's tip: a hole in record numbers, or another prevhash (195)."""

    nak = 195


class NotFound(GdpError):
    """No such log or record (196)."""

    nak = 196


class Conflict(GdpError):
    """The log exists, or another record has this number (201)."""

    nak = 201


class TooLarge(GdpError):
    """The record could be stored but never read back in one PDU (205, gdp-protocol §2)."""

    nak = 205


class NotImplementedByServer(GdpError):
    """The server knows the command's code but not the command (225)."""

    nak = 225


class Unavailable(GdpError):
    """The server is stopping, or has no room for another subscription (227)."""

    nak = 227


class NoRoute(GdpError):
    """Nobody serves this name here (240; made from a layer-4 "no route")."""

    nak = 240


class ProtocolError(GdpError):
    """The peer sent bytes that are not this protocol."""

    nak = 192


class ConnectionLost(GdpError):
    """The connection ended before the answer came; whether the request took effect is unknown."""


class TimedOut(GdpError):
    """No answer within the request's deadline; whether the request took effect is unknown."""


class StoreError(GdpError):
    """The store on disk cannot do what was asked."""


class CorruptStore(StoreError):
    """Bytes on disk are not what was written; the text says where and what to do."""


class StoreBusy(StoreError):
    """Another process has the store open for writing."""


class DiskFull(StoreError):
    """There is no room for the batch; nothing of it is stored, and it may be tried again."""


class StoreFailed(StoreError):
    """The disk refused to write or to make durable what was written: the process must end, and nothing be tried again.

    After a failed fdatasync nobody knows what is on the disk, and a second one may succeed without having written it.
    """


class Older(StoreError):
    """The position precedes the oldest kept segment: read log by log up to `snapshot`, then follow from there.

    Attributes:
        snapshot: logged time in ns up to which a log by log reading is complete.
    """

    def __init__(self, snapshot: int) -> None:
        super().__init__(f"older than the oldest commit-log segment; a snapshot up to {snapshot} ns can be read")
        self.snapshot = snapshot
