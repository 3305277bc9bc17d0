"""Collecting what a proof consists of: records, their chain up to a signature or seal, and the catalogue's record."""

from collections.abc import Callable
from typing import NamedTuple

from api.readmodel.catalogue import Catalogue
from api.store_reader import StoreReader
from gdp.catalogue import SEAL_ID
from gdp.datum import Datum
from gdp.errors import BadRequest
from gdp.metadata import Metadata
from gdp.names import GdpName
from gdp.proof import Proof, Sealing, Span, make, span_of
from gdp.seal import decode_seal
from ingest.envelope import part_of

CHAIN_RECORDS_MAX = 4_096
"""Records after the proven ones that are looked at; a store of ours signs each 256th at the latest."""
FIRST_PIECE, PIECE_MAX = 4, 256
SEALS_MAX = 64
"""Seals after the record that are looked at; the first or second one lists it."""


class Proven(NamedTuple):
    """Records to prove, with their log's metadata."""

    metadata: Metadata
    records: list[Datum]


class Prover:
    """Makes proofs of records that the store has."""

    def __init__(self, reader: StoreReader, catalogue: Catalogue) -> None:
        self._reader = reader
        self._catalogue = catalogue

    async def message(self, metadata: Metadata, recno: int, *, bytes_max: int) -> list[Datum]:
        """The record with this number, and all other parts of its message where it is one of several.

        Raises:
            StoreUnavailable: the log server does not answer.
        """
        found = await self._reader.range(metadata.name, recno, 1)
        piece = part_of(found[0].data) if found else None
        if piece is None:
            return found
        part, parts = piece
        whole = await self._reader.range(metadata.name, max(1, recno - part + 1), parts, bytes_max=bytes_max)
        # What a record says of its parts may be wrong; the record that was asked for is proven all the same.
        return whole if [part_of(datum.data) for datum in whole] == [(n, parts) for n in range(1, parts + 1)] else found

    async def prove(self, wanted: Proven, *, listed: bool) -> Proof:
        """Make the proof of consecutive records; `listed` adds the catalogue's record of their log, if it has one.

        Raises:
            StoreUnavailable: the log server does not answer.
        """
        entry = self._catalogue.log(wanted.metadata.name)
        home = None
        if listed and entry is not None and entry.id:
            home = await self._listing(entry.id)
        following, seal = await self._following(wanted)
        return make(wanted.metadata, wanted.records, following, seal=seal, catalogue=home)

    async def _listing(self, recno: int) -> Span | None:
        opened = await self._reader.open(self._catalogue.name)
        records = await self._reader.range(self._catalogue.name, recno, 1)
        if opened is None or not records:
            return None
        following, seal = await self._following(Proven(opened.metadata, records))
        return span_of(opened.metadata, records, following, seal=seal)

    async def _following(self, wanted: Proven) -> "_Vouching":
        """Read on to the first signed record; if there is none yet, find the seal."""
        last = wanted.records[-1]
        if last.sig is not None:
            return _Vouching([], None)
        log, most = wanted.metadata.name, CHAIN_RECORDS_MAX
        following = await self._until(log, last.recno + 1, lambda datum: datum.sig is not None, most=most)
        if following and following[-1].sig is not None:
            return _Vouching(following, None)
        return _Vouching(following, await self._seal(log, last))

    async def _until(self, log: GdpName, first: int, ends: Callable[[Datum], bool], *, most: int) -> list[Datum]:
        """Records from number `first` on up to the one that `ends` it: few at first, for it is mostly the next one."""
        found: list[Datum] = []
        size = FIRST_PIECE
        while len(found) < most:
            piece = await self._reader.range(log, first + len(found), size)
            for datum in piece:
                found.append(datum)
                if ends(datum):
                    return found
            if len(piece) < size:
                return found
            size = min(2 * size, PIECE_MAX)
        return found

    async def _seal(self, log: GdpName, record: Datum) -> Sealing | None:
        """The first seal that lists this record of the log, or a later one."""
        seals = self._catalogue.by_id.get(SEAL_ID)
        if seals is None:
            return None
        first = await self._reader.first_since(seals.name, record.ts)
        if first is None:
            return None
        found = await self._until(
            seals.name, first.recno, lambda datum: _seals(datum, log, record.recno), most=SEALS_MAX
        )
        if found and _seals(found[-1], log, record.recno):
            return Sealing(seals.name, seals.metadata, found[-1])
        return None


class _Vouching(NamedTuple):
    """What comes after records, and the seal that lists one of them, if a seal is what vouches."""

    following: list[Datum]
    seal: Sealing | None


def _seals(datum: Datum, log: GdpName, recno: int) -> bool:
    try:
        return any(each.log == log and each.recno >= recno for each in decode_seal(datum.data))
    except BadRequest:
        return False
