"""Verifying a proof from a name alone: names, hashes, links, signatures, seals (gdp-protocol §6 to §8)."""

from itertools import pairwise

from gdp.catalogue import Kind, decode_entry
from gdp.datum import LogHash
from gdp.errors import BadRequest, CorruptStore, MetadataError
from gdp.keys import VerifyKey
from gdp.metadata import HCAT, HKND, WPK, XID, Metadata
from gdp.names import GdpName, printable
from gdp.proof.parts import Link, Proof, Sealing, Span
from gdp.proof.verdict import BY_LOG, EVER, Check, State, Verdict, recnos
from gdp.seal import decode_seal


def verify(name: GdpName | None, proof: Proof) -> Verdict:
    """Check a proof against a name that is trusted: the log's own, or the catalogue's of its store.

    Never raises: what is wrong is in the verdict, each with the record and the field. Without a name nothing is proven,
    for anyone can make a log of their own.
    """
    span, catalogue = proof.span, proof.catalogue
    checks = [_name(name, proof)]
    metadata, found = _span(span)
    checks += found
    if catalogue is not None:
        home, found = _span(catalogue)
        checks += [check._replace(text=f"catalogue: {check.text}") for check in found]
        if metadata is not None and home is not None:
            checks.append(_listed(metadata, home, catalogue))
    by_log = catalogue is None and metadata is not None and metadata.get(HCAT) is not None
    topic = None if metadata is None else metadata.text(XID)
    return Verdict(span.log, topic, span.records, tuple(checks), (*((BY_LOG,) if by_log else ()), *EVER))


def _good(id_: str, text: str) -> Check:
    return Check(id_, State.GOOD, text)


def _bad(id_: str, text: str, recno: int | None = None, field: str | None = None) -> Check:
    return Check(id_, State.BAD, text if recno is None else f"record {recno}, {field}: {text}", recno, field)


def _name(name: GdpName | None, proof: Proof) -> Check:
    if name is None:
        return Check("name", State.OPEN, f"no name was given to trust; this is of log {printable(proof.span.log)}")
    if name == proof.span.log:
        return _good("name", f"the proof is of the log that was asked for, {printable(name)}")
    if proof.catalogue is not None and name == proof.catalogue.log:
        return _good("name", f"the proof begins at the catalogue that was asked for, {printable(name)}")
    known = f"it is of log {printable(proof.span.log)}"
    if proof.catalogue is not None:
        known += f" of the catalogue {printable(proof.catalogue.log)}"
    return _bad("name", f"the proof is not about {printable(name)}: {known}")


def _span(span: Span) -> tuple[Metadata | None, list[Check]]:
    """Check one log's part; without metadata that is the log's own nothing else can be."""
    metadata, check = _metadata(span.log, span.metadata)
    if metadata is None:
        return None, [check]
    links = span.links
    hashes = _hashes(metadata, links)
    key = VerifyKey.of(metadata)
    signed = [
        None if link.sig is None or key is None else key.verify(digest, link.sig)
        for link, digest in zip(links, hashes, strict=True)
    ]
    vouching = _vouching(metadata, span, hashes[-1], key, signed[-1])
    own = _Chain(links, hashes, signed, vouched=vouching[-1].state is State.GOOD)
    return metadata, [check, *own.checks(), *vouching]


def _metadata(log: GdpName, blob: bytes) -> tuple[Metadata | None, Check]:
    try:
        metadata = Metadata.parse(blob)
    except MetadataError as error:
        return None, _bad("metadata", f"{error}", field="metadata")
    if metadata.name != log:
        return None, _bad("metadata", f"SHA-256 of the metadata is not {printable(log)}", field="metadata")
    return metadata, _good("metadata", f"SHA-256 of the metadata is the log's name, {printable(log)}")


def _hashes(metadata: Metadata, links: tuple[Link, ...]) -> list[bytes]:
    log_hash = LogHash(metadata.name, metadata.blob)
    return [log_hash.digest(*link[:5]) for link in links]


class _Chain:
    """The links of one log between its first record here and the one that is vouched for."""

    def __init__(
        self, links: tuple[Link, ...], hashes: list[bytes], signed: list[bool | None], *, vouched: bool
    ) -> None:
        self._links = links
        self._hashes = hashes
        self._signed = signed
        self._vouched = vouched

    def checks(self) -> list[Check]:
        """One line for the links, and one for each signature that is beside the last."""
        return [self._linked(), *self._signatures()]

    def _linked(self) -> Check:
        links = self._links
        for at, (before, link) in enumerate(pairwise(links)):
            if link.recno != before.recno + 1:
                return _bad("prevhash", f"record {link.recno} follows {before.recno}", link.recno, "recno")
            if not self._fits(at + 1):
                return self._blamed(at)
        span = recnos(links[0].recno, links[-1].recno)
        if len(links) == 1:
            return _good("prevhash", f"{span} has the hash {self._hashes[0].hex()}")
        return _good("prevhash", f"{span}: each names the hash of the one before, up to {self._hashes[-1].hex()}")

    def _fits(self, at: int) -> bool:
        return self._links[at].prevhash == self._hashes[at - 1]

    def _blamed(self, at: int) -> Check:
        """Say which of two records that do not fit was changed: the one that something else vouches for was not."""
        before, after = self._links[at], self._links[at + 1]
        last = at + 2 == len(self._links)
        after_intact = self._signed[at + 1] or (self._vouched if last else self._fits(at + 2))
        if self._signed[at] or not after_intact:
            return _bad("prevhash", f"is not the hash of record {before.recno}", after.recno, "prevhash")
        return _bad("prevhash", f"record {after.recno} names another hash for it", before.recno, "contents")

    def _signatures(self) -> list[Check]:
        found = []
        for link, signed in zip(self._links[:-1], self._signed[:-1], strict=True):
            if signed is False:
                found.append(_bad("signature", "the signature does not match the record", link.recno, "sig"))
            elif signed:
                found.append(_good("signature", f"record {link.recno} is signed by the log's key"))
        return found


def _vouching(metadata: Metadata, span: Span, digest: bytes, key: VerifyKey | None, signed: bool | None) -> list[Check]:
    """Check what vouches for the last record, and so for all before it; the last of the checks says whether it does."""
    recno = span.links[-1].recno
    if signed is False:
        return [_bad("signature", "the signature does not match the record", recno, "sig")]
    if span.seal is not None:
        return _sealed(metadata, key, span.seal, recno, digest)
    if signed:
        return [_good("signature", f"record {recno} is signed by the key in the log's metadata")]
    if key is None:
        return [Check("signature", State.OPEN, "the log's metadata names no key that signs, so nothing can be proven")]
    text = f"no signature or seal covers record {recno} yet; one comes within seconds: fetch the proof again"
    return [Check("signature", State.OPEN, text, recno)]


def _sealed(metadata: Metadata, key: VerifyKey | None, seal: Sealing, recno: int, digest: bytes) -> list[Check]:
    """Check a seal: of the log's own store, signed with the log's own key, and listing the record with this hash."""
    sealing, check = _metadata(seal.log, seal.metadata)
    if sealing is None:
        return [check._replace(text=f"seal log: {check.text}")]
    if not _same_store(metadata, sealing) or sealing.get(HKND) != Kind.SEAL.value.encode():
        return [_bad("seal", "the seal log is not that of the log's own store and key", recno, "seal")]
    hashed = LogHash(sealing.name, sealing.blob).hash(seal.record)
    if key is None or seal.record.sig is None or not key.verify(hashed, seal.record.sig):
        return [_bad("seal", f"seal {seal.record.recno} does not match its signature", recno, "seal")]
    try:
        listed = [each for each in decode_seal(seal.record.data) if each.log == metadata.name]
    except BadRequest as error:
        return [_bad("seal", f"{error}", recno, "seal")]
    if (recno, digest) not in [(each.recno, each.hash) for each in listed]:
        return [_bad("seal", f"seal {seal.record.recno} does not list record {recno} with this hash", recno, "seal")]
    return [_good("seal", f"record {recno} is listed in seal {seal.record.recno}, which is signed by the log's key")]


def _same_store(one: Metadata, other: Metadata) -> bool:
    """Whether two logs name one catalogue and one writer's key."""
    key = one.get(WPK)
    return key is not None and key == other.get(WPK) and _catalogue_of(one) == _catalogue_of(other)


def _catalogue_of(metadata: Metadata) -> bytes:
    """The catalogue that a log's metadata names; the catalogue names none, for it is that itself."""
    return metadata.get(HCAT) or metadata.name


def _listed(metadata: Metadata, home: Metadata, catalogue: Span) -> Check:
    """Check that the catalogue's record is about this log, and that the log is of that catalogue."""
    record = catalogue.records[0]
    try:
        entry = decode_entry(record.recno, record.data)
    except CorruptStore as error:
        return _bad("catalogue", f"{error}", record.recno, "contents")
    if len(catalogue.records) != 1 or entry.metadata != metadata.blob:
        return _bad("catalogue", f"record {record.recno} of the catalogue lists another log", record.recno, "contents")
    foreign = entry.kind is Kind.FOREIGN
    if home.get(HKND) != Kind.CATALOGUE.value.encode() or not (foreign or _same_store(metadata, home)):
        return _bad("catalogue", "the log is not of this catalogue: its metadata names another one, or another key")
    if not foreign and entry.topic != metadata.text(XID):
        return _bad("catalogue", f"the catalogue says topic {entry.topic}, the log's metadata {metadata.text(XID)}")
    what = "a log of others" if foreign else f"generation {entry.generation} of topic {entry.topic}"
    return _good("catalogue", f"record {record.recno} of the catalogue lists the log as {what}")
