"""Every read in every format, streamed and compressed, says the same."""

import base64
import gzip

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import pytest_asyncio

from api.web.compress import encoding_of
from api.web.formats import BATCH_ROWS
from ingest.envelope import Message
from tests.api.recorder import Recorder
from tests.api.served import Api
from tests.support.arrow import is_few, written_out
from tests.support.waiting import poll

pytestmark = pytest.mark.asyncio(loop_scope="package")
ROWS = 3_000
FIELDS = 64


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def spoken(recorder: Recorder, api: Api) -> str:
    said = [("f/n", b"%d.25" % number) for number in range(ROWS)]
    said += [("f/mixed", b"ON"), ("f/mixed", b"words, quoted"), ("f/mixed", b"7"), ("f/none", b"")]
    return await api.reached(await recorder.say(*said))


@pytest.mark.parametrize("call", ["history", "latest"])
async def test_each_format_has_the_rows_of_json(api: Api, spoken: str, call):
    query = {"filter": "f/#", "at": spoken}
    rows = (await api.json(f"/v1/{call}", **query, limit=4_000))["observations"]
    lines = (await api.get(f"/v1/{call}", **query, format="ndjson")).content.splitlines()
    assert [orjson.loads(line) for line in lines] == rows
    table = pa.ipc.open_stream((await api.get(f"/v1/{call}", **query, format="arrow")).content).read_all()
    assert table.schema.names == [
        "topic",
        "field",
        "device_time",
        "logged_time",
        "recno",
        "value",
        "text",
        "kind",
        "unit",
    ]
    assert [name for name in table.column_names if is_few(table[name])] == ["topic", "field", "kind", "unit"]
    assert table["recno"].to_pylist() == [each["recno"] for each in rows]
    typed = table.select(["kind", "value", "text"]).to_pylist()
    assert [value_of(each) for each in typed] == [each["value"] for each in rows]
    parquet = await api.get(f"/v1/{call}", **query, format="parquet")
    assert pq.read_table(pa.BufferReader(parquet.content)).equals(written_out(table))
    csv = (await api.get(f"/v1/{call}", **query, format="csv")).text.splitlines()
    assert len(csv) == len(rows) + 1
    assert rows[-1]["logged_time"] in csv[-1]


def value_of(row: dict) -> object:
    if row["kind"] == "text":
        return row["text"]
    return bool(row["value"]) if row["kind"] == "boolean" else row["value"]


async def test_topics_are_a_table_too(api: Api, spoken: str):
    rows = (await api.json("/v1/topics", filter="f/#", at=spoken))["topics"]
    table = pa.ipc.open_stream(
        (await api.get("/v1/topics", filter="f/#", at=spoken, format="arrow")).content
    ).read_all()
    assert table.schema.names == list(rows[0])
    assert table["count"].to_pylist() == [each["count"] for each in rows]
    assert [orjson.loads(each) for each in table["fields"].to_pylist()] == [each["fields"] for each in rows]
    lines = (await api.get("/v1/topics", filter="f/#", at=spoken, format="ndjson")).content.splitlines()
    assert [orjson.loads(line)["first_logged_time"] for line in lines] == [each["first_logged_time"] for each in rows]


async def test_a_stream_of_several_batches_is_one_file_and_a_limit_cuts_it(api: Api, recorder: Recorder):
    rows = BATCH_ROWS + FIELDS
    said = [orjson.dumps({f"f{place}": first + place for place in range(FIELDS)}) for first in range(0, rows, FIELDS)]
    at = await api.reached(await recorder.say(*[(f"s/{number % 7}", each) for number, each in enumerate(said)]))
    content = (await api.get("/v1/history", filter="s/#", by="logged", at=at, format="arrow")).content
    assert pa.ipc.open_stream(content).read_all()["value"].to_pylist() == list(range(rows))
    content = (await api.get("/v1/history", filter="s/#", at=at, format="parquet")).content
    assert pq.ParquetFile(pa.BufferReader(content)).metadata.num_row_groups == 2
    page = await api.get("/v1/history", filter="s/#", by="logged", at=at, format="csv", limit=10)
    assert (len(page.text.splitlines()), page.headers["hearthlog-truncated"]) == (11, "true")
    rest = await api.get(page.links["next"]["url"])
    assert rest.text.splitlines()[1].split(",")[5] == "10"


async def test_who_leaves_an_export_half_read_costs_the_next_reader_nothing(api: Api, recorder: Recorder):
    said = [orjson.dumps({f"f{place}": place for place in range(FIELDS)})] * (3 * BATCH_ROWS // FIELDS)
    at = await api.reached(await recorder.say(*[("left/half", each) for each in said]))
    for _ in range(10):
        async with api.client.stream("GET", "/v1/history", params={"filter": "left/#", "format": "arrow"}) as answer:
            await anext(answer.aiter_raw())
    whole = await poll(
        lambda: api.client.get("/v1/history", params={"filter": "left/#", "at": at, "format": "arrow"}),
        until=lambda answer: answer.status_code == 200,
    )
    assert pa.ipc.open_stream(whole.content).read_all().num_rows == 3 * BATCH_ROWS


async def test_a_dry_run_counts_what_an_answer_would_have(api: Api, spoken: str):
    cost = (await api.json("/v1/history", filter="f/#", at=spoken, dry_run="true"))["cost"]
    assert (cost["rows"], cost["columns"]) == (ROWS + 4, 8)


async def test_payloads_of_any_kind_come_in_every_format(api: Api, recorder: Recorder):
    said = [b"21.5", b"\xff\x00", b"", 'wörds, "quoted"\n'.encode(), b'{"a": 1, "b": 2}']
    await recorder.say(*[("r/any", each) for each in said])
    at = await api.reached(await recorder.say(("r/any", Message(b"7", content_type="text/plain"))))
    query = {"filter": "r/#", "at": at, "raw": "true"}
    rows = (await api.json("/v1/history", **query))["observations"]
    assert [payload_of(each) for each in rows] == [*said, said[-1], b"7"]
    assert [each["decoder"] for each in rows][:2] == ["number 1", "bytes 1"]
    assert rows[-1]["properties"] == {"content_type": "text/plain"}
    lines = (await api.get("/v1/history", **query, format="ndjson")).content.splitlines()
    assert [orjson.loads(line) for line in lines] == rows
    table = pa.ipc.open_stream((await api.get("/v1/history", **query, format="arrow")).content).read_all()
    assert table.column_names[-4:] == ["decoder", "payload", "payload_base64", "properties"]
    assert [payload_of(each) for each in table.to_pylist()] == [payload_of(each) for each in rows]
    assert [orjson.loads(each) for each in table["properties"].to_pylist()] == [each["properties"] for each in rows]
    parquet = await api.get("/v1/history", **query, format="parquet")
    assert pq.read_table(pa.BufferReader(parquet.content)).equals(written_out(table))
    csv = pa.csv.read_csv(
        pa.BufferReader((await api.get("/v1/history", **query, format="csv")).content),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(column_types=dict.fromkeys(table.column_names, pa.string())),
    )
    assert [each or None for each in csv["payload_base64"].to_pylist()] == table["payload_base64"].to_pylist()
    assert csv["payload"].to_pylist()[3] == said[3].decode()
    nothing = await api.get("/v1/history", filter="r/none", raw="true", format="arrow")
    assert pa.ipc.open_stream(nothing.content).read_all().num_rows == 0


def payload_of(row: dict) -> bytes:
    return base64.b64decode(row["payload_base64"]) if row["payload"] is None else row["payload"].encode()


async def test_now_reaches_the_record_at_the_position_itself(api: Api, recorder: Recorder):
    last = await recorder.say(("p/one", b"1"), ("p/one", b"2"))
    await api.reached(await recorder.say(("p/one", b"3")))
    at = f"{(await api.reached(last)).partition('.')[0]}.{last}"
    query = {"filter": "p/one", "at": at, "start": "-1h", "end": "now", "by": "logged"}
    assert [each["value"] for each in (await api.json("/v1/history", **query))["observations"]] == [1.0, 2.0]
    assert sum((await api.json("/v1/plot", **query))["series"][0]["count"]) == 2
    assert [each["count"] for each in (await api.json("/v1/aggregate", **query))["buckets"]] == [2]


@pytest.mark.parametrize("shape", ["json", "ndjson", "csv", "arrow"])
async def test_answers_are_compressed_as_the_caller_asks(api: Api, spoken: str, shape):
    query = {"filter": "f/n", "at": spoken, "format": shape, "limit": ROWS}
    found = {}
    for encoding in ("identity", "gzip", "zstd"):
        request = api.client.build_request("GET", "/v1/history", params=query, headers={"Accept-Encoding": encoding})
        answer = await api.client.send(request, stream=True)
        found[encoding] = b"".join([chunk async for chunk in answer.aiter_raw()])
        assert answer.headers.get("content-encoding", "identity") == encoding
        assert answer.headers["vary"] == "Accept-Encoding"
        await answer.aclose()
    plain = found["identity"]
    assert gzip.decompress(found["gzip"]) == plain
    assert pa.CompressedInputStream(pa.BufferReader(found["zstd"]), "zstd").read() == plain
    assert len(found["zstd"]) < len(plain) / 3


async def test_the_callers_weights_count():
    assert encoding_of("gzip, deflate, br, zstd") == "zstd"
    assert encoding_of("gzip;q=1.0, zstd;q=0") == "gzip"
    assert encoding_of("*;q=0.5") == "zstd"
    assert encoding_of("br") is None
    assert encoding_of("") is None
