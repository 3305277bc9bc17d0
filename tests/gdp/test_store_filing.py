"""`.glog` files follow the commit log by count, size and age, and a segment goes only when files hold all of it."""

import shutil

import pytest

from gdp import glog
from gdp.errors import CorruptStore, StoreError
from gdp.names import printable
from gdp.store import Store, Write
from tests.gdp.stores import Clock, check_chains, contents, die, open_store, topic_data, write


def glogs(directory):
    return sorted((directory / "store" / "glogs").rglob("*.glog"))


def segment_count(store):
    return len(store._opened.log.segments)


def test_a_log_is_filed_when_it_has_256_records_and_not_before(tmp_path):
    with open_store(tmp_path) as store:
        for _ in range(255):
            write(store, "t", b"x")
        write(store, "quiet", b"x")
        store.flush_due()
        assert store.current("t").pending == 255
        write(store, "t", b"x")
        store.flush_due()
        assert store.current("t").pending == 0
        assert store.current("quiet").pending == 1
        assert [path.name for path in glogs(tmp_path)] == [glog.path_of(tmp_path, store.current("t").name).name]


def test_a_quiet_log_is_filed_within_the_hour(tmp_path):
    clock = Clock()
    with open_store(tmp_path, clock) as store:
        write(store, "early", b"x")
        clock.pass_s(1_800)
        write(store, "late", b"x")
        clock.pass_s(1_801)
        store.flush_due()
        assert store.current("early").pending == 0
        assert store.current("late").pending == 1


def test_the_commit_log_keeps_its_budget(tmp_path):
    with open_store(tmp_path, segment_bytes=4_000, commit_log_bytes=12_000, commit_log_keep_bytes=0) as store:
        for number in range(200):
            write(store, f"t{number % 7}", b"%d" % number)
            store.flush_due()
            assert store.commit_log_bytes < 12_000 + 2 * 6_000
        assert segment_count(store) < 5
        check_chains(store)
        assert sum(len(topic_data(store, f"t{topic}")) for topic in range(7)) == 200


def test_a_quiet_log_does_not_hold_the_oldest_segment_because_others_are_busy(memory_path):
    bounds = {"segment_bytes": 4_000, "commit_log_bytes": 12_000, "commit_log_keep_bytes": 0, "glog_pending_max": 2}
    with open_store(memory_path, **bounds) as store:
        write(store, "quiet", b"x")
        for _ in range(3):
            store.commit([Write(f"busy{topic}", (b"1", b"2")) for topic in range(70)])
            store.flush_due()
        assert store.current("quiet").pending == 0
        check_chains(store)


def test_sealed_segments_are_kept_for_followers(tmp_path):
    with open_store(tmp_path, segment_bytes=4_000, commit_log_keep_bytes=9_000) as store:
        for number in range(200):
            write(store, f"t{number % 7}", b"%d" % number)
        store.flush_all()
        assert 9_000 <= store.commit_log_bytes < 9_000 + 6_000
        check_chains(store)


def test_writing_files_takes_its_share_of_the_time_and_no_more(tmp_path):
    clock = Clock()
    slow = iter(range(0, 10**12, 2 * 10**9))  # the disk takes 2 s between looking at the clock twice
    with open_store(tmp_path, clock, glog_pending_max=1, glog_disk_share_max=0.1) as store:
        write(store, "t", b"x")
        store._behind._monotonic = lambda: next(slow)
        assert store.flush_due() == pytest.approx(18.0)
        assert store.flush_due() == 1.0


def test_over_twice_the_budget_the_share_does_not_count(tmp_path):
    with open_store(tmp_path, glog_pending_max=1, commit_log_bytes=100) as store:
        write(store, "t", b"x")
        assert store.flush_due() == 0.0


def test_a_crash_between_file_and_tips_changes_nothing(tmp_path):
    store = open_store(tmp_path, segment_bytes=3_000)
    for number in range(30):
        write(store, "t", b"%d" % number)
    store.flush_all()
    shutil.copy(tmp_path / "store" / "tips.db", tmp_path / "tips.before")
    for number in range(30, 60):
        write(store, "t", b"%d" % number)
    store.flush_all()
    die(store)
    shutil.copy(tmp_path / "tips.before", tmp_path / "store" / "tips.db")
    with open_store(tmp_path) as store:
        check_chains(store)
        assert topic_data(store, "t") == [b"%d" % number for number in range(60)]
        store.flush_all()
        assert len(glog.read(glog.path_of(tmp_path / "store/glogs", store.current("t").name), 1, 99)) == 60


def test_a_table_of_tips_that_is_behind_is_put_right_from_the_files(tmp_path):
    bounds = {"segment_bytes": 3_000, "commit_log_keep_bytes": 0}
    store = open_store(tmp_path, **bounds)
    for number in range(30):
        write(store, "t", b"%d" % number)
    store.flush_all()
    shutil.copy(tmp_path / "store" / "tips.db", tmp_path / "tips.before")
    for number in range(30, 90):
        write(store, "t", b"%d" % number)
    store.flush_all()
    write(store, "t", b"90")
    die(store)
    shutil.copy(tmp_path / "tips.before", tmp_path / "store" / "tips.db")
    with open_store(tmp_path) as store:
        check_chains(store)
        assert topic_data(store, "t") == [b"%d" % number for number in range(91)]


def test_records_that_are_nowhere_are_missed_by_name(tmp_path):
    store = open_store(tmp_path, segment_bytes=3_000, commit_log_keep_bytes=0)
    for number in range(120):
        write(store, "t", b"%d" % number)
    store.flush_all()
    write(store, "t", b"120")
    die(store)
    (tmp_path / "store" / "tips.db").unlink()
    name = printable(store.current("t").name)
    glog.path_of(tmp_path / "store" / "glogs", store.current("t").name).unlink()
    with pytest.raises(CorruptStore, match=f"of log {name} are neither"):
        open_store(tmp_path)


def test_the_table_of_tips_can_be_deleted(tmp_path):
    with open_store(tmp_path, segment_bytes=3_000, commit_log_keep_bytes=0) as store:
        for number in range(60):
            write(store, f"t{number % 3}", b"%d" % number)
        store.roll("t0")
        expected = [(info.name, info.tip_recno, info.tip_hash, info.generation) for info in store.logs()]
        covered = [info.covered_recno for info in store.logs()]
    (tmp_path / "store" / "tips.db").unlink()
    with open_store(tmp_path) as store:
        check_chains(store)
        found = [(info.name, info.tip_recno, info.tip_hash, info.generation) for info in store.logs()]
        assert [each for each in found if each[0] not in own(store)] == [
            each for each in expected if each[0] not in own(store)
        ]
        assert len(covered) == len(store.logs())


def own(store):
    return {store.catalogue, store.current("$hearthlog/seal").name}


def test_a_file_that_another_program_wrote_is_left_alone_and_the_rest_is_filed(tmp_path):
    with open_store(tmp_path, glog_pending_max=1) as store:
        store.commit([Write("a", (b"1",)), Write("b", (b"1",))])
        store.flush_all()
        a, b = store.current("a"), store.current("b")
        path = glog.path_of(tmp_path / "store" / "glogs", a.name)
        stranger = store.read(a.name, 1, 1)[0]._replace(recno=2, data=b"not ours")
        glog.write(path, [(*stranger, bytes([7] * 32))])
        store.commit([Write("a", (b"2",)), Write("b", (b"2",))])
        with pytest.raises(StoreError, match=str(path)):
            store.flush_due()
        assert store.log(b.name).pending == 0
        assert topic_data(store, "a") == [b"1", b"2"]
        with pytest.raises(StoreError, match="other records"):
            store.flush_due()
        die(store)


def test_a_large_segment_is_sealed_on_closing_so_that_opening_is_fast(tmp_path):
    with open_store(tmp_path) as store:
        store.commit([Write("t", (b"x" * 60_000,)) for _ in range(100)])
        expected = store.position
    with open_store(tmp_path) as store:
        assert [segment.footer is not None for segment in store._opened.log.segments] == [True, False]
        assert store.position > expected  # the seal on closing
        assert write(store, "t", b"next").recno == 101
        check_chains(store)


def test_a_closed_store_is_all_in_files(tmp_path):
    with open_store(tmp_path) as store:
        for number in range(10):
            write(store, f"t{number % 3}", b"%d" % number)
        logs = {info.topic: info.name for info in store.logs()}
    reader = Store.open_readonly(tmp_path / "store")
    for name in logs.values():
        path = glog.path_of(tmp_path / "store" / "glogs", name)
        assert glog.read(path, 0, 1 << 40) == reader.read(name, 0, -1)
    assert all(info.pending == 0 for info in reader.logs())
    before = contents(tmp_path)
    Store.open_readonly(tmp_path / "store").read(logs["t1"], 1, -1)
    assert contents(tmp_path) == before
