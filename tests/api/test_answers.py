"""What the calls answer, asked of the real process over a real store."""

from collections.abc import AsyncGenerator

import orjson
import pytest
import pytest_asyncio

from api.store_reader import StoreReader
from gdp.client import GdpClient
from gdp.datum import Datum
from gdp.names import GdpName
from ingest.envelope import Message
from tests.api.recorder import Recorder
from tests.api.served import Api

WATCH = b'{"hr": 61, "time": 1764000000}'
LONG = b"x" * 150_000


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def spoken(recorder: Recorder, api: Api) -> str:
    """A few messages of every kind; the position after them."""
    await recorder.say(("home/desk", b"21.5"), ("home/door", b"ON"), ("watch/1", WATCH), ("home/desk", b"22.5"))
    last = await recorder.say(("home/bin", b"\xff\x00"), ("home/none", b""), ("home/long", LONG))
    return await api.reached(last)


async def test_history_has_every_message_in_order_with_real_types(api: Api, spoken: str):
    found = (await api.json("/v1/history", filter="home/#"))["observations"]
    assert [(each["topic"], each["field"], each["value"], each["kind"]) for each in found[:5]] == [
        ("home/desk", "value", 21.5, "number"),
        ("home/door", "value", True, "boolean"),
        ("home/desk", "value", 22.5, "number"),
        ("home/bin", "value", None, "bytes"),
        ("home/none", "", None, "none"),
    ]
    assert [each["recno"] for each in found if each["topic"] == "home/desk"] == [1, 2]


async def test_history_goes_by_device_time_unless_asked_otherwise(api: Api, spoken: str):
    by_device = (await api.json("/v1/history", at=spoken))["observations"]
    by_logged = (await api.json("/v1/history", at=spoken, by="logged"))["observations"]
    assert by_device[0]["topic"] == "watch/1"
    assert by_device[0]["device_time"] == "2025-11-24T16:00:00.000000000Z"
    assert by_logged[0]["topic"] == "home/desk"


async def test_pages_follow_next_to_the_end_though_more_is_said_meanwhile(api: Api, recorder: Recorder, spoken: str):
    whole = (await api.json("/v1/history", filter="home/#"))["observations"]
    found, url = [], "/v1/history?filter=home/%23&limit=2&start=-10000d"
    while url:
        answer = await api.get(url)
        page = answer.json()
        found += page["observations"]
        assert page["position"] == answer.headers["hearthlog-position"]
        assert (page["next"] is not None) == page["truncated"] == ("link" in answer.headers)
        url = page["next"]
        await api.reached(await recorder.say(("home/door", b"OFF")))
    assert found == whole


async def test_columns_have_what_rows_have(api: Api, spoken: str):
    rows = (await api.json("/v1/history", at=spoken))["observations"]
    columns = (await api.json("/v1/history", at=spoken, layout="columns"))["columns"]
    assert [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)] == rows


async def test_raw_shows_payloads_as_they_came_also_long_and_binary_ones(api: Api, recorder: Recorder, spoken: str):
    found = (await api.json("/v1/history", raw="true", by="logged", filter="home/#", at=spoken))["observations"]
    payloads = {each["topic"]: each["payload"] for each in found}
    assert payloads["home/long"] == LONG.decode()
    assert payloads["home/desk"] == "22.5"
    assert [each["payload_base64"] for each in found if each["topic"] == "home/bin"] == ["/wA="]
    last = await recorder.say(("kept", Message(b"on", retain=True, content_type="text/plain")))
    await api.reached(last)
    kept = (await api.json("/v1/history", raw="true", filter="kept"))["observations"]
    assert [(each["value"], each["payload"]) for each in kept] == [("on", "on")]


async def test_raw_answers_are_cut_by_bytes_and_say_so(recorder: Recorder, tmp_path):
    async with Api(recorder.data, recorder.port, read_model=tmp_path, answer_payload_bytes_max=70_000) as api:
        await api.reached(await recorder.say(*[("big", b"x" * 30_000)] * 5))
        url, pages = "/v1/history?raw=true&filter=big", []
        while url:
            page = await api.json(url)
            pages.append(len(page["observations"]))
            url = page["next"]
        assert pages == [2, 2, 1]


async def test_only_few_large_payloads_are_fetched_before_the_bound_is_looked_at(recorder: Recorder):
    class Counting(GdpClient):
        fetched = 0

        async def read_range(self, log: GdpName, first: int, count: int = -1) -> AsyncGenerator[Datum, None]:
            async for datum in super().read_range(log, first, count):
                self.fetched += 1
                yield datum

    await recorder.say(*[("large", b"x" * 30_000)] * 60, *[("small", b"1")] * 600)
    large, small = (recorder.store.current(topic).name for topic in ("large", "small"))
    async with Counting.connect("127.0.0.1", recorder.port) as client:
        reader = StoreReader(client, reads_max=4)
        assert len(await reader.payloads([(large, recno) for recno in range(1, 61)], bytes_max=1_000_000)) == 33
        assert client.fetched <= 34, "not all 60"
        assert await reader.payloads([(small, recno) for recno in range(1, 601)], bytes_max=1_000_000) == [b"1"] * 600
        client.fetched = 0
        assert len(await reader.range(large, 1, 60, bytes_max=100_000)) == 3
        assert client.fetched == 4


async def test_fields_narrow_and_filters_add_up(api: Api, recorder: Recorder):
    await api.reached(
        await recorder.say(("f/p/1", b'{"a": {"b": 1, "c": 2}, "d": 3}'), ("f/q/1", b'{"d": 4}'), ("f/r", b"5"))
    )

    async def fields(**parameters):
        return [each["field"] for each in (await api.json("/v1/latest", **parameters))["observations"]]

    assert await fields(filter=["f/p/+", "f/q/#"]) == ["a.b", "a.c", "d", "d"]
    assert await fields(filter="f/#", field="a.*") == ["a.b", "a.c"]
    assert await fields(filter="f/#", field=["d", "value"]) == ["d", "d", "value"]
    assert await fields(filter="f/#", field="") == ["", "", ""]


async def test_our_own_logs_are_seen_only_by_who_names_them(api: Api, spoken: str):
    assert not [each for each in (await api.json("/v1/topics"))["topics"] if each["topic"].startswith("$")]
    own = (await api.json("/v1/topics", filter="$hearthlog/#"))["topics"]
    assert [each["topic"] for each in own][:1] == ["$hearthlog/catalogue"]
    assert "$hearthlog/sink" in [each["topic"] for each in own]


async def test_topics_say_what_each_has_and_how_often(api: Api, recorder: Recorder, spoken: str):
    topics = {each["topic"]: each for each in (await api.json("/v1/topics", at=spoken))["topics"]}
    assert sorted(topics) == ["home/bin", "home/desk", "home/door", "home/long", "home/none", "watch/1"]
    assert topics["home/desk"]["count"] == 2
    assert topics["home/desk"]["usual_interval_s"] is None
    assert [{**each, "unit": None} for each in topics["watch/1"]["fields"]] == topics["watch/1"]["fields"]
    assert [(each["field"], each["kind"]) for each in topics["watch/1"]["fields"]] == [("hr", "number")]
    await api.reached(await recorder.say(*[("often", b"%d" % n) for n in range(14)]))
    often = (await api.json("/v1/topics", filter="often"))["topics"][0]
    assert often["count"] == 14
    assert often["usual_interval_s"] > 0
    first = await api.json("/v1/topics", limit=2, at=spoken)
    rest = await api.json(first["next"])
    assert [each["topic"] for each in first["topics"] + rest["topics"]][:3] == ["home/bin", "home/desk", "home/door"]


async def test_plot_keeps_every_peak(api: Api, recorder: Recorder):
    values = [5, 1, 9, 4, 7, 2, 8]
    await api.reached(
        await recorder.say(*[("peaks/p", str(value).encode()) for value in values], ("peaks/t", b"words"))
    )
    answer = await api.json("/v1/plot", filter="peaks/#", start="-1h", width=3)
    line = next(each for each in answer["series"] if each["topic"] == "peaks/p")
    assert min(line["min"]) == 1
    assert max(line["max"]) == 9
    assert sum(line["count"]) == len(values)
    assert next(each for each in answer["series"] if each["topic"] == "peaks/t")["x"] == []
    assert len(line["x"]) <= 3


async def test_logs_are_shown_as_stored_and_old_ranges_are_for_ever(api: Api, recorder: Recorder, spoken: str):
    topic = (await api.json("/v1/topics", filter="home/desk"))["topics"][0]
    log = await api.json(f"/v1/logs/{topic['log']}")
    assert (log["topic"], log["tip"], log["entries"]["XID"]) == ("home/desk", 2, "home/desk")
    store = await api.json("/v1/store")
    assert log["writer_key"] == store["writer_key"]
    first = await api.get(f"/v1/logs/{topic['log']}/records", limit=1)
    assert "immutable" in first.headers["cache-control"]
    rest = await api.get(first.json()["next"])
    assert "immutable" not in rest.headers["cache-control"]
    one, two = first.json()["records"] + rest.json()["records"]
    assert (one["data"], two["data"], two["prevhash"]) == ("21.5", "22.5", one["hash"])
    assert log["tip_hash"] == two["hash"]


async def test_the_documentation_says_what_every_call_takes_and_answers(api: Api):
    schema = orjson.loads((await api.get("/openapi.json")).content)
    history = schema["paths"]["/v1/history"]["get"]
    assert {each["name"] for each in history["parameters"]} >= {"filter", "field", "at", "cursor", "limit"}
    assert history["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/Observations")
    assert "value" in schema["components"]["schemas"]["Observation"]["properties"]
    assert history["security"] == [{"account": []}]
    text = (await api.get("/docs")).text
    assert all(path in text for path in schema["paths"])
    assert "<script" not in text
