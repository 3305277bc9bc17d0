"""A log's file is GDP's own: any SQLite program reads it, and what others wrote into it is not overwritten."""

import sqlite3
from contextlib import closing

import pytest

from gdp import glog
from gdp.datum import Datum, LogHash
from gdp.errors import CorruptStore, StoreError
from tests.gdp import vectors as v

BLOB = v.METADATA.blob
RECORDS = [(*datum, LogHash(v.NAME, BLOB).hash(datum)) for datum in v.DATUMS]


@pytest.fixture
def path(tmp_path):
    (tmp_path / "glogs").mkdir()
    path = glog.path_of(tmp_path / "glogs", v.NAME)
    glog.create(path, v.NAME, BLOB, 77, RECORDS[:1])
    glog.write(path, RECORDS[1:])
    return path


def test_the_file_lies_where_c_programs_look(path):
    assert path.parent.name == "_7b"
    assert path.name == "e36tE8txaDVrQEdyXYnwGjydEx6kyK-fJgH1NnrS8mg.glog"
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_empty_file_is_as_large_as_those_of_c_programs(tmp_path):
    (tmp_path / "glogs").mkdir()
    path = glog.path_of(tmp_path / "glogs", v.NAME)
    glog.create(path, v.NAME, BLOB, 77)
    assert path.stat().st_size == 20_480


def test_plain_sqlite_reads_the_file(path):
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA application_id").fetchone() == (1195592752,)
        assert file.execute("PRAGMA user_version").fetchone() == (20180428,)
        assert file.execute("PRAGMA page_size").fetchone() == (4096,)
        assert file.execute("PRAGMA journal_mode").fetchone()[0] != "wal"
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        indexes = {row[1] for row in file.execute("PRAGMA index_list(log_entry)")}
        assert {"recno_index", "timestamp_index"} <= indexes
        rows = file.execute(
            "SELECT hash, recno, timestamp, accuracy, prevhash, value, sig FROM log_entry ORDER BY recno"
        )
        first, *others = rows.fetchall()
    assert first == (v.NAME, 0, 77, 0.0, None, BLOB, None)
    assert others == [(found, *fields) for *fields, found in RECORDS]


def test_records_come_back_as_written(path):
    datums = v.DATUMS
    assert glog.read(path, 1, 3) == datums
    assert glog.read(path, 0, 0) == [Datum(0, 77, 0.0, None, BLOB, None)]
    assert glog.read_by_ts(path, datums[1].ts, 3, -1) == datums[1:]
    assert glog.read_by_ts(path, 0, 2, 1) == datums[:1]
    assert glog.read_by_hash(path, RECORDS[2][-1]) == datums[2]
    assert glog.read_by_hash(path, bytes(32)) is None
    assert glog.tip(path) == (3, RECORDS[2][-1], 3)


def test_writing_the_same_records_again_changes_nothing(path):
    glog.write(path, RECORDS)
    glog.write(path, RECORDS[1:2])
    assert len(glog.read(path, 0, 9)) == 4


def test_another_record_with_the_same_number_is_never_written_beside_it(path):
    forked = v.DATUMS[2]._replace(data=b"another")
    with pytest.raises(CorruptStore, match="other records"):
        glog.write(path, [(*forked, LogHash(v.NAME, BLOB).hash(forked))])
    assert glog.read(path, 3, 3) == [v.DATUMS[2]]


def test_a_hole_is_never_written(path):
    late = v.DATUMS[2]._replace(recno=5)
    with pytest.raises(CorruptStore, match="other records"):
        glog.write(path, [(*late, LogHash(v.NAME, BLOB).hash(late))])


def test_what_is_no_log_file_is_refused_by_name(path, tmp_path):
    with closing(sqlite3.connect(tmp_path / "other.db")) as file:
        file.execute("CREATE TABLE log_entry (recno)")
    (tmp_path / "text").write_text("no database " * 1000)
    for wrong in (tmp_path / "other.db", tmp_path / "text", tmp_path / "missing"):
        with pytest.raises(CorruptStore, match=wrong.name):
            glog.read(wrong, 1, 1)
    with pytest.raises(StoreError, match="cannot create"):
        glog.create(tmp_path / "nowhere" / "deep" / "x.glog", v.NAME, BLOB, 1)
