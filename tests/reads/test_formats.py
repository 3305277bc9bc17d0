"""Every read in every format, streamed and compressed, says the same."""

import gzip

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytest_asyncio

from api.web.compress import encoding_of
from api.web.formats import BATCH_ROWS
from tests.api.recorder import Recorder
from tests.api.served import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROWS = 3_000
FIELDS = 64


@pytest_asyncio.fixture(scope="module", loop_scope="module")
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
    assert table["recno"].to_pylist() == [each["recno"] for each in rows]
    typed = table.select(["kind", "value", "text"]).to_pylist()
    assert [value_of(each) for each in typed] == [each["value"] for each in rows]
    parquet = await api.get(f"/v1/{call}", **query, format="parquet")
    assert pq.read_table(pa.BufferReader(parquet.content)).equals(table)
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


async def test_a_dry_run_counts_what_an_answer_would_have(api: Api, spoken: str):
    cost = (await api.json("/v1/history", filter="f/#", at=spoken, dry_run="true"))["cost"]
    assert (cost["rows"], cost["columns"]) == (ROWS + 4, 8)
    refused = await api.get("/v1/history", filter="f/#", raw="true", format="csv")
    assert refused.json()["detail"].startswith("raw: payloads come with format=json only")


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
