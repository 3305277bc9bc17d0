"""What a proof consists of: records, the chain from them to a signature or seal, and what binds them to names."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from gdp.datum import Datum
from gdp.errors import BadRequest
from gdp.metadata import Metadata
from gdp.names import GdpName
from gdp.seal import decode_seal


class Link(NamedTuple):
    """A record without its data: as much as its hash takes (gdp-protocol §8), and its signature, if it has one."""

    recno: int
    ts: int
    accuracy: float
    prevhash: bytes | None
    data_sha256: bytes
    sig: bytes | None

    @classmethod
    def of(cls, datum: Datum) -> Self:
        """Return a record's link."""
        recno, ts, accuracy, prevhash, data, sig = datum
        return cls(recno, ts, accuracy, prevhash, hashlib.sha256(data).digest(), sig)


class Sealing(NamedTuple):
    """A record of the seal log, with the log's name and metadata blob."""

    log: GdpName
    metadata: bytes
    record: Datum


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive records of one log and what vouches for them.

    Attributes:
        log: name of the log, as claimed; a check compares it with the metadata.
        metadata: the blob.
        records: what is proven, at least one.
        chain: the records that follow, up to the one that is signed or sealed; empty if the last of `records` is.
        seal: the seal that lists the last of all these, if that has no signature of its own.
    """

    log: GdpName
    metadata: bytes
    records: tuple[Datum, ...]
    chain: tuple[Link, ...] = ()
    seal: Sealing | None = None

    @property
    def links(self) -> tuple[Link, ...]:
        """All records, those to prove and those that follow, in order."""
        return (*map(Link.of, self.records), *self.chain)

    @property
    def covered(self) -> bool:
        """Whether a signature or seal is given for the last record; without one nothing is proven."""
        last = self.chain[-1] if self.chain else self.records[-1]
        return last.sig is not None or self.seal is not None


@dataclass(frozen=True, slots=True)
class Proof:
    """Records of a log, and the catalogue's record that lists the log, if that is to be proven too."""

    span: Span
    catalogue: Span | None = None

    @property
    def covered(self) -> bool:
        """Whether signatures or seals reach everything in it."""
        return self.span.covered and (self.catalogue is None or self.catalogue.covered)


def make(
    metadata: Metadata,
    records: Sequence[Datum],
    following: Iterable[Datum] = (),
    *,
    seal: Sealing | None = None,
    catalogue: Span | None = None,
) -> Proof:
    """Return the proof of consecutive records of a log.

    `catalogue` is the span of the catalogue's record that lists the log; the other arguments are those of `span_of`.
    """
    return Proof(span_of(metadata, records, following, seal=seal), catalogue)


def span_of(
    metadata: Metadata, records: Sequence[Datum], following: Iterable[Datum] = (), *, seal: Sealing | None = None
) -> Span:
    """Return the span of consecutive records; without signature or seal it is one that is not covered yet.

    Args:
        metadata: the log's.
        records: what is to be proven.
        following: the records after them, as far as the first signed or the sealed one; read no further than that.
        seal: a seal that lists one of the records from the last of `records` on; unused if a signature comes first.
    """
    chain: list[Link] = []
    last, sealed = records[-1], _sealed_recno(metadata.name, seal)
    following = iter(following)
    while last.sig is None and last.recno != sealed:
        after = next(following, None)
        if after is None:
            # A chain that leads nowhere proves nothing.
            return Span(metadata.name, metadata.blob, tuple(records))
        chain.append(Link.of(after))
        last = after
    return Span(metadata.name, metadata.blob, tuple(records), tuple(chain), seal if last.sig is None else None)


def _sealed_recno(log: GdpName, seal: Sealing | None) -> int | None:
    if seal is None:
        return None
    try:
        return next((entry.recno for entry in decode_seal(seal.record.data) if entry.log == log), None)
    except BadRequest:
        return None
