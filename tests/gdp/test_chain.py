"""A log proves itself: whatever is changed, the report names the record and the field."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdp.chain import FAULTS_MAX, verify
from gdp.datum import Datum, LogHash
from gdp.keys import WriterKey
from gdp.metadata import SYN, WPK, XID, Metadata
from tests.gdp import vectors as v

KEY = WriterKey.from_scalar(7, deterministic=True)
CHAINED = Metadata.build([(XID, b"t"), (SYN, b"hearthlog/1"), (WPK, KEY.entry)])
FREE = Metadata.build([(XID, b"t"), (WPK, KEY.entry)])


def build(count, *, signed, metadata=CHAINED, chained=True):
    log_hash, prevhash, log = LogHash(metadata.name, metadata.blob), None, []
    for recno in range(1, count + 1):
        datum = Datum(recno, recno * 1000, 0.0, prevhash if chained else None, b"d%d" % recno, None)
        digest = log_hash.hash(datum)
        log.append(datum._replace(sig=KEY.sign(digest)) if recno in signed else datum)
        prevhash = digest
    return log


def digest(datum, metadata=CHAINED):
    return LogHash(metadata.name, metadata.blob).hash(datum)


def flip(raw):
    return bytes([raw[0] ^ 1]) + raw[1:]


CHANGES = {
    "contents": lambda d: d._replace(data=flip(d.data)),
    "time": lambda d: d._replace(ts=d.ts + 1),
    "accuracy": lambda d: d._replace(accuracy=0.5),
    "prevhash": lambda d: d._replace(prevhash=flip(d.prevhash or bytes(32))),
    "sig": lambda d: d._replace(sig=d.sig[:-1] + bytes([d.sig[-1] ^ 1]) if d.sig else None),
}


def test_the_published_log_is_good():
    report = verify(v.METADATA, v.DATUMS)
    assert report.ok
    assert (report.records, report.last, report.signed, report.proven, report.pending) == (3, 3, 3, 3, 0)
    assert report.tip == v.HASHES[2]


@given(st.data())
def test_whatever_is_changed_in_a_record_is_reported_for_that_record(data):
    count = data.draw(st.integers(4, 9))
    signed = data.draw(st.sets(st.integers(1, count)))
    at = data.draw(st.integers(1, count - 2))  # the last two may have nobody to vouch for them
    what = data.draw(st.sampled_from(sorted(CHANGES)))
    log = build(count, signed=signed)
    assert verify(CHAINED, log).ok
    changed = list(log)
    changed[at - 1] = CHANGES[what](log[at - 1])
    report = verify(CHAINED, changed)
    if changed == log:
        assert report.ok  # an unsigned record has no signature to change
    else:
        assert [fault.recno for fault in report.faults] == [at]
        expected = {"time": "contents", "accuracy": "contents"}.get(what, what)
        assert report.faults[0].field == expected or what == "prevhash"


def test_a_changed_last_record_is_found_by_its_seal():
    log = build(5, signed={3})
    seals = {5: digest(log[4])}
    good = verify(CHAINED, log, seals=seals)
    assert good.ok
    assert good.pending == 0
    log[4] = log[4]._replace(data=b"other")
    report = verify(CHAINED, log, seals=seals)
    assert [(fault.recno, fault.field) for fault in report.faults] == [(5, "seal")]


def test_what_no_signature_covers_yet_is_pending_not_wrong():
    report = verify(CHAINED, build(9, signed={4}))
    assert report.ok
    assert (report.proven, report.pending) == (4, 5)


def test_a_missing_record_is_named():
    log = build(6, signed={6})
    del log[2]
    report = verify(CHAINED, log)
    assert [(fault.recno, fault.field) for fault in report.faults] == [(4, "recno")]


def test_a_log_cut_short_of_its_seal_is_found():
    log = build(6, signed=set())
    report = verify(CHAINED, log[:4], seals={6: digest(log[5])})
    assert [(fault.recno, fault.field) for fault in report.faults] == [(6, "seal")]


def test_a_walk_can_start_after_a_trusted_record():
    log = build(6, signed={6})
    assert verify(CHAINED, log[3:], after=(3, digest(log[2]))).ok
    report = verify(CHAINED, log[3:], after=(3, bytes(32)))
    assert [(fault.recno, fault.field) for fault in report.faults] == [(4, "prevhash")]


def test_a_chained_log_may_not_leave_a_link_out():
    log = build(4, signed={1, 2, 3, 4})
    bare = log[2]._replace(prevhash=None, sig=None)
    log[2] = bare._replace(sig=KEY.sign(digest(bare)))  # even if the key's holder signs it
    report = verify(CHAINED, log)
    assert (report.faults[0].recno, report.faults[0].field) == (3, "prevhash")


def test_records_of_the_c_writer_are_unchained_and_checked_one_by_one():
    log = build(4, signed={1, 2, 3, 4}, metadata=FREE, chained=False)
    assert verify(FREE, log).ok
    log[1] = log[1]._replace(data=b"x")
    report = verify(FREE, log)
    assert [(fault.recno, fault.field) for fault in report.faults] == [(2, "sig")]


def test_a_log_without_a_key_is_checked_by_its_links():
    metadata = Metadata.build([(XID, b"t"), (SYN, b"hearthlog/1")])
    log = build(5, signed=set(), metadata=metadata)
    assert verify(metadata, log).ok
    assert not verify(metadata, log).key_known
    log[1] = log[1]._replace(data=b"x")
    assert [fault.recno for fault in verify(metadata, log).faults] == [2]


def test_a_report_keeps_the_first_faults_and_counts_all():
    log = [Datum(recno, 0, 0.0, None, b"", None) for recno in range(2, 2 * FAULTS_MAX * 2, 2)]
    report = verify(FREE, log)
    assert len(report.faults) == FAULTS_MAX
    assert report.fault_count == len(log)


def test_an_empty_log_is_good():
    report = verify(CHAINED, [])
    assert report.ok
    assert report.tip is None


@pytest.mark.parametrize("field", ["data", "sig"])
def test_a_signed_last_record_stands_alone(field):
    log = build(3, signed={3})
    log[2] = log[2]._replace(**{field: flip(getattr(log[2], field))})
    assert [fault.recno for fault in verify(CHAINED, log).faults] == [3]


def test_hashes_in_proofs_need_only_the_hash_of_the_data():
    log = build(2, signed=set())
    by_parts = LogHash(CHAINED.name, CHAINED.blob).digest(2, 2000, 0.0, log[1].prevhash, hashlib.sha256(b"d2").digest())
    assert by_parts == digest(log[1])
