"""A proof says what was recorded to anyone who knows only a name; whatever is changed in it is found, and where."""

import dataclasses
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdp.__main__ import main
from gdp.catalogue import Kind, LogEntry, encode_entry
from gdp.datum import Datum, LogHash
from gdp.errors import BadProof
from gdp.keys import WriterKey
from gdp.metadata import HCAT, HGEN, HKND, SYN, WPK, XID, Metadata
from gdp.names import GdpName, printable
from gdp.proof import Proof, Sealing, State, decode, encode, make, span_of, verify
from gdp.seal import Sealed, encode_seal
from tests.gdp import vectors as v

KEY = WriterKey.from_scalar(7, deterministic=True)
OTHER_KEY = WriterKey.from_scalar(8, deterministic=True)
TOPIC = "homes/h1/desk"
EVERY = 1_000_000_007


def own_log(kind: str, topic: str, *, key: WriterKey = KEY, catalogue: GdpName | None = None) -> Metadata:
    """The metadata of a log of a store of ours."""
    home = [] if catalogue is None else [(HCAT, bytes(catalogue))]
    named = [(HKND, kind.encode()), (HGEN, b"1"), (XID, topic.encode()), (SYN, b"hearthlog/1"), (WPK, key.entry)]
    return Metadata.build([*home, *named])


HOME = own_log("catalogue", "$hearthlog/catalogue")
LOG = own_log("topic", TOPIC, catalogue=HOME.name)
SEALS = own_log("seal", "$hearthlog/seal", catalogue=HOME.name)


def chained(metadata: Metadata, contents: list[bytes], signed: set[int], key: WriterKey = KEY) -> list[Datum]:
    log_hash, prevhash, log = LogHash(metadata.name, metadata.blob), None, []
    for recno, data in enumerate(contents, start=1):
        datum = Datum(recno, recno * EVERY, 0.0, prevhash, data, None)
        prevhash = log_hash.hash(datum)
        log.append(datum._replace(sig=key.sign(prevhash)) if recno in signed else datum)
    return log


def hash_of(metadata: Metadata, datum: Datum) -> bytes:
    return LogHash(metadata.name, metadata.blob).hash(datum)


def sealing(metadata: Metadata, datum: Datum, *, seals: Metadata = SEALS, key: WriterKey = KEY) -> Sealing:
    """A seal over this record and over one of another log."""
    tips = [Sealed(b"x" * 32, 3, b"y" * 32), Sealed(metadata.name, datum.recno, hash_of(metadata, datum))]
    (record,) = chained(seals, [encode_seal(tips)], {1}, key)
    return Sealing(seals.name, seals.blob, record)


def listing(metadata: Metadata = LOG, topic: str = TOPIC) -> list[Datum]:
    """A catalogue: its seal log, and the log."""
    entries = [
        LogEntry(1, SEALS.name, Kind.SEAL, "$hearthlog/seal", 1, 5, SEALS.blob),
        LogEntry(2, metadata.name, Kind.TOPIC, topic, 1, 6, metadata.blob),
    ]
    return chained(HOME, [encode_entry(each) for each in entries], {1})


def honest(
    first: int, last: int, signed: set[int], *, count: int = 9, sealed: int | None = None, known: bool = True
) -> Proof:
    """The proof of some records of a log with this many, some of them signed and one sealed."""
    log = chained(LOG, [b'{"v": %d}' % recno for recno in range(1, count + 1)], signed)
    seal = None if sealed is None else sealing(LOG, log[sealed - 1])
    listed = listing()
    home = span_of(HOME, listed[1:], seal=sealing(HOME, listed[1])) if known else None
    return make(LOG, log[first - 1 : last], log[last:], seal=seal, catalogue=home)


CASES = {
    "signed itself": honest(4, 4, {4}),
    "first, signed later": honest(1, 1, {4}),
    "chained, then sealed": honest(3, 3, set(), sealed=7),
    "last, sealed": honest(9, 9, {2}, sealed=9),
    "last, signed": honest(9, 9, {9}),
    "a range with parts": honest(2, 6, {3, 8}),
    "without the catalogue": honest(5, 5, {6}, known=False),
}


@pytest.mark.parametrize("case", CASES)
def test_an_honest_proof_passes_knowing_only_a_name(case):
    proof = decode(encode(CASES[case]))
    assert proof == CASES[case]
    for name in (LOG.name, *([HOME.name] if proof.catalogue else [])):
        verdict = verify(name, proof)
        assert verdict.proven, verdict.sentence
        assert (verdict.log, verdict.topic) == (LOG.name, TOPIC)
        assert verdict.sentence.startswith("Proven: record")
        assert verdict.not_proven


def test_the_published_log_of_the_protocol_is_proven():
    for at in range(3):
        assert verify(
            GdpName(v.NAME), decode(encode(make(v.METADATA, v.DATUMS[at : at + 1], v.DATUMS[at + 1 :])))
        ).proven


@given(st.data())
def test_whatever_byte_is_changed_the_proof_is_refused_or_not_proven(data):
    case = data.draw(st.sampled_from(sorted(CASES)))
    content = bytearray(encode(CASES[case]))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    try:
        proof = decode(bytes(content))
    except BadProof:
        return
    # Some bytes have another spelling of the same, such as 0.0 and 0e0.
    assert proof == CASES[case] or not verify(LOG.name, proof).proven


@given(st.data())
def test_every_single_byte_of_every_value_counts(data):
    """The same by meaning: no value of the parts can be another one unnoticed, whatever its spelling."""
    case = data.draw(st.sampled_from(sorted(CASES)))
    changed = data.draw(changes(CASES[case]))
    verdict = verify(LOG.name, changed)
    assert changed == CASES[case] or not verdict.proven
    assert changed == CASES[case] or any(check.state is State.BAD for check in verdict.checks)


@st.composite
def changes(draw, proof: Proof) -> Proof:
    """The proof with one byte or number somewhere in it changed."""

    def other(value):
        if isinstance(value, bytes) and value:
            at, bit = draw(st.integers(0, len(value) - 1)), draw(st.integers(1, 255))
            return value[:at] + bytes([value[at] ^ bit]) + value[at + 1 :]
        if isinstance(value, bytes):
            return b"\x00"
        if isinstance(value, int):
            return value + draw(st.sampled_from([-1, 1, 1 << 32]))
        if isinstance(value, float):
            return value + 0.5
        if isinstance(value, tuple):
            at = draw(st.integers(0, len(value) - 1))
            cells = [*value[:at], other(value[at]), *value[at + 1 :]]
            return type(value)(*cells) if hasattr(value, "_fields") else tuple(cells)
        return inside(value)

    def inside(value):
        if value is None:
            return None
        names = [each.name for each in dataclasses.fields(value) if getattr(value, each.name)]
        name = draw(st.sampled_from(names))
        return dataclasses.replace(value, **{name: other(getattr(value, name))})

    return inside(proof)


BLAMED = {
    "data": ("contents", lambda d: d._replace(data=b"other")),
    "time": ("contents", lambda d: d._replace(ts=d.ts + 1)),
    "prevhash": ("prevhash", lambda d: d._replace(prevhash=b"p" * 32)),
}


@pytest.mark.parametrize(("what", "recno"), [*itertools.product(BLAMED, (3, 4, 5))])
def test_the_record_that_was_changed_is_named_not_its_neighbour(what, recno):
    proof = honest(2, 6, {8})
    field, change = BLAMED[what]
    records = list(proof.span.records)
    records[recno - 2] = change(records[recno - 2])
    verdict = verify(LOG.name, dataclasses.replace(proof, span=dataclasses.replace(proof.span, records=tuple(records))))
    bad = [check for check in verdict.checks if check.state is State.BAD]
    assert [(check.recno, check.field) for check in bad] == [(recno, field)]
    assert f"record {recno}, {field}: " in verdict.sentence


def test_what_is_not_covered_yet_says_so():
    proof = honest(8, 8, {2})
    assert not proof.covered
    verdict = verify(LOG.name, decode(encode(proof)))
    assert not verdict.proven
    assert [check.state for check in verdict.checks].count(State.OPEN) == 1
    assert verdict.sentence.startswith("Not proven yet: record 8")


def test_an_unchained_log_is_proven_record_by_record_only():
    free = Metadata.build([(XID, b"c"), (WPK, KEY.entry)])
    log_hash = LogHash(free.name, free.blob)
    log = [Datum(recno, recno, 0.0, None, b"d", None) for recno in (1, 2)]
    log[1] = log[1]._replace(sig=KEY.sign(log_hash.hash(log[1])))
    assert verify(free.name, make(free, log[1:])).proven
    assert not verify(free.name, make(free, log[:1], log[1:])).proven


def test_another_name_is_not_proven():
    verdict = verify(GdpName(b"n" * 32), CASES["signed itself"])
    assert [check.id for check in verdict.checks if check.state is State.BAD] == ["name"]


def test_without_a_name_to_trust_nothing_is_proven():
    verdict = verify(None, CASES["signed itself"])
    assert not verdict.proven
    assert "no name was given" in verdict.sentence


def test_a_saved_proof_is_verified_by_the_command_line_offline(tmp_path, capsys):
    file, log = tmp_path / "proof.json", printable(LOG.name)
    file.write_bytes(encode(CASES["chained, then sealed"]))
    assert main(["verify", "--proof", str(file), "--catalogue", printable(HOME.name)]) == 0
    out = capsys.readouterr().out
    assert f"Proven: record 3 of log {log} ({TOPIC})." in out
    assert "Not proven by this:" in out
    assert main(["verify", "--proof", str(file), "--log", log]) == 0
    assert main(["verify", "--proof", str(file), "--log", printable(b"n" * 32)]) == 1
    assert "FAULT name" in capsys.readouterr().out
    assert main(["verify", "--proof", str(file)]) == 1
    assert "open  name" in capsys.readouterr().out
    file.write_bytes(encode(CASES["without the catalogue"]))
    assert main(["verify", "--proof", str(file), "--catalogue", printable(HOME.name)]) == 2
    assert "no such part" in capsys.readouterr().err


def test_a_proof_without_the_catalogue_says_that_the_topic_is_its_own_claim():
    assert any("topic" in each for each in verify(LOG.name, CASES["without the catalogue"]).not_proven)
    assert not any("topic" in each for each in verify(LOG.name, CASES["signed itself"]).not_proven)
    assert not verify(HOME.name, CASES["without the catalogue"]).proven


def test_nobody_elses_seal_or_catalogue_will_do():
    log = chained(LOG, [b"1", b"2"], set())
    theirs = own_log("seal", "$hearthlog/seal", key=OTHER_KEY, catalogue=HOME.name)
    forged = sealing(LOG, log[1], seals=theirs, key=OTHER_KEY)
    assert "not that of" in verify(LOG.name, make(LOG, log[1:], seal=forged)).sentence
    no_seal_log = own_log("topic", "t", catalogue=HOME.name)
    assert "not that of" in verify(LOG.name, make(LOG, log[1:], seal=sealing(LOG, log[1], seals=no_seal_log))).sentence
    stranger = own_log("topic", TOPIC, key=OTHER_KEY, catalogue=HOME.name)
    records = chained(stranger, [b"1"], {1}, OTHER_KEY)
    listed = listing(stranger)
    home = span_of(HOME, listed[1:], seal=sealing(HOME, listed[1]))
    assert "not of this catalogue" in verify(HOME.name, make(stranger, records, catalogue=home)).sentence
    assert "lists another log" in verify(HOME.name, make(LOG, chained(LOG, [b"1"], {1}), catalogue=home)).sentence


@pytest.mark.parametrize(
    ("there", "instead", "said"),
    [
        (b'"covered":true', b'"covered":false', "covered"),
        (b'"version":1', b'"version":2', "version"),
        (b'"recno":4', b'"recno":4.0', "records[0].recno"),
        (b'"recno":4', b'"recno":4,"recno":4', "twice"),
        (b'"accuracy":0.0', b'"accuracy":1e-60', "accuracy"),
        (b'"prevhash":"', b'"prevhash":"A', "prevhash"),
        (b'"metadata":"', b'"metadata":"=', "metadata"),
        (b'"seal":null', b'"seal":{}', "seal"),
        (b'"sig":"', b'"sig":"","x":"', "records[0]"),
    ],
)
def test_what_is_no_proof_is_refused_by_the_name_of_its_field(there, instead, said):
    content = encode(CASES["signed itself"])
    assert there in content
    with pytest.raises(BadProof, match=said.replace("[", r"\[").replace("]", r"\]")):
        decode(content.replace(there, instead, 1))


@given(st.binary(max_size=200))
def test_garbage_is_refused(content):
    with pytest.raises(BadProof):
        decode(content)
