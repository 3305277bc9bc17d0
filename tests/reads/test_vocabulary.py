"""Texts that come again and again stand once in Arrow, and whatever reads Arrow shows them."""

import io

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from api.web.chosen import Chosen
from api.web.formats import Encoder
from api.web.table import Integers, as_batch
from hearthlog.client.table import Table
from tests.support.arrow import written_out

TEXTS = st.sampled_from(["a", "b", "ü", "", None])
PAGES = st.lists(st.lists(TEXTS, max_size=9), min_size=1, max_size=4)


def stream_of(pages: list[list[str | None]], *, reverse: bool = False) -> bytes:
    """A column in several batches; `reverse`: its choices are numbered from behind, with one that no row has."""
    encoder = Encoder("arrow", "rfc3339", {})
    parts = []
    for page in pages:
        column = Chosen.of(page)
        if reverse:
            choices = ["unused", *reversed(column.choices)]
            column = Chosen(choices, len(choices) - 1 - column.codes)
        parts.append(encoder.add({"text": column, "n": Integers(np.arange(len(page)))}))
    return b"".join([*parts, encoder.end()])


@given(PAGES)
def test_every_reader_sees_the_texts(pages):
    body, texts = stream_of(pages), [text for page in pages for text in page]
    table = pa.ipc.open_stream(body).read_all()
    assert table["text"].to_pylist() == texts
    assert written_out(table)["text"].to_pylist() == texts
    assert pl.read_ipc_stream(io.BytesIO(body))["text"].to_list() == texts
    ours = Table(table, "")
    assert ours.to_polars()["text"].dtype == pl.String
    assert ours.to_polars()["text"].to_list() == texts
    assert [None if text != text else text for text in ours.to_pandas()["text"]] == texts  # NaN is not


def test_duckdb_sees_the_texts():
    few = pa.ipc.open_stream(stream_of([["a", None], ["b", "a"]])).read_all()
    found = duckdb.from_arrow(few).query("few", "SELECT text, count(*) FROM few GROUP BY text ORDER BY text NULLS LAST")
    assert found.fetchall() == [("a", 2), ("b", 1), (None, 1)]


@given(PAGES)
def test_the_bytes_say_nothing_of_how_series_were_numbered(pages):
    assert stream_of(pages) == stream_of(pages, reverse=True)


@given(st.lists(TEXTS, max_size=9))
def test_where_texts_are_written_out_nothing_tells_that_they_were_few(texts):
    assert as_batch({"text": Chosen.of(texts)}).equals(pa.record_batch({"text": pa.array(texts, pa.string())}))
