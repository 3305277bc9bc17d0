"""Names, metadata, hashes and signatures are those of the C programs (§14.1, §14.2)."""

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdp.datum import LogHash
from gdp.errors import GdpNameError, KeyUnusable, MetadataError, PositionError
from gdp.keys import VerifyKey, WriterKey
from gdp.metadata import CID, NON, OPK, SYN, WPK, XID, Metadata
from gdp.names import as_name, human_name, parse_name, printable, server_name
from gdp.position import format_position, parse_position, store_prefix
from tests.gdp import vectors as v


def test_a_logs_name_is_the_hash_of_the_published_metadata_bytes():
    assert v.METADATA.blob.hex() == v.METADATA_HEX
    assert v.METADATA.name == v.NAME
    assert printable(v.METADATA.name) == v.PRINTABLE
    assert parse_name(v.PRINTABLE) == v.NAME


def test_the_key_entry_is_the_published_one():
    assert v.METADATA.get(OPK) == bytes.fromhex("03030000") + v.PUBLIC_KEY


def test_metadata_read_back_keeps_its_bytes_and_order():
    again = Metadata.parse(bytes.fromhex(v.METADATA_HEX))
    assert again == v.METADATA
    assert again.text(XID) == "home.kitchen"
    assert again.get(SYN) is None
    assert again.get(CID) == b"sink@example.org"


@given(st.lists(st.tuples(st.integers(0, 0xFFFFFFFF), st.binary(max_size=50)), min_size=1, max_size=20))
def test_any_metadata_survives_a_round_trip(entries):
    built = Metadata.build(entries)
    assert Metadata.parse(built.blob) == built
    assert list(built.entries) == entries


@given(st.binary(max_size=200))
def test_garbage_metadata_is_read_or_refused_with_our_error(blob):
    try:
        parsed = Metadata.parse(blob)
    except MetadataError:
        return
    assert parsed.blob == blob


def test_the_upper_bits_of_an_entry_length_are_ignored():
    blob = bytes.fromhex("0001" + "00584944" + "ff000002") + b"hi"
    assert Metadata.parse(blob).get(XID) == b"hi"


def test_metadata_without_entries_is_refused():
    with pytest.raises(MetadataError):
        Metadata.parse(b"\0\0")
    with pytest.raises(MetadataError):
        Metadata.build([])


def test_the_three_published_records_hash_as_published():
    log_hash = LogHash(v.NAME, v.METADATA.blob)
    assert [log_hash.hash(datum) for datum in v.DATUMS] == v.HASHES


def test_the_hash_is_over_exactly_the_published_bytes():
    tail = bytes.fromhex("0000000000000001000000006b04d381075bcd1500000000") + hashlib.sha256(b"hello").digest()
    assert hashlib.sha256(v.NAME + v.METADATA.blob + tail).digest() == v.HASHES[0]


def test_deterministic_signatures_are_the_published_ones():
    assert [v.KEY.sign(digest) for digest in v.HASHES] == v.SIGNATURES


def test_published_signatures_verify_with_the_key_in_the_metadata():
    key = VerifyKey.of(v.METADATA)
    assert key is not None
    for digest, signature in zip(v.HASHES, v.SIGNATURES, strict=True):
        assert key.verify(digest, signature)
        assert not key.verify(digest, signature[:-1] + bytes([signature[-1] ^ 1]))
        assert not key.verify(hashlib.sha256(digest).digest(), signature)
        assert not key.verify(digest, b"")


def test_a_signature_captured_from_the_c_writer_verifies():
    log_hash = LogHash(v.NAME, v.METADATA.blob)
    digest = log_hash.digest(1, 1795518728_598338000, 0.0, None, hashlib.sha256(b"hello").digest())
    signature = bytes.fromhex(
        "3045022100f489664aa3f506378ed654103a1c575372e3190d55d2c6a8ae0847ddd57206e00220205bc49286d0e04f92775e252e64"
        "775cfbeab466c7a133fb4cbe9d877a5961f3"
    )
    assert v.KEY.verify_key().verify(digest, signature)


def test_the_writers_key_is_preferred_over_the_owners():
    writer = WriterKey.generate()
    metadata = Metadata.build([(OPK, v.KEY.entry), (WPK, writer.entry)])
    key = VerifyKey.of(metadata)
    assert key is not None
    assert key.verify(v.HASHES[0], writer.sign(v.HASHES[0]))
    assert not key.verify(v.HASHES[0], v.SIGNATURES[0])


def test_a_key_made_by_gdp_create_itself_counts_as_no_key():
    entry = b"\0" + v.KEY.entry[1:]
    with pytest.raises(KeyUnusable):
        VerifyKey.from_entry(entry)
    assert VerifyKey.of(Metadata.build([(OPK, entry)])) is None


@given(st.binary(max_size=120))
def test_a_garbage_key_entry_is_refused_with_our_error(entry):
    with pytest.raises(KeyUnusable):
        VerifyKey.from_entry(entry)


def test_a_saved_key_is_read_only_and_never_overwritten(tmp_path):
    key = WriterKey.generate()
    path = tmp_path / "writer.pem"
    key.save(path)
    assert path.stat().st_mode & 0o777 == 0o400
    again = WriterKey.load(path)
    assert again.entry == key.entry
    assert key.verify_key().verify(v.HASHES[0], again.sign(v.HASHES[0]))
    with pytest.raises(FileExistsError):
        WriterKey.generate().save(path)


def test_a_file_that_is_no_key_says_so(tmp_path):
    path = tmp_path / "writer.pem"
    path.write_text("not a key")
    with pytest.raises(KeyUnusable, match=r"writer\.pem"):
        WriterKey.load(path)


def test_text_that_is_no_printable_name_is_a_human_name():
    assert parse_name("home.kitchen") == human_name("home.kitchen") == hashlib.sha256(b"home.kitchen").digest()
    assert parse_name(v.PRINTABLE + "x") == human_name(v.PRINTABLE + "x")


def test_names_that_name_nothing_are_refused():
    for text in ("", "A" * 43):
        with pytest.raises(GdpNameError):
            parse_name(text)
    for raw in (b"", b"x" * 31, bytes(32)):
        with pytest.raises(GdpNameError):
            as_name(raw)


@given(st.binary(min_size=32, max_size=32).filter(any))
def test_every_name_survives_its_printable_form(raw):
    assert len(printable(raw)) == 43
    assert parse_name(printable(raw)) == raw


@given(st.dictionaries(st.from_regex(r"[A-Za-z0-9_-]{8}", fullmatch=True), st.integers(0, 2**63 - 1), min_size=1))
def test_every_position_survives_its_text(positions):
    assert parse_position(format_position(positions)) == positions


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345",
        "abcdefgh.",
        "abcdefgh.-1",
        "abcdefgh.1,abcdefgh.2",
        "a.1",
        "abcdefgh.9999999999999999999",
        "abcdefgh.1,",
    ],
)
def test_what_is_no_position_is_refused(text):
    with pytest.raises(PositionError):
        parse_position(text)


def test_a_store_is_named_by_the_first_characters_of_its_server():
    server = server_name(v.METADATA.name)
    assert server == hashlib.sha256(b"hearthlog store" + v.NAME).digest()
    assert store_prefix(server) == printable(server)[:8]
    assert format_position({"b2345678": 2, "a2345678": 1}) == "a2345678.1,b2345678.2"


def test_accuracy_is_hashed_as_a_float32():
    log_hash = LogHash(v.NAME, v.METADATA.blob)
    rounded = struct.unpack(">f", struct.pack(">f", 0.1))[0]
    data = hashlib.sha256(b"").digest()
    assert log_hash.digest(1, 1, 0.1, None, data) == log_hash.digest(1, 1, rounded, None, data)


def test_a_nonce_is_kept_as_bytes():
    assert v.METADATA.get(NON) == bytes(range(16))
