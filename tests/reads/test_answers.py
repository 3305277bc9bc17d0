"""Reads over windows, asked of the real process over a real store."""

from collections.abc import AsyncIterator

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytest_asyncio

from tests.api.recorder import Recorder
from tests.api.served import Api

pytestmark = pytest.mark.asyncio(loop_scope="package")
DAY = 86_400
BEGIN = 1_764_000_000 // DAY * DAY
HOME = {"start": "2025-11-24T00:00:00Z", "end": "2025-11-25T00:00:00Z"}


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def spoken(recorder: Recorder, api: Api) -> str:
    """A climate sensor each ten minutes of a day, a door, and words; the position after them."""
    said = [("w/desk/air", b'{"t": %d.5, "time": %d}' % (number, BEGIN + 600 * number)) for number in range(144)]
    said += [("w/door", b'{"open": %s, "time": %d}' % (state, BEGIN + at)) for state, at in DOOR]
    said += [("w/mode", b'{"mode": "%s", "time": %d}' % (mode, BEGIN + at)) for mode, at in MODES]
    return await api.reached(await recorder.say(*said))


DOOR = [(b"true", 3_600), (b"false", 7_200), (b"true", 7_200)]
MODES = [(b"home", 0), (b"away", 40_000)]


async def test_hours_have_what_was_asked_and_empty_ones_are_absent(api: Api, spoken: str):
    found = await api.json("/v1/aggregate", filter="w/#", every="6h", fn=["count", "mean", "last"], at=spoken, **HOME)
    assert [(each["topic"], each["field"], each["start"][11:13], each["count"]) for each in found["buckets"]] == [
        *[("w/desk/air", "t", hour, 36) for hour in ("00", "06", "12", "18")],
        ("w/door", "open", "00", 3),
        ("w/mode", "mode", "00", 1),
        ("w/mode", "mode", "06", 1),
    ]
    assert [each["mean"] for each in found["buckets"]] == [18.0, 54.0, 90.0, 126.0, 2 / 3, None, None]
    assert [each["last"] for each in found["buckets"]] == [35.5, 71.5, 107.5, 143.5, True, "home", "away"]
    assert (found["position"], found["truncated"], found["kernel"]) == (spoken, False, "3")


async def test_without_every_the_window_is_one_bucket(api: Api, spoken: str):
    found = await api.json("/v1/aggregate", filter="w/desk/#", fn="count", at=spoken, **HOME)
    assert [(each["start"], each["end"], each["count"]) for each in found["buckets"]] == [
        ("2025-11-24T00:00:00.000000000Z", "2025-11-25T00:00:00.000000000Z", 144)
    ]


async def test_pages_of_buckets_are_the_whole_though_late_data_come_meanwhile(
    api: Api, recorder: Recorder, spoken: str
):
    query = {"filter": "w/#", "every": "1h", "fn": ["count", "delta"], "tz": "Europe/Berlin", **HOME}
    whole = (await api.json("/v1/aggregate", **query, at=spoken))["buckets"]
    page = await api.json("/v1/aggregate", **query, at=spoken, limit=7)
    found = page["buckets"]
    while page["next"]:
        await api.reached(await recorder.say(("w/desk/air", b'{"t": 1, "time": %d}' % (BEGIN + 3_000))))
        page = await api.json(page["next"])
        assert len(page["buckets"]) <= 7
        found += page["buckets"]
    assert found == whole
    assert (await api.json("/v1/aggregate", **query, at=spoken))["buckets"] == whole
    assert (await api.json("/v1/aggregate", **query))["buckets"] != whole


async def test_messages_are_counted_where_their_field_is_asked_for(api: Api, spoken: str):
    found = await api.json("/v1/aggregate", filter="w/mode", field="", fn="count", by="logged", at=spoken)
    assert [each["count"] for each in found["buckets"]] == [2]


@pytest.mark.parametrize(
    ("call", "query", "status", "names"),
    [
        ("aggregate", {"every": "7h"}, 400, "every: '7h' does not divide a day"),
        ("aggregate", {"every": "1h", "tz": "Berlin"}, 400, "tz: 'Berlin' is not a time zone"),
        ("aggregate", {"fn": "median"}, 400, "fn: 'median' will not do"),
        ("aggregate", {"bucket": "1h"}, 400, "bucket is not a parameter here; these are: filter, field, limit"),
        ("aggregate", {"start": "now", "end": "-1h"}, 400, "start: now is not before end"),
        ("aggregate", {"every": "1s", "start": "-20000d"}, 413, "every=1s from start to end is"),
        ("aggregate", {"hold_for": "long"}, 400, "hold_for: 'long' will not do"),
        ("aggregate", {"limit": 10**9}, 400, "limit: 1000000000 is more than"),
        ("aggregate", {"cursor": "x"}, 400, "cursor: this is no cursor"),
        ("matrix", {"fn": "sum", "fill": "hold"}, 400, "fill: hold goes on with a value, and sum of nothing is none"),
        ("matrix", {"every": "1s", "start": "-20000d"}, 413, "every=1s from start to end is"),
        ("matrix", {"fn": ["last", "mean"]}, 400, "fn"),
        ("aggregate", {"format": "xml"}, 400, "format: 'xml' will not do"),
    ],
)
async def test_what_will_not_do_is_named_with_what_would(api: Api, spoken: str, call, query, status, names):
    answer = await api.get(f"/v1/{call}", **query)
    assert answer.status_code == status, answer.text
    assert names in answer.json()["detail"]


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def small(recorder: Recorder, tmp_path_factory) -> AsyncIterator[Api]:
    """An api with small bounds."""
    bounds = {"cells_max": 100, "scan_rows_max": 1_000, "answer_payload_bytes_max": 65_536}
    async with Api(recorder.data, recorder.port, read_model=tmp_path_factory.mktemp("small"), **bounds) as running:
        yield running


async def test_more_cells_or_rows_than_may_be_are_refused_before_any_work(small: Api, recorder: Recorder, spoken: str):
    await small.reached(int(spoken.partition(".")[2]))
    answer = await small.get("/v1/aggregate", filter="w/#", every="15m", **HOME)
    assert (answer.status_code, answer.json()["parameter"]) == (413, "filter")
    await small.reached(await recorder.say(*[("many", b"1")] * 1_001))
    answer = await small.get("/v1/aggregate", filter="many", fn="mean", start="-1h")
    assert (answer.status_code, answer.json().get("parameter")) == (413, "start"), answer.text


async def test_payloads_are_read_in_pieces_that_fit_and_none_is_missing(small: Api, recorder: Recorder):
    long = [bytes([97 + number]) * 30_000 for number in range(9)]
    await small.reached(await recorder.say(*[("long", each) for each in long]))
    query = {"filter": "long", "raw": "true", "format": "ndjson"}
    lines = (await small.get("/v1/history", **query)).content.splitlines()
    assert [orjson.loads(line)["payload"].encode() for line in lines] == long
    page = await small.get("/v1/history", **query, limit=100)
    found = page.content.splitlines()
    assert len(found) == 2
    while "next" in page.links:
        page = await small.get(page.links["next"]["url"])
        found += page.content.splitlines()
    assert found == lines


async def test_every_format_has_the_same_columns_and_types(api: Api, spoken: str):
    query = {"filter": "w/#", "every": "6h", "fn": ["count", "mean", "last"], "at": spoken, **HOME}
    rows = (await api.json("/v1/aggregate", **query))["buckets"]
    lines = (await api.get("/v1/aggregate", **query, format="ndjson")).text.splitlines()
    assert [orjson.loads(line) for line in lines] == rows
    arrow = await api.client.get(
        "/v1/aggregate", params=query, headers={"Accept": "application/vnd.apache.arrow.stream"}
    )
    table = pa.ipc.open_stream(arrow.content).read_all()
    assert table.schema.names == [*rows[0], "last_text"]
    assert str(table.schema.field("start").type) == "timestamp[ns, tz=UTC]"
    assert table["mean"].to_pylist() == [each["mean"] for each in rows]
    assert table["last"].to_pylist()[-3:] == [1.0, None, None]
    assert table["last_text"].to_pylist()[-3:] == [None, "home", "away"]
    assert arrow.headers["hearthlog-position"] == spoken
    assert orjson.loads(table.schema.metadata[b"hearthlog"])["position"] == spoken
    parquet = await api.get("/v1/aggregate", **query, format="parquet")
    assert pq.read_table(pa.BufferReader(parquet.content)).to_pylist() == table.to_pylist()
    csv = (await api.get("/v1/aggregate", **query, format="csv")).text.splitlines()
    assert csv[0].replace('"', "").split(",") == table.schema.names
    assert csv[1].replace('"', "") == f"w/desk/air,t,,{rows[0]['start']},{rows[0]['end']},36,18,35.5,"


async def test_nobody_is_sent_what_he_does_not_accept(api: Api, spoken: str):
    answer = await api.client.get("/v1/aggregate", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "text/csv" in answer.json()["detail"]
    best = await api.client.get("/v1/aggregate", headers={"Accept": "application/json;q=0.5, text/csv"})
    assert best.headers["content-type"].startswith("text/csv")
    empty = await api.get("/v1/aggregate", filter="nothing", format="arrow")
    assert pa.ipc.open_stream(empty.content).read_all().num_rows == 0


async def test_a_row_has_the_last_value_of_every_series_of_its_type(api: Api, spoken: str):
    found = await api.json("/v1/matrix", filter="w/#", every="6h", at=spoken, **HOME)
    assert found["matrix"] == [
        {"time": f"2025-11-24T{hour}:00:00.000000000Z", "w/desk/air#t": t, "w/door#open": door, "w/mode#mode": mode}
        for hour, t, door, mode in [
            ("00", 0.5, None, "home"),
            ("06", 36.5, True, "home"),
            ("12", 72.5, True, "away"),
            ("18", 108.5, True, "away"),
        ]
    ]
    assert found["series"][0] == {"column": "w/desk/air#t", "topic": "w/desk/air", "field": "t", "unit": None}
    bounded = await api.json("/v1/matrix", filter="w/door", every="1h", hold_for="90m", at=spoken, **HOME)
    assert [each["w/door#open"] for each in bounded["matrix"]][:6] == [None, True, True, True, None, None]
    mean = await api.json("/v1/matrix", filter="w/desk/#", every="6h", fn="mean", at=spoken, layout="columns", **HOME)
    assert mean["columns"]["w/desk/air#t"] == [0.5, 19.0, 55.0, 91.0]


async def test_the_rows_of_a_matrix_do_not_depend_on_pages_or_where_the_window_begins(
    api: Api, recorder: Recorder, spoken: str
):
    query = {"filter": "w/#", "every": "1h", "tz": "Europe/Berlin"}
    whole = (await api.json("/v1/matrix", **query, at=spoken, **HOME))["matrix"]
    page = await api.json("/v1/matrix", **query, at=spoken, limit=5, **HOME)
    found = page["matrix"]
    while page["next"]:
        await api.reached(await recorder.say(("w/late", b'{"t": 1, "time": %d}' % BEGIN)))
        page = await api.json(page["next"])
        found += page["matrix"]
    assert found == whole
    part = await api.json("/v1/matrix", **query, at=spoken, start="2025-11-24T09:00:00Z", end=HOME["end"])
    assert part["matrix"] == whole[9:]


async def test_a_matrix_in_arrow_has_a_column_per_series_and_says_first_how_large_it_is(api: Api, spoken: str):
    query = {"filter": "w/#", "every": "6h", "at": spoken, **HOME}
    rows = (await api.json("/v1/matrix", **query))["matrix"]
    table = pa.ipc.open_stream((await api.get("/v1/matrix", **query, format="arrow")).content).read_all()
    assert table.schema.names == ["time", "w/desk/air#t", "w/door#open", "w/mode#mode", "w/mode#mode_text"]
    assert table["w/desk/air#t"].to_pylist() == [each["w/desk/air#t"] for each in rows]
    assert table["w/mode#mode_text"].to_pylist() == ["home", "home", "away", "away"]
    cost = (await api.json("/v1/matrix", **query, dry_run="true", format="arrow"))["cost"]
    assert cost == {"rows": 4, "columns": 4, "cells": 12, "bytes": 128}
    nothing = (await api.json("/v1/matrix", filter="nothing", every="6h", at=spoken, **HOME))["matrix"]
    assert [list(each) for each in nothing] == [["time"]] * 4


ASOF = {"left": "w/door", "right": ["w/desk/#", "w/mode"], **HOME}


async def test_each_event_has_what_stood_before_it(api: Api, spoken: str):
    found = (await api.json("/v1/asof", **ASOF, at=spoken))["events"]
    assert [(each["value"], each["recno"], each["w/desk/air#t"], each["w/mode#mode"]) for each in found] == [
        (True, 1, 5.5, "home"),
        (False, 2, 11.5, "home"),
        (True, 3, 11.5, "home"),
    ]
    equal = (await api.json("/v1/asof", **ASOF, equal="true", at=spoken))["events"]
    assert [each["w/desk/air#t"] for each in equal] == [6.5, 12.5, 12.5]
    held = (await api.json("/v1/asof", **ASOF, hold_for="599s", at=spoken))["events"]
    assert [each["w/desk/air#t"] for each in held] == [None] * 3


async def test_pages_and_streams_of_events_are_the_whole(api: Api, spoken: str):
    whole = (await api.json("/v1/asof", **ASOF, at=spoken))["events"]
    page = await api.json("/v1/asof", **ASOF, at=spoken, limit=1)
    found = page["events"]
    while page["next"]:
        page = await api.json(page["next"])
        found += page["events"]
    assert found == whole
    lines = (await api.get("/v1/asof", **ASOF, at=spoken, format="ndjson")).text.splitlines()
    assert [orjson.loads(line) for line in lines] == whole
    refused = await api.get("/v1/asof", left="w/door")
    assert (refused.status_code, refused.json()["parameter"]) == (400, "right")
    refused = await api.get("/v1/asof", left="w/#/door", right="#")
    assert refused.status_code == 400


async def test_the_state_before_the_window_comes_first_and_is_marked(api: Api, spoken: str):
    query = {"filter": ["w/door", "w/mode"], "start": "2025-11-24T02:00:00Z", "state_at_start": "true", "at": spoken}
    found = await api.json("/v1/history", **query, limit=2)
    shown = [(each["topic"], each["value"], each["state_at_start"]) for each in found["observations"]]
    assert shown == [
        ("w/mode", "home", True),
        ("w/door", True, True),
        ("w/door", False, False),
        ("w/door", True, False),
    ]
    rest = await api.json(found["next"])
    assert [(each["value"], each["state_at_start"]) for each in rest["observations"]] == [("away", False)]
    lines = (await api.get("/v1/history", **query, format="ndjson")).content.splitlines()
    assert [orjson.loads(line) for line in lines] == found["observations"] + rest["observations"]
    for other, names in (({"order": "desc"}, "order=desc"), ({"raw": "true"}, "raw=true")):
        assert names in (await api.get("/v1/history", **query, **other)).json()["detail"]
    assert "start=-6h" in (await api.get("/v1/history", state_at_start="true")).json()["detail"]
