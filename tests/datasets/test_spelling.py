"""Equal tables are equal bytes, pins have one spelling, and files are what their names say."""

import io

import numpy as np
import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.datasets.arrow import ArrowWriter, read_tables
from api.datasets.files import DatasetFiles
from api.datasets.manifest import Columned, Made, Manifest, read_manifest
from api.datasets.pin import Pin, Tip, read_pin
from api.errors import DatasetError, TooManyBytes
from api.web.formats import BATCH_ROWS
from api.web.table import Integers, Numbers, Texts, Times, Truths, as_columns
from api.web.values import Values
from ingest.observation import Kind

NAN = np.array([0x7FF8000000000000, 0xFFF8000000000001], np.uint64).view(np.float64)
"""Two that are not numbers, in different bytes."""
PIN = Pin(
    "matrix", {"filter": ["a/#", "ü"], "end": None}, (("a/#",),), "abcdefgh.5", "C" * 43, "matrix 1", "2", "x1-y2",
    ("json 1",), (Tip("L" * 43, "a/ü", 7, "ab" * 32),), (Tip("K" * 43, None, 2, "cd" * 32),),
)  # fmt: skip
MADE = Made("ef" * 32, 1_000, 5, (Columned("time", "timestamp[ns, tz=UTC]"), Columned("a/ü#v", "double")))


def written(*tables, bytes_max=1 << 20) -> tuple[bytes, Made]:
    file = io.BytesIO()
    writer = ArrowWriter(file, "id", bytes_max=bytes_max)
    for table in tables:
        writer.add(table)
    return file.getvalue(), writer.end()


def test_what_stands_under_a_null_makes_no_other_bytes():
    def table(nothing, zero):
        known = np.array([True, False])
        return {
            "n": Numbers(np.array([1.5, nothing])),
            "t": Times(np.array([5, zero]), known),
            "i": Integers(np.array([7, zero]), known),
            "s": Texts(["a", None]),
            "b": Truths(known),
        }

    one, two = written(table(NAN[0], 0)), written(table(NAN[1], 99))
    assert one == two
    assert one[1].rows == 2
    assert one[1].sha256 != written(table(0.0, 0))[1].sha256


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), min_size=1, max_size=40))
def test_a_file_is_read_back_as_it_was_written(tmp_path_factory, values):
    table = {"n": Numbers(np.array([np.nan if each is None else each for each in values]))}
    content, _ = written(table, table)
    path = tmp_path_factory.getbasetemp() / "read-back.arrow"
    path.write_bytes(content)
    rows = [value for each in read_tables(path) for value in as_columns(each, "ns")["n"]]
    assert [None if value != value else value for value in rows] == values * 2


def test_a_long_table_is_written_in_batches_though_texts_come_late():
    kinds = np.full(BATCH_ROWS + 2, Kind.number, np.int8)
    kinds[-1] = Kind.text
    column = Values(kinds, np.zeros(len(kinds)), {len(kinds) - 1: "late"}, beside=False)
    content, made = written({"a": column}, bytes_max=1 << 24)
    batches = list(pa.ipc.open_stream(content))
    assert [batch.num_rows for batch in batches] == [BATCH_ROWS, 2]
    assert made.columns == (Columned("a", "double"), Columned("a_text", "string"))
    # A call that streams the same in slices has the column in each, too.
    assert [list(column.slice(at, at + 5).arrow("a")) for at in (0, BATCH_ROWS)] == [["a", "a_text"]] * 2


def test_too_many_bytes_end_it():
    with pytest.raises(TooManyBytes, match="more than 100 bytes"):
        written({"s": Texts(["word"] * 100)}, bytes_max=100)


def test_a_pin_is_read_from_its_own_text_only():
    assert read_pin(PIN.text) == PIN
    assert read_pin(PIN.text.decode()).id == PIN.id
    assert b" " not in PIN.text.replace(b"json 1", b"").replace(b"matrix 1", b"")
    assert list(orjson.loads(PIN.text)) == sorted(orjson.loads(PIN.text))
    others = [PIN.text.replace(b",", b", ", 1), PIN.text.replace(b'"v":1', b'"v":2'), b"{}", b"[]", b"", b'{"v":1}']
    for other in others:
        with pytest.raises(DatasetError):
            read_pin(other)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_manifest_with_a_changed_byte_is_another_dataset_or_none(at, bit):
    manifest = Manifest(PIN, MADE)
    payload = bytearray(manifest.encode())
    assert read_manifest(bytes(payload), PIN.id) == manifest
    payload[at % len(payload)] ^= bit
    try:
        read = read_manifest(bytes(payload), PIN.id)
    except DatasetError:
        return
    # The pin is what the id says; what the bytes are is proven by the record's signature.
    assert read.pin == PIN


def test_a_file_that_is_not_what_its_name_says_is_found_and_leftovers_go(tmp_path):
    files = DatasetFiles(tmp_path / "datasets")
    assert files.check("00" * 32) is None
    with files.writing() as file:
        writer = ArrowWriter(file, "id", bytes_max=1 << 20)
        writer.add({"s": Texts(["a"])})
        made = writer.end()
        files.keep(file, made)
    assert files.check(made.sha256) is True
    path = files.path(made.sha256)
    path.write_bytes(path.read_bytes()[:-1])
    assert files.check(made.sha256) is False
    (files.root / "left-by-a-killed-process.tmp").write_bytes(b"half")
    with files.writing():
        pass
    assert [each.name for each in files.root.iterdir()] == [path.name]
    assert files.fetched("x") == 0
    files.count("x")
    files.count("x")
    assert files.fetched("x") == 2
