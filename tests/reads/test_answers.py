"""Reads over windows, asked of the real process over a real store."""

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytest_asyncio

from tests.api.recorder import Recorder
from tests.api.served import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")
DAY = 86_400
BEGIN = 1_764_000_000 // DAY * DAY
HOME = {"start": "2025-11-24T00:00:00Z", "end": "2025-11-25T00:00:00Z"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
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
    assert (found["position"], found["truncated"], found["kernel"]) == (spoken, False, "1")


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
        ("aggregate", {"bucket": "1h"}, 400, "bucket is not a parameter here; these are: filter, field, start"),
        ("aggregate", {"start": "now", "end": "-1h"}, 400, "start: now is not before end"),
        ("aggregate", {"every": "1s", "start": "-20000d"}, 413, "every=1s from start to end is"),
        ("aggregate", {"hold_for": "long"}, 400, "hold_for: 'long' will not do"),
        ("aggregate", {"limit": 10**9}, 400, "limit: 1000000000 is more than"),
        ("aggregate", {"cursor": "x"}, 400, "cursor: this is no cursor"),
        ("aggregate", {"format": "xml"}, 400, "format: 'xml' will not do"),
    ],
)
async def test_what_will_not_do_is_named_with_what_would(api: Api, spoken: str, call, query, status, names):
    answer = await api.get(f"/v1/{call}", **query)
    assert answer.status_code == status, answer.text
    assert names in answer.json()["detail"]


async def test_more_cells_or_rows_than_may_be_are_refused_before_any_work(recorder: Recorder, tmp_path, spoken: str):
    async with Api(recorder.data, recorder.port, read_model=tmp_path, cells_max=100, scan_rows_max=1_000) as api:
        await api.reached(int(spoken.partition(".")[2]))
        answer = await api.get("/v1/aggregate", filter="w/#", every="15m", **HOME)
        assert (answer.status_code, answer.json()["parameter"]) == (413, "filter")
        await api.reached(await recorder.say(*[("many", b"1")] * 1_001))
        answer = await api.get("/v1/aggregate", filter="many", fn="count", start="-1h")
        assert (answer.status_code, answer.json()["parameter"]) == (413, "start")


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
