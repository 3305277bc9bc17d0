"""The columns that are asked for are those of the whole answer, in every format; and nothing else is in the answer."""

import csv
import io
import itertools

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.readmodel.found import Both
from api.readmodel.page import PageRequest, found
from api.readmodel.selection import Wanted
from api.web.formats import Encoder
from api.web.history_table import ALL, choice_of, history_table
from api.web.table import as_columns, as_objects
from tests.api.models import SAID, Reader, records_of, run
from tests.api.recorder import Recorder
from tests.api.served import Api

SERVED = pytest.mark.asyncio(loop_scope="package")
FEWER = settings(max_examples=max(settings().max_examples // 8, 1))
OF_ROWS = [name for name in ALL if name not in ("payload", "payload_base64", "properties")]
FORMATS = ("json", "ndjson", "csv", "arrow", "parquet")
FRESH = itertools.count()


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("read-models")


def columns_in(format_: str, table) -> dict[str, list]:
    """The columns that somebody reads out of an answer with this table."""
    if format_ == "json":
        return as_columns(table, "rfc3339")
    encoder = Encoder(format_, "rfc3339", {})
    body = encoder.add(table) + encoder.end()
    if format_ == "ndjson":
        rows = [orjson.loads(line) for line in body.splitlines()]
        assert rows == as_objects(as_columns(table, "rfc3339"))
        return {name: [row[name] for row in rows] for name in table}
    if format_ == "csv":
        names, *lines = csv.reader(io.StringIO(body.decode()))
        # A row that is one empty cell is an empty line.
        return {name: [line[place] if line else "" for line in lines] for place, name in enumerate(names)}
    read = pa.ipc.open_stream(body).read_all() if format_ == "arrow" else pq.read_table(pa.BufferReader(body))
    return read.to_pydict()


@FEWER
@given(said=SAID, data=st.data())
def test_what_is_asked_for_is_as_in_the_whole_answer_and_in_its_order(directory, said, data):
    records = records_of(said)
    reader, cut = Reader(directory / f"{next(FRESH)}"), data.draw(st.integers(0, len(records)))
    run(reader.take(records[:cut]))
    run(reader.seal())
    run(reader.take(records[cut:]))
    view, everything = reader.model.view, data.draw(st.booleans())
    ids = reader.model.selector.select(Wanted(("#" if everything else "a",), ("*",))).ids[: None if everything else 1]
    request = PageRequest(data.draw(st.sampled_from(["device", "logged"])), data.draw(st.integers(1, 40)))
    before, _ = found(view, ids, request)
    rows = Both(before, found(view, ids, request._replace(descending=True))[0])
    for format_ in FORMATS:
        existing = [name for name in OF_ROWS if name != "text" or format_ not in ("json", "ndjson")]
        asked = data.draw(st.lists(st.sampled_from(existing), min_size=1))
        whole, chosen = (
            columns_in(
                format_,
                history_table(
                    rows,
                    choice_of(names, format_, raw=True, state=True),
                    view.keys,
                    reader.model.catalogue,
                    before=before.size,
                ),
            )
            for names in ([], asked)
        )
        assert list(chosen) == [name for name in whole if name in asked]
        assert chosen == {name: whole[name] for name in chosen}


QUERY = {"filter": "c/#", "start": "2026-11-24T00:00:05Z", "by": "device"}


async def said(api: Api, recorder: Recorder) -> str:
    payloads = [
        b'{"v": %s, "time": %d}' % (b'"ON"' if at % 5 == 0 else b"%d.5" % at, 1_795_478_400 + at) for at in range(40)
    ]
    return await api.reached(await recorder.say(*[(f"c/{at % 3}", each) for at, each in enumerate(payloads)]))


@SERVED
@pytest.mark.parametrize("more", [{}, {"state_at_start": "true"}, {"raw": "true"}, {"order": "desc"}])
async def test_pages_carry_on_with_the_columns_asked_for(api: Api, recorder: Recorder, more):
    at = await said(api, recorder)
    asked = [
        "value",
        "topic",
        *(["payload"] if "raw" in more else []),
        *(["state_at_start"] if "state" in str(more) else []),
    ]
    whole = (await api.json("/v1/history", **QUERY, **more, at=at))["observations"]
    names = [name for name in whole[0] if name in asked]
    answer = await api.json("/v1/history", **QUERY, **more, at=at, columns=asked, limit=7)
    rows = answer["observations"]
    while answer["next"]:
        answer = await api.json(answer["next"])
        rows += answer["observations"]
    assert rows == [{name: row[name] for name in names} for row in whole]
    assert [list(row) for row in rows] == [names] * len(whole)
    columns = (await api.json("/v1/history", **QUERY, **more, at=at, columns=asked, layout="columns"))["columns"]
    assert columns == {name: [row[name] for row in whole] for name in names}
    query = {**QUERY, **more, "at": at, "format": "arrow"}
    table = pa.ipc.open_stream((await api.get("/v1/history", **query, columns=asked)).content).read_all()
    expected = pa.ipc.open_stream((await api.get("/v1/history", **query)).content).read_all()
    assert table.to_pylist() == expected.select(names).to_pylist()
    again = await api.get("/v1/history", **query, columns=asked[::-1])
    assert again.content == (await api.get("/v1/history", **query, columns=asked)).content


@SERVED
async def test_buckets_have_the_columns_asked_for_before_their_functions(api: Api, recorder: Recorder):
    at = await said(api, recorder)
    query = {"filter": "c/#", "field": "v", "start": "2026-11-24T00:00:05Z", "end": "2026-11-25T00:00:00Z"}
    query |= {"every": "10s", "fn": ["max", "last"], "at": at}
    whole = (await api.json("/v1/aggregate", **query))["buckets"]
    names = ["topic", "start", "max", "last"]
    answer = await api.json("/v1/aggregate", **query, columns=["start", "topic"], limit=4)
    rows = answer["buckets"]
    while answer["next"]:
        answer = await api.json(answer["next"])
        rows += answer["buckets"]
    assert rows == [{name: row[name] for name in names} for row in whole]
    assert [list(row) for row in rows] == [names] * len(whole)
    # What is answered at once is of now.
    now = {name: value for name, value in query.items() if name != "at"}
    columns = (await api.json("/v1/aggregate", **now, columns="end", layout="columns"))["columns"]
    assert columns == {name: [row[name] for row in whole] for name in ("end", "max", "last")}
    refused = await api.get("/v1/aggregate", **query, columns="value")
    assert "columns: 'value' will not do: input should be 'topic'" in refused.json()["detail"]


@SERVED
@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"columns": "time"}, "columns: 'time' will not do: input should be 'topic', 'field', 'device_time'"),
        ({"columns": "topic,value"}, "columns: 'topic,value' will not do: input should be 'topic'"),
        ({"columns": "payload"}, "columns: 'payload' is there with raw=true only"),
        ({"columns": "state_at_start"}, "columns: 'state_at_start' is there with state_at_start=true only"),
        ({"columns": ["value", "text"]}, "columns: 'text' is a column of csv, arrow and parquet"),
    ],
)
async def test_a_column_that_there_is_not_is_named_with_those_that_there_are(api: Api, query, says):
    answer = await api.get("/v1/history", **query)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "columns"
    assert says in answer.json()["detail"]


@SERVED
async def test_a_dry_run_counts_the_columns_asked_for(api: Api, recorder: Recorder):
    at = await said(api, recorder)
    cost = (await api.json("/v1/history", **QUERY, at=at, columns=["value", "device_time"], dry_run="true"))["cost"]
    assert cost == {**cost, "columns": 2, "cells": 2 * cost["rows"], "bytes": 50 * cost["rows"]}
