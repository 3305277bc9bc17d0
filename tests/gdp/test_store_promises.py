"""What the store promises to those who write and read it."""

import contextlib
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gdp.catalogue import CATALOGUE_TOPIC, SEAL_TOPIC, SINK_TOPIC, Kind, decode_entry
from gdp.datum import Datum
from gdp.errors import BadRequest, KeyUnusable, NotFound, Older, StoreBusy, StoreError, TooLarge
from gdp.metadata import HCAT, HGEN, HKND, NON, SYN, WPK, XID
from gdp.names import printable, server_name
from gdp.settings import StoreSettings
from gdp.store import Begin, Delivered, Store, Write
from tests.gdp.stores import NOVEMBER, NS, Clock, check_chains, die, open_store, topic_data, write


def test_a_message_is_found_where_its_receipt_says(tmp_path):
    with open_store(tmp_path) as store:
        receipt = write(store, "kitchen/t", b"21.5")
        (datum,) = store.read(receipt.log, receipt.recno, 1)
        assert datum.data == b"21.5"
        assert (datum.recno, datum.ts) == (receipt.recno, receipt.ts)
        assert store.read_by_hash(receipt.log, receipt.hash) == datum
        assert store.position == receipt.ts


def test_the_same_receipt_holds_before_and_after_filing_and_reopening(tmp_path):
    with open_store(tmp_path) as store:
        receipts = [write(store, "t", b"%d" % number) for number in range(5)]
        before = store.read(receipts[0].log, 1, -1)
        store.flush_all()
        assert store.read(receipts[0].log, 1, -1) == before
        write(store, "t", b"more")
    with open_store(tmp_path) as store:
        assert store.read(receipts[0].log, 1, 5) == before
        assert [store.read_by_hash(each.log, each.hash).recno for each in receipts] == [1, 2, 3, 4, 5]


def test_a_range_reads_like_a_slice_from_either_end(tmp_path):
    with open_store(tmp_path) as store:
        name = write(store, "t", b"1", b"2", b"3").log
        store.flush_all()
        write(store, "t", b"4", b"5")
        numbers = lambda *where: [datum.recno for datum in store.read(name, *where)]  # noqa: E731
        assert numbers(2, 3) == [2, 3, 4]
        assert numbers(4, -1) == [4, 5]
        assert numbers(-1, 1) == [5]
        assert numbers(-3, -1) == [3, 4, 5]
        assert numbers(-99, 2) == [1, 2]
        assert numbers(6, -1) == []
        assert numbers(3, 0) == []
        assert numbers(0, 2) == [0, 1]
        info = store.log(name)
        assert store.read(name, 0, 1) == [Datum(0, info.started, 0.0, None, info.metadata.blob, None)]
        with pytest.raises(NotFound):
            store.read(bytes(32), 1, 1)


def test_reading_by_time_begins_with_the_first_record_not_before(tmp_path):
    clock = Clock()
    with open_store(tmp_path, clock) as store:
        times = []
        for number in range(6):
            times.append(write(store, "t", b"%d" % number).ts)
            clock.pass_s(1)
            if number == 2:
                store.flush_all()
        name = store.current("t").name
        recnos = lambda ts, count: [datum.recno for datum in store.read_by_ts(name, ts, count)]  # noqa: E731
        assert recnos(times[1], 3) == [2, 3, 4]
        assert recnos(times[1] + 1, 2) == [3, 4]
        assert recnos(0, -1) == [1, 2, 3, 4, 5, 6]
        assert recnos(times[5] + 1, -1) == []


def test_logged_time_orders_everything_that_was_written(tmp_path):
    with open_store(tmp_path) as store:
        commits = [store.commit([Write(f"t{n % 3}", (b"x", b"y")) for n in range(4)]) for _ in range(3)]
        for before, after in itertools.pairwise(commits):
            assert after.previous == before.last < after.first
        times = [record.logged for commit in commits for record in commit.records]
        assert times == sorted(set(times))
        assert all(record.datum.ts == record.logged for commit in commits for record in commit.records)


def test_followers_see_each_record_once_in_order_from_any_position(tmp_path):
    with open_store(tmp_path, segment_bytes=2_000) as store:
        for number in range(40):
            write(store, f"t{number % 3}", b"%d" % number)
        everything = [record for frame in store.frames(0) for record in frame]
        assert [logged for *_, logged in everything] == sorted(logged for *_, logged in everything)
        assert sum(len(store.read(info.name, 1, -1)) for info in store.logs()) == len(everything)
        for name, datum, _ in everything:
            assert store.read(name, datum.recno, 1) == [datum]
        for at in range(len(everything)):
            assert [record for frame in store.frames(everything[at][2]) for record in frame] == everything[at + 1 :]


def test_a_new_log_is_catalogued_before_its_first_record(tmp_path):
    with open_store(tmp_path) as store:
        commit = store.commit([Write("t", (b"1",)), Write("u", (b"1",)), Write("t", (b"2",))])
        kinds = [(record.entry.topic, record.datum.recno) for record in commit.records]
        assert kinds == [(CATALOGUE_TOPIC, 2), ("t", 1), (CATALOGUE_TOPIC, 3), ("u", 1), ("t", 2)]
        entry = decode_entry(2, commit.records[0].datum.data)
        info = store.current("t")
        assert (entry.id, entry.name, entry.topic, entry.kind) == (info.id, info.name, "t", Kind.TOPIC)
        assert entry.metadata == info.metadata.blob


def test_the_catalogue_alone_leads_to_every_log(tmp_path):
    with open_store(tmp_path) as store:
        write(store, "t", b"1")
        write(store, SINK_TOPIC, b"{}", kind=Kind.SINK)
        entries = [decode_entry(datum.recno, datum.data) for datum in store.read(store.catalogue, 1, -1)]
        assert [entry.topic for entry in entries] == [SEAL_TOPIC, "t", SINK_TOPIC]
        assert [info.id for info in store.logs()] == [0, 1, 2, 3]
        assert store.server == server_name(store.catalogue)
        assert store.prefix == printable(store.server)[:8]


def test_metadata_says_topic_kind_key_and_home(tmp_path):
    with open_store(tmp_path) as store:
        write(store, "kitchen/t", b"1")
        metadata = store.current("kitchen/t").metadata
        assert [number for number, _ in metadata.entries][:4] == [HCAT, HKND, HGEN, XID]
        assert metadata.get(HCAT) == store.catalogue
        assert (metadata.text(HKND), metadata.text(HGEN), metadata.text(XID)) == ("topic", "1", "kitchen/t")
        assert metadata.get(SYN) == b"hearthlog/1"
        assert metadata.get(WPK) == store.log(store.catalogue).metadata.get(WPK)
        assert len(metadata.get(NON)) == 16
        assert store.log(store.catalogue).metadata.get(HCAT) is None


def test_a_rolled_topic_goes_on_in_a_new_log_and_keeps_the_old_one(tmp_path):
    with open_store(tmp_path) as store:
        old = write(store, "t", b"old").log
        store.roll("t")
        new = write(store, "t", b"new").log
        assert old != new
        assert [datum.data for datum in store.read(old, 1, -1)] == [b"old"]
        assert topic_data(store, "t") == [b"new"]
        with pytest.raises(NotFound):
            store.roll("unknown")
        with pytest.raises(NotFound):
            store.roll(SEAL_TOPIC)
    with open_store(tmp_path) as store:
        assert store.current("t").name == new
        assert [info.generation for info in store.logs() if info.topic == "t"] == [1, 2]


def test_a_message_in_parts_stays_together_and_its_number_is_the_last(tmp_path):
    with open_store(tmp_path) as store:
        assert write(store, "t", b"part 1", b"part 2", b"part 3").recno == 3
        assert topic_data(store, "t") == [b"part 1", b"part 2", b"part 3"]


def test_what_could_not_be_read_back_is_refused_and_the_rest_is_stored(tmp_path):
    with open_store(tmp_path) as store:
        items = [
            Write("a", (b"x",)),
            Write("b", (b"x" * 65_001,)),
            Write("c", ()),
            Write("a" * 65_000, (b"x",)),
            Write("d", (b"",)),
        ]
        results = store.commit(items).results
        assert [type(result) for result in results[1:4]] == [TooLarge, BadRequest, TooLarge]
        assert (results[0].recno, results[4].recno) == (1, 1)
        assert store.current("b") is None
        nothing = store.commit([Write("b", ())])
        assert nothing.records == []
        assert nothing.first == nothing.last == nothing.previous == store.position


def test_deliveries_stored_last_are_recognised_after_a_crash(tmp_path):
    store = open_store(tmp_path, segment_bytes=2_000)
    for number in range(1, 31):
        write(store, "t", b"%d" % number, packet_id=number, epoch=7)
    write(store, "u", b"long", b" message", packet_id=31, epoch=7)
    write(store, "u", b"same id again", packet_id=31, epoch=8)
    write(store, SINK_TOPIC, b"{}", kind=Kind.SINK)
    die(store)
    with open_store(tmp_path) as store:
        assert store.redelivery_window(3) == [
            Delivered(7, 30, "t", (b"30",)),
            Delivered(7, 31, "u", (b"long", b" message")),
            Delivered(8, 31, "u", (b"same id again",)),
        ]
        assert store.redelivery_window(2)[0].data == b"long message"
        assert [each.packet_id for each in store.redelivery_window(1_000)] == [*range(1, 32), 31]
        assert store.redelivery_window(0) == []


def test_a_second_writer_is_told_which_directory_is_busy(tmp_path):
    with open_store(tmp_path), pytest.raises(StoreBusy, match=str(tmp_path / "store")):
        open_store(tmp_path)
    open_store(tmp_path).close()


def test_a_reader_of_the_directory_sees_files_and_commit_log_as_one(tmp_path):
    with open_store(tmp_path, segment_bytes=2_000) as store:
        for number in range(40):
            write(store, f"t{number % 3}", b"%d" % number)
            if number == 20:
                store.flush_all()
        reader = Store.open_readonly(tmp_path / "store")
        assert [info.name for info in reader.logs()] == [info.name for info in store.logs()]
        for info in store.logs():
            assert reader.read(info.name, 1, -1) == store.read(info.name, 1, -1)
        assert reader.position == store.position
        check_chains(reader)
        write(store, "t0", b"later")
        store.flush_all()
        check_chains(reader)
        assert b"later" not in topic_data(reader, "t0")
    with pytest.raises(NotFound):
        Store.open_readonly(tmp_path)


def follow(store):
    """Read what was committed last, as a follower does that may have been overtaken by deletion."""
    with contextlib.suppress(Older):
        times = [logged for frame in store.frames(store.position - 1) for *_, logged in frame]
        assert times == sorted(set(times))


def test_readers_see_whole_chains_while_others_write_and_file(tmp_path):
    stop = threading.Event()

    def until_stopped(work):
        while not stop.wait(0.001):  # three that never rest would keep the committing thread from its turn
            work()

    with (
        ThreadPoolExecutor(3) as pool,
        open_store(tmp_path, segment_bytes=20_000, commit_log_bytes=40_000, commit_log_keep_bytes=0) as store,
    ):
        others = (lambda: check_chains(store), lambda: follow(store), store.flush_due)
        running = [pool.submit(until_stopped, work) for work in others]
        try:
            for number in range(60):
                store.commit([Write(f"t{topic}", (b"%d" % number,)) for topic in range(5)])
        finally:
            stop.set()
        for each in running:
            each.result()
        check_chains(store)
        assert topic_data(store, "t4") == [b"%d" % number for number in range(60)]


def test_a_follower_older_than_the_oldest_segment_is_told_where_a_snapshot_ends(tmp_path):
    with open_store(tmp_path, segment_bytes=2_000, commit_log_keep_bytes=0) as store:
        first = write(store, "t", b"first")
        for number in range(120):
            write(store, "t", b"%d" % number)
        store.flush_all()
        with pytest.raises(Older) as older:
            next(store.frames(first.ts))
        assert older.value.snapshot == store.position
        assert list(store.frames(older.value.snapshot)) == []


def test_nothing_comes_at_or_before_a_watermark_not_even_after_a_crash(tmp_path):
    clock = Clock()
    store = open_store(tmp_path, clock)
    write(store, "t", b"1")
    marks = [store.watermark()]
    for _ in range(5):
        clock.pass_s(1)
        assert store.watermark() >= marks[-1]
        store.reserve()
        marks.append(store.watermark())
    assert marks[-1] > NOVEMBER + 4 * NS
    assert write(store, "t", b"2").ts > marks[-1]
    clock.pass_s(100)
    store.watermark()
    assert store.reserve()
    last = store.watermark()
    die(store)
    clock.step_s(-3_600)
    with open_store(tmp_path, clock) as store:
        assert write(store, "t", b"3").ts > last


def test_a_store_closed_in_order_does_not_run_ahead_of_the_clock(tmp_path):
    clock = Clock()
    with open_store(tmp_path, clock) as store:
        write(store, "t", b"1")
    clock.pass_s(1)
    with open_store(tmp_path, clock) as store:
        assert write(store, "t", b"2").ts - clock.wall() < 1_000


def test_an_idle_store_that_nobody_follows_writes_nothing(tmp_path):
    clock = Clock()
    with open_store(tmp_path, clock) as store:
        clock.pass_s(100)
        before = store.commit_log_bytes
        assert store.reserve() is False
        assert store.seal() is None
        assert store.commit_log_bytes == before


def test_beginning_a_log_twice_gives_the_same_log(tmp_path):
    with open_store(tmp_path) as store:
        first, again = store.commit([Begin(SINK_TOPIC, Kind.SINK), Begin(SINK_TOPIC, Kind.SINK)]).results
        assert first == again
        assert first.recno == 0


def test_a_closed_store_takes_nothing_more_and_can_still_be_read(tmp_path):
    with open_store(tmp_path) as store:
        write(store, "t", b"1")
    with pytest.raises(StoreError, match="closed"):
        write(store, "t", b"2")
    assert topic_data(store, "t") == [b"1"]
    store.close()


def test_a_store_without_its_key_or_in_the_wrong_place_says_so(tmp_path):
    with open_store(tmp_path):
        pass
    key = next((tmp_path / "keys").iterdir())
    assert key.stat().st_mode & 0o777 == 0o400
    key.rename(tmp_path / "elsewhere.pem")
    with pytest.raises(KeyUnusable, match=key.name):
        open_store(tmp_path)
    (tmp_path / "elsewhere.pem").rename(key)
    open_store(tmp_path).close()  # the refusal let the directory go
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path / "file")


@pytest.mark.parametrize(
    "bounds", [{"glog_disk_share_max": 0.0}, {"glog_disk_share_max": 2}, {"record_bytes_max": 70_000}]
)
def test_bounds_that_no_store_can_keep_are_refused(bounds):
    with pytest.raises(ValueError, match=next(iter(bounds))):
        StoreSettings(**bounds)
