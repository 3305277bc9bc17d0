"""No record stays unprovable for longer than the signature interval, and few need a signature of their own."""

from gdp.catalogue import SEAL_TOPIC, Kind
from gdp.keys import VerifyKey
from gdp.metadata import WPK
from gdp.names import GdpName
from gdp.seal import ENTRIES_MAX, RECORD_BYTES_MAX, Sealed, decode_seal, encode_seals
from gdp.store import Write
from tests.gdp.stores import Clock, die, open_store, write


def signed(store, topic):
    return [datum.recno for datum in store.read(store.current(topic).name, 1, -1) if datum.sig]


def seals(store):
    log = store.current(SEAL_TOPIC).name
    return [sealed for datum in store.read(log, 1, -1) for sealed in decode_seal(datum.data)]


def test_each_record_of_a_slow_log_is_signed(tmp_path):
    clock = Clock()
    with open_store(tmp_path, clock) as store:
        for _ in range(4):
            write(store, "slow", b"x")
            clock.pass_s(10.001)
        assert signed(store, "slow") == [1, 2, 3, 4]


def test_one_in_many_records_of_a_fast_log_is_signed(tmp_path):
    clock = Clock()
    with open_store(tmp_path, clock) as store:
        for _ in range(600):
            write(store, "fast", b"x")
        assert signed(store, "fast") == [1, 257, 513]
        clock.pass_s(10.001)
        write(store, "fast", b"x")
        assert signed(store, "fast") == [1, 257, 513, 601]


def test_signatures_are_by_the_key_that_the_log_names(tmp_path):
    with open_store(tmp_path) as store:
        receipt = write(store, "t", b"x")
        key = VerifyKey.from_entry(store.current("t").metadata.get(WPK))
        assert key.verify(receipt.hash, store.read(receipt.log, 1, 1)[0].sig)


def test_a_seal_covers_every_tip_that_a_burst_left_unsigned_and_nothing_twice(tmp_path):
    with open_store(tmp_path) as store:
        store.commit([Write(f"t{topic}", (b"1", b"2")) for topic in range(5)])
        assert [store.current(f"t{topic}").covered_recno for topic in range(5)] == [1] * 5
        commit = store.seal()
        assert [record.entry.kind for record in commit.records] == [Kind.SEAL]
        assert commit.records[0].datum.sig
        covered = {sealed.log: (sealed.recno, sealed.hash) for sealed in seals(store)}
        for topic in range(5):
            info = store.current(f"t{topic}")
            assert covered[info.name] == (2, info.tip_hash)
            assert (info.covered_recno, info.signed_recno) == (2, 1)
        assert store.seal() is None


def test_recovered_unsigned_tips_are_sealed_first(tmp_path):
    store = open_store(tmp_path)
    write(store, "t", b"1", b"2", b"3")
    before = len(seals(store))
    die(store)
    with open_store(tmp_path) as store:
        assert store.current("t").covered_recno == 3
        assert any(sealed.recno == 3 and sealed.log == store.current("t").name for sealed in seals(store)[before:])
        count = len(seals(store))
    with open_store(tmp_path) as store:  # what was sealed once stays so, whether the file or the commit log says it
        assert len(seals(store)) == count
        assert store.seal() is None


def test_what_was_sealed_before_filing_is_not_sealed_again_after_it(tmp_path):
    store = open_store(tmp_path, segment_bytes=3_000, commit_log_keep_bytes=0)
    write(store, "t", b"1", b"2", b"3")
    store.flush_all()
    store.seal()
    for number in range(40):
        write(store, "other", b"%d" % number)
    store.seal()
    store.flush_all()
    count = len(seals(store))
    die(store)
    with open_store(tmp_path) as store:
        assert len(seals(store)) == count


def test_a_seal_record_stays_below_64000_bytes_and_holds_about_900_tips():
    tips = [Sealed(GdpName(number.to_bytes(32, "big")), number, bytes(32)) for number in range(2_000)]
    records = list(encode_seals(tips))
    assert [len(decode_seal(record)) for record in records] == [ENTRIES_MAX, ENTRIES_MAX, 2_000 - 2 * ENTRIES_MAX]
    assert max(map(len, records)) <= RECORD_BYTES_MAX
    assert ENTRIES_MAX > 800
    assert [sealed for record in records for sealed in decode_seal(record)] == tips
