"""What was acknowledged is found again or missed loudly: torn tails, damage, rotation."""

import os
import shutil

import pytest

from gdp.commitlog.segment import Segment
from gdp.errors import CorruptStore, StoreError
from gdp.store import ReadableStore, Write
from tests.gdp.stores import check_chains, contents, die, open_store, topic_data, write


def copy_of(directory, tmp_path, name):
    return shutil.copytree(directory, tmp_path / name)


def segments(directory):
    return sorted((directory / "store" / "commit").glob("*.seg"))


def test_a_crash_at_any_byte_of_the_last_frame_loses_that_frame_alone(memory_path):
    home = memory_path / "home"
    store = open_store(home)
    write(store, "a", b"first")
    write(store, "b", b"first of b")
    before = segments(home)[-1].stat().st_size
    write(store, "a", b"second", b"second, continued")
    whole = segments(home)[-1].stat().st_size
    for size in range(before, whole + 1):
        crashed = copy_of(home, memory_path, f"crash{size}")
        os.truncate(segments(crashed)[-1], size)
        found = open_store(crashed)
        expected = [b"first", b"second", b"second, continued"] if size == whole else [b"first"]
        assert topic_data(found, "a") == expected
        assert topic_data(found, "b") == [b"first of b"]
        assert found.torn_bytes == (0 if size == whole else size - before)
        assert write(found, "a", b"next").recno == len(expected) + 1
        check_chains(found)
        die(found)
        shutil.rmtree(crashed)
    die(store)


def test_a_tail_of_zeros_is_a_torn_tail_too(tmp_path):
    store = open_store(tmp_path)
    write(store, "a", b"first")
    crashed = copy_of(tmp_path / "store", tmp_path, "other/store")
    shutil.copytree(tmp_path / "keys", tmp_path / "other/keys")
    with segments(tmp_path / "other")[-1].open("ab") as file:
        file.write(bytes(5_000))
    with open_store(crashed.parent) as found:
        assert found.torn_bytes == 5_000
        assert topic_data(found, "a") == [b"first"]
    die(store)


def damaged(home, tmp_path, name, path_of, byte):
    copy = copy_of(home, tmp_path, name)
    path = path_of(copy)
    raw = bytearray(path.read_bytes())
    raw[byte] ^= 0x10
    path.write_bytes(raw)
    return copy, path


def refuses(copy, path):
    before = contents(copy)
    with pytest.raises(CorruptStore) as refusal:
        open_store(copy)
    assert contents(copy) == before
    assert str(path) in str(refusal.value)
    return str(refusal.value)


def test_a_flipped_byte_before_the_last_frame_stops_the_store_and_changes_nothing(memory_path):
    home = memory_path / "home"
    store = open_store(home)
    write(store, "a", b"first")
    size = segments(home)[-1].stat().st_size
    write(store, "a", b"second")
    write(store, "a", b"third")
    for byte in range(0, size, 7):
        copy, path = damaged(home, memory_path, f"flip{byte}", lambda copy: segments(copy)[-1], byte)
        sentence = refuses(copy, path)
        assert "damaged at byte" in sentence
        assert "backup" in sentence
        shutil.rmtree(copy)
    die(store)


@pytest.mark.parametrize("where", ["header", "frame", "index", "trailer"])
def test_damage_in_a_sealed_segment_stops_the_store(tmp_path, where):
    home = tmp_path / "home"
    store = open_store(home, segment_bytes=600)
    for number in range(20):
        write(store, "a", b"message %d" % number)
    first = store._opened.log.segments[0]
    byte = {"header": 20, "frame": 300, "index": first.end + 40, "trailer": first.size - 1}[where]
    copy, path = damaged(home, tmp_path, "flip", lambda copy: segments(copy)[0], byte)
    refuses(copy, path)
    die(store)


def test_cutting_a_damaged_index_off_loses_nothing_as_the_sentence_says(tmp_path):
    home = tmp_path / "home"
    store = open_store(home, segment_bytes=600)
    for number in range(20):
        write(store, "a", b"message %d" % number)
    first = store._opened.log.segments[0]
    copy, path = damaged(home, tmp_path, "flip", lambda copy: segments(copy)[0], first.end + 40)
    assert f"truncate -s {first.end} {path}" in refuses(copy, path)
    os.truncate(path, first.end)
    with open_store(copy) as found:
        assert len(topic_data(found, "a")) == 20
        check_chains(found)
    die(store)


def test_a_missing_segment_is_noticed(tmp_path):
    home = tmp_path / "home"
    store = open_store(home, segment_bytes=600)
    for number in range(20):
        write(store, "a", b"message %d" % number)
    copy = copy_of(home, tmp_path, "copy")
    segments(copy)[1].unlink()
    with pytest.raises(CorruptStore, match="missing"):
        open_store(copy)
    shutil.rmtree(copy / "store" / "commit")
    with pytest.raises(CorruptStore, match="acknowledged"):
        ReadableStore.open_readonly(copy / "store")
    die(store)


def test_a_segment_of_another_store_is_refused(tmp_path):
    with open_store(tmp_path / "one"), open_store(tmp_path / "two"):
        pass
    shutil.copy(segments(tmp_path / "two")[0], segments(tmp_path / "one")[0])
    with pytest.raises(CorruptStore, match="another store"):
        open_store(tmp_path / "one")


def test_a_message_that_contains_a_frame_is_no_frame(tmp_path):
    home = tmp_path / "home"
    store = open_store(home)
    size = segments(home)[-1].stat().st_size
    write(store, "a", b"first")
    frame = segments(home)[-1].read_bytes()[size:]
    end = segments(home)[-1].stat().st_size
    write(store, "a", frame * 3)
    os.truncate(segments(home)[-1], segments(home)[-1].stat().st_size - 1)  # the crash tears the frame around it
    crashed = copy_of(home, tmp_path, "crashed")
    with open_store(crashed) as found:
        assert found.torn_bytes > 0
        assert topic_data(found, "a") == [b"first"]
    assert end > size
    die(store)


def test_a_crash_while_a_segment_is_sealed_loses_nothing(memory_path):
    home = memory_path / "home"
    store = open_store(home, segment_bytes=3_000)
    while len(segments(home)) < 2:
        write(store, "a", b"message")
    expected = topic_data(store, "a")
    sealed = store._opened.log.segments[0]
    for size in (*range(sealed.end, sealed.size, 9), sealed.size):
        crashed = copy_of(home, memory_path, f"crash{size}")
        segments(crashed)[1].unlink()
        os.truncate(segments(crashed)[0], size)
        (crashed / "store" / "commit" / "00000002.new").write_bytes(b"half a header")
        found = open_store(crashed, segment_bytes=3_000)
        assert topic_data(found, "a") == expected[:-1]
        write(found, "a", b"next")
        check_chains(found)
        die(found)
        assert not list(crashed.rglob("*.new"))
        shutil.rmtree(crashed)
    die(store)


def test_a_store_of_a_later_format_is_refused_with_its_version(tmp_path):
    with open_store(tmp_path):
        pass
    store_json = tmp_path / "store" / "store.json"
    store_json.write_text(store_json.read_text().replace('"format": 1', '"format": 3'))
    with pytest.raises(CorruptStore, match="format 3"):
        open_store(tmp_path)
    store_json.unlink()
    with pytest.raises(CorruptStore, match=r"store\.json is missing"):
        open_store(tmp_path)


def test_a_segment_that_cannot_be_written_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    with open_store(tmp_path) as store:
        write(store, "a", b"first")
        before = contents(tmp_path)
        full = OSError(28, "No space left on device")

        def half_a_write(fd, parts):
            os.write(fd, parts[0][:7])
            raise full

        monkeypatch.setattr("gdp.commitlog.segment.os.writev", half_a_write)
        with pytest.raises(StoreError, match="no room"):
            store.commit([Write("a", (b"second",)), Write("new", (b"first",))])
        monkeypatch.undo()
        assert contents(tmp_path) == before
        assert store.current("new") is None
        assert write(store, "a", b"second again").recno == 2
        assert write(store, "new", b"first").recno == 1
        check_chains(store)


def test_a_failed_fdatasync_ends_writing_for_good(tmp_path, monkeypatch):
    store = open_store(tmp_path)
    write(store, "a", b"first")

    def fails(self):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("gdp.commitlog.segment.os.fdatasync", fails)
    with pytest.raises(StoreError, match="fdatasync"):
        write(store, "a", b"second")
    monkeypatch.undo()
    with pytest.raises(StoreError, match="fdatasync"):
        write(store, "a", b"third")
    assert topic_data(store, "a") == [b"first"]
    die(store)


def test_readers_of_a_deleted_segment_go_on_reading(tmp_path):
    with open_store(tmp_path, segment_bytes=600, commit_log_keep_bytes=0) as store:
        for number in range(20):
            write(store, "a", b"message %d" % number)
        frames = store.frames(0)
        seen = [datum.data for _, datum, _ in next(frames)]
        oldest = segments(tmp_path)[0]
        store.flush_all()
        assert not oldest.exists()
        seen += [datum.data for frame in frames for _, datum, _ in frame]
        assert b"message 19" in seen
        assert isinstance(store._opened.log.current, Segment)


@pytest.mark.parametrize("end", [bytes(8) + b"HLSEALED", bytes([255] * 8) + b"HLSEALED", b"HLSEALED"])
def test_a_torn_tail_that_looks_like_a_trailer_is_cut(tmp_path, end):
    store = open_store(tmp_path)
    write(store, "a", b"first")
    die(store)
    with segments(tmp_path)[-1].open("ab") as file:
        file.write(b"torn" + end)
    with open_store(tmp_path) as found:
        assert found.torn_bytes == 4 + len(end)
        assert topic_data(found, "a") == [b"first"]
