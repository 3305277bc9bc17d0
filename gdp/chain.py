"""Checking a log: links, record numbers, signatures and seals (gdp-protocol §8); a report, never an exception.

A changed byte breaks the link to the next record, or the record's own signature, or a seal. Where one change explains
what is seen, the record that was changed is named, not its neighbour.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from gdp.datum import Datum, LogHash
from gdp.keys import VerifyKey
from gdp.metadata import SYN, Metadata
from gdp.names import GdpName

FAULTS_MAX = 100
"""Faults kept in a report; more are only counted."""

CHAINED_SYNTAX = b"hearthlog/"


class Fault(NamedTuple):
    """What is wrong with one record: `field` is recno, prevhash, contents, sig or seal."""

    recno: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a walk over a log found.

    Attributes:
        records: records seen.
        last: number of the last one (the starting point if none was seen).
        tip: hash of the last one, None if none.
        signed: records with a valid signature of the log's key.
        proven: highest record number covered by a signature or seal; records after it are pending.
        key_known: whether the log names a key that can be used; without, only links and seals were checked.
        faults: the first faults, in order of record.
        fault_count: how many there are.
    """

    name: GdpName
    records: int
    last: int
    tip: bytes | None
    signed: int
    proven: int
    key_known: bool
    faults: tuple[Fault, ...]
    fault_count: int

    @property
    def ok(self) -> bool:
        """True if nothing is wrong."""
        return self.fault_count == 0

    @property
    def pending(self) -> int:
        """Records at the end that no signature or seal covers yet."""
        return max(0, self.last - self.proven)


def is_chained(metadata: Metadata) -> bool:
    """Tell whether the log promises a prevhash in every record but the first (SYN `hearthlog/…`)."""
    return (metadata.get(SYN) or b"").startswith(CHAINED_SYNTAX)


def verify(
    metadata: Metadata,
    datums: Iterable[Datum],
    *,
    after: tuple[int, bytes] | None = None,
    seals: Mapping[int, bytes] | None = None,
) -> Report:
    """Walk records of a log in order and report.

    Args:
        metadata: the log's; hashes and the key come from it.
        datums: consecutive records, from record 1 or from the one that follows `after`.
        after: number and hash of a record that is already trusted.
        seals: record number → hash, as the store's verified seal log lists them for this log.
    """
    walk = Walk(metadata, after=after, seals=seals)
    for datum in datums:
        walk.add(datum)
    return walk.finish()


_NOTHING: tuple[int, bytes | None] = (0, None)


class _State(Enum):
    """What is known of the record last seen."""

    GOOD = auto()  # vouched for by its signature, a seal, or the caller
    UNKNOWN = auto()  # unsigned: the next record will tell
    BAD_SIGNATURE = auto()  # signature or contents changed: the next record's link tells which
    SUSPECT = auto()  # its link is broken, and so it or the record before was changed
    REPORTED = auto()


class Walk:
    """One pass over a log, record by record, in constant memory."""

    def __init__(
        self,
        metadata: Metadata,
        *,
        after: tuple[int, bytes] | None = None,
        seals: Mapping[int, bytes] | None = None,
    ) -> None:
        self._name = metadata.name
        self._hash = LogHash(metadata.name, metadata.blob)
        self._key = VerifyKey.of(metadata)
        self._chained = is_chained(metadata)
        self._seals = seals or {}
        self._last, self._tip = after or _NOTHING
        self._proven = self._last
        self._state = _State.GOOD
        self._records = self._signed = self._fault_count = 0
        self._faults: list[Fault] = []

    def add(self, datum: Datum) -> None:
        """Check the next record."""
        digest = self._hash.hash(datum)
        own = self._signature(datum, digest)
        linked = self._link(datum)
        explained = self._settle(linked)
        state = self._judge(datum, own, broken=linked is False and not explained)
        self._state = self._sealed(datum.recno, digest, state)
        if self._state is _State.GOOD:
            self._proven = datum.recno
        self._records += 1
        self._last, self._tip = datum.recno, digest

    def finish(self) -> Report:
        """Close the walk: what is still undecided is a fault, and a seal beyond the end means a cut log."""
        self._settle(None)
        beyond = max(self._seals, default=0)
        if beyond > self._last:
            self._fault(beyond, "seal", f"sealed up to record {beyond}, but the log ends at {self._last}")
        return Report(
            name=self._name,
            records=self._records,
            last=self._last,
            tip=self._tip,
            signed=self._signed,
            proven=self._proven,
            key_known=self._key is not None,
            faults=tuple(self._faults),
            fault_count=self._fault_count,
        )

    def _signature(self, datum: Datum, digest: bytes) -> bool | None:
        """Return whether the record's own signature is good, None if there is nothing to check."""
        if datum.sig is None or self._key is None:
            return None
        good = self._key.verify(digest, datum.sig)
        self._signed += good
        return good

    def _link(self, datum: Datum) -> bool | None:
        """Return whether the record's prevhash is the hash of the one before, None if that cannot be told."""
        if datum.recno != self._last + 1:
            self._fault(datum.recno, "recno", f"follows record {self._last}")
            return None
        if datum.prevhash is None and not self._chained:
            return None
        return datum.prevhash == self._tip

    def _settle(self, linked: bool | None) -> bool:
        """Decide what was undecided about the record before; return whether it explains a broken link after it."""
        if self._state is _State.BAD_SIGNATURE:
            if linked is False:
                self._fault(self._last, "contents", "the record does not match its signature nor the next prevhash")
            else:
                self._fault(self._last, "sig", "the signature does not match the record")
            return True
        if self._state is _State.SUSPECT:
            if linked is False:
                self._fault(self._last, "prevhash", f"is not the hash of record {self._last - 1}")
                return True
            self._blame_contents(self._last - 1)
        return self._state is _State.REPORTED

    def _judge(self, datum: Datum, own: bool | None, *, broken: bool) -> _State:
        """Return what is known of this record; `broken` is a broken link that nothing explains yet."""
        intact = {True: _State.GOOD, False: _State.BAD_SIGNATURE, None: _State.UNKNOWN}[own]
        if not broken:
            return intact
        if self._state is _State.GOOD or own is False:
            before = f"the hash of record {datum.recno - 1}" if datum.recno > 1 else "absent, as it is in record 1"
            self._fault(datum.recno, "prevhash", f"is not {before}")
            return _State.GOOD if own else _State.REPORTED
        if own is None:
            return _State.SUSPECT
        self._blame_contents(datum.recno - 1)
        return _State.GOOD

    def _sealed(self, recno: int, digest: bytes, state: _State) -> _State:
        expected = self._seals.get(recno)
        if expected is None:
            return state
        if expected == digest:
            if state is _State.SUSPECT:
                self._blame_contents(recno - 1)
            return state if state is _State.BAD_SIGNATURE else _State.GOOD
        if state in (_State.UNKNOWN, _State.GOOD):
            self._fault(recno, "seal", "the record is not the one that was sealed")
            return _State.REPORTED
        return state

    def _blame_contents(self, recno: int) -> None:
        self._fault(recno, "contents", f"record {recno + 1} names another hash for it")

    def _fault(self, recno: int, field: str, reason: str) -> None:
        self._fault_count += 1
        if len(self._faults) < FAULTS_MAX:
            self._faults.append(Fault(recno, field, reason))
