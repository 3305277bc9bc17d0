"""A foreign log takes only what extends it, all or nothing, and the same again as success (gdp-protocol §12)."""

import pytest

from gdp.datum import Datum, LogHash
from gdp.errors import BadRequest, BadSignature, Conflict, Forbidden, NotFound, OutOfSequence, TooLarge
from gdp.keys import WriterKey
from gdp.metadata import NON, SYN, WPK, XID, Metadata
from gdp.store import Create, ForeignAppend
from tests.gdp import vectors as v
from tests.gdp.stores import check_chains, die, open_store, write

KEY = WriterKey.generate()
KEYLESS = Metadata.build([(XID, b"keyless"), (NON, bytes(16))])
CHAINED = Metadata.build([(XID, b"chained"), (SYN, b"hearthlog/1"), (WPK, KEY.entry)])


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path) as store:
        store.commit([Create(v.METADATA), Create(KEYLESS), Create(CHAINED)])
        yield store


def append(store, metadata, *datums, mirrored=False):
    (result,) = store.commit([ForeignAppend(metadata.name, datums, mirrored)]).results
    return result


def refused(store, metadata, *datums, mirrored=False):
    before = store.read(metadata.name, 0, -1)
    result = append(store, metadata, *datums, mirrored=mirrored)
    assert store.read(metadata.name, 0, -1) == before
    return type(result)


def plain(recno, data=b"x", ts=5, prevhash=None):
    return Datum(recno, ts, 0.0, prevhash, data, None)


def signed(metadata, recno, prevhash, data=b"x"):
    datum = Datum(recno, 1_000 + recno, 0.0, prevhash, data, None)
    digest = LogHash(metadata.name, metadata.blob).hash(datum)
    return datum._replace(sig=KEY.sign(digest)), digest


def test_records_are_kept_byte_for_byte_with_their_own_time(store):
    result = append(store, v.METADATA, *v.DATUMS)
    assert (result.recno, result.ts, result.hash) == (3, v.DATUMS[2].ts, v.HASHES[2])
    assert store.read(v.NAME, 1, -1) == v.DATUMS
    store.flush_all()
    assert store.read(v.NAME, 1, -1) == v.DATUMS


def test_records_survive_a_crash_and_a_new_segment(tmp_path):
    store = open_store(tmp_path, segment_bytes=100)
    store.commit([Create(v.METADATA)])
    for datum in v.DATUMS:
        append(store, v.METADATA, datum)
    die(store)
    with open_store(tmp_path) as store:
        assert store.read(v.NAME, 1, -1) == v.DATUMS
        frames = [datum for frame in store.frames(0) for name, datum, _ in frame if name == v.NAME]
        assert frames == v.DATUMS


def test_the_same_records_again_are_success_and_stored_once(store):
    first = append(store, v.METADATA, *v.DATUMS[:2])
    again = append(store, v.METADATA, *v.DATUMS[:2])
    assert first == again
    assert append(store, v.METADATA, v.DATUMS[0]).recno == 1
    store.flush_all()
    assert append(store, v.METADATA, v.DATUMS[0]).recno == 1
    assert append(store, v.METADATA, *v.DATUMS).recno == 3  # partly there already
    assert store.read(v.NAME, 1, -1) == v.DATUMS


def test_in_one_batch_each_append_sees_those_before_it(store):
    items = [ForeignAppend(v.NAME, (datum,)) for datum in (*v.DATUMS, v.DATUMS[0], v.DATUMS[2])]
    results = store.commit(items).results
    assert [result.recno for result in results[:3]] == [1, 2, 3]
    assert results[4].recno == 3
    assert store.read(v.NAME, 1, -1) == v.DATUMS


def test_another_record_with_a_number_that_is_taken_is_a_conflict(store):
    append(store, KEYLESS, plain(1), plain(2))
    assert refused(store, KEYLESS, plain(1, b"other")) is Conflict
    assert refused(store, KEYLESS, plain(2, b"other")) is Conflict
    assert refused(store, KEYLESS, plain(2, b"other"), plain(3)) is Conflict


def test_a_hole_is_out_of_sequence_and_nothing_of_the_batch_is_kept(store):
    assert refused(store, KEYLESS, plain(2)) is OutOfSequence
    assert refused(store, KEYLESS, plain(1), plain(3)) is OutOfSequence
    assert refused(store, KEYLESS, plain(0)) is OutOfSequence
    assert refused(store, KEYLESS, plain(2), plain(1)) is OutOfSequence


def test_a_prevhash_must_be_that_of_the_record_before(store):
    hasher = LogHash(KEYLESS.name, KEYLESS.blob)
    append(store, KEYLESS, plain(1))
    tip = hasher.hash(plain(1))
    assert refused(store, KEYLESS, plain(2, prevhash=bytes(32))) is OutOfSequence
    assert append(store, KEYLESS, plain(2, prevhash=tip)).recno == 2
    assert append(store, KEYLESS, plain(3)).recno == 3  # none is accepted where none is promised
    check_chains(store)


def test_the_first_record_may_carry_the_logs_name_as_prevhash(store):
    assert refused(store, KEYLESS, plain(1, prevhash=bytes(32))) is OutOfSequence
    datum = plain(1, prevhash=KEYLESS.name)
    append(store, KEYLESS, datum)
    assert store.read(KEYLESS.name, 1, 1) == [datum]


def test_a_log_that_promises_a_chain_takes_no_unchained_record(store):
    first, first_hash = signed(CHAINED, 1, None)
    append(store, CHAINED, first)
    assert refused(store, CHAINED, signed(CHAINED, 2, None)[0]) is OutOfSequence
    assert append(store, CHAINED, signed(CHAINED, 2, first_hash)[0]).recno == 2


def test_a_log_with_a_key_takes_no_unsigned_or_wrongly_signed_end(store):
    first, first_hash = signed(CHAINED, 1, None)
    second, _ = signed(CHAINED, 2, first_hash)
    assert refused(store, CHAINED, first._replace(sig=None)) is BadSignature
    assert refused(store, CHAINED, first._replace(data=b"forged")) is BadSignature
    assert refused(store, CHAINED, first, second._replace(sig=None)) is BadSignature
    assert refused(store, CHAINED, first._replace(sig=second.sig), second) is BadSignature
    assert append(store, CHAINED, first._replace(sig=None), second).recno == 2


def test_a_mirror_may_bring_records_whose_signature_is_still_to_come(store):
    first, first_hash = signed(CHAINED, 1, None)
    second, _ = signed(CHAINED, 2, first_hash)
    assert append(store, CHAINED, first._replace(sig=None), mirrored=True).recno == 1
    assert refused(store, CHAINED, second._replace(data=b"forged"), mirrored=True) is BadSignature


def test_our_own_logs_are_read_only_over_the_wire(store):
    receipt = write(store, "t", b"x")
    (result,) = store.commit([ForeignAppend(receipt.log, (plain(2),))]).results
    assert type(result) is Forbidden
    assert len(store.read(receipt.log, 1, -1)) == 1


def test_what_no_file_could_keep_is_refused(store):
    assert refused(store, KEYLESS) is BadRequest
    assert refused(store, KEYLESS, plain(1, ts=-1)) is BadRequest
    assert refused(store, KEYLESS, plain(1, ts=1 << 63)) is BadRequest
    assert refused(store, KEYLESS, plain(1)._replace(accuracy=float("nan"))) is BadRequest
    assert refused(store, KEYLESS, plain(1)._replace(accuracy=-0.0)) is BadRequest
    assert refused(store, KEYLESS, plain(1, b"x" * 65_001)) is TooLarge


def test_a_log_is_created_once(store):
    conflict, unknown = store.commit([Create(KEYLESS), ForeignAppend(bytes([1] * 32), (plain(1),))]).results
    assert type(conflict) is Conflict
    assert type(unknown) is NotFound
    info = store.log(KEYLESS.name)
    assert (info.kind, info.topic, info.tip_recno, info.tip_hash) == ("foreign", None, 0, KEYLESS.name)
    large = Metadata.build([(XID, b"x" * 60_000)])
    (result,) = store.commit([Create(large)]).results
    assert type(result) is TooLarge
