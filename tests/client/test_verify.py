"""With verify=True nothing is believed that the logs do not prove: a changed byte, a lying home."""

import asyncio
import base64
import json
import sqlite3
import struct
from contextlib import closing

import pyarrow as pa
import pytest
import pytest_asyncio

from gdp.glog import path_of
from gdp.names import parse_name
from gdp.proof import verify
from hearthlog import AsyncHome, CannotVerify, NotProven
from hearthlog.export.months import text_of
from tests.api.recorder import Recorder
from tests.api.served import TOKEN, Api
from tests.client.liar import liar
from tests.client.test_complete import edited

pytestmark = pytest.mark.asyncio(loop_scope="package")
DESK = "v/desk/temperature"
WAIT_S_MAX = 60


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def spoken(recorder: Recorder, api: Api) -> str:
    said = [(DESK, b"%d.5" % number) for number in range(100)]
    said += [("v/door", b"ON"), ("v/empty", b""), ("v/big", b"x" * 150_000), ("v/note", b"21,5 degrees")]
    said += [("v/climate", b'{"t": 1.25, "mode": {"fan": "low"}, "ok": true, "none": null, "time": 1790000000}')]
    config = {"state_topic": DESK, "unit_of_measurement": "°C", "name": "Desk"}
    said += [("homeassistant/sensor/desk/config", json.dumps(config).encode()), (DESK, b"1000.5")]
    return await api.reached(await recorder.say(*said))


def verified(api_url: str, **options: object) -> AsyncHome:
    return AsyncHome(api_url, TOKEN, verify=True, **options)


async def test_what_the_logs_have_is_proven_units_that_other_topics_declare_too(api: Api, spoken: str):
    async with verified(api.url) as home, AsyncHome(api.url, TOKEN) as plain:
        proven = await home.history("v/#", at=spoken)
        assert proven.arrow.equals((await plain.history("v/#", at=spoken)).arrow)
        assert proven["unit"].to_pylist()[-1] == "°C"
        assert len(await home.latest("v/#", at=spoken)) == 9


async def test_live_messages_are_given_once_they_are_proven(recorder: Recorder, api: Api, spoken: str):
    async with verified(api.url) as home:
        messages = home.live("v/#", since=spoken)
        await recorder.say((DESK, b"7"), ("v/new", b"ON"))
        async with asyncio.timeout(WAIT_S_MAX):
            assert [(await anext(messages)).value for _ in range(2)] == [7.0, True]
        await messages.aclose()


async def test_the_catalogue_that_one_knows_is_the_only_one_that_will_do(api: Api, spoken: str):
    async with AsyncHome(api.url, TOKEN) as home:
        catalogue = (await home.store())["catalogue"]
    async with verified(api.url, catalogue=catalogue) as home:
        assert len(await home.history(DESK, at=spoken)) == 101
        log = (await home.proof((await topic_log(api, DESK)), 17)).span.log
        assert verify(parse_name(catalogue), await home.proof(await topic_log(api, DESK), 17, 20)).proven
        assert verify(log, await home.proof(await topic_log(api, DESK), 17)).proven
    for other in (await topic_log(api, DESK), "B" * 42 + "A"):
        async with verified(api.url, catalogue=other) as home:
            with pytest.raises(NotProven, match=r"no such catalogue|not about"):
                await home.history("v/door")


async def topic_log(api: Api, topic: str) -> str:
    return (await api.json("/v1/topics", filter=topic))["topics"][0]["log"]


async def test_a_home_that_changes_a_value_is_caught_and_the_record_named(api: Api, spoken: str):
    old, new = struct.pack("<d", 41.5), struct.pack("<d", 14.5)
    async with liar(api.url, "/v1/history", old, new) as address:
        async with AsyncHome(address, TOKEN) as believer:
            assert 14.5 in (await believer.history(DESK))["value"].to_pylist()
        async with verified(address) as home:
            with pytest.raises(NotProven, match=r"'value' = 14\.5, the record says 41\.5") as caught:
                await home.history(DESK)
    assert (caught.value.recno, caught.value.field, caught.value.topic) == (42, "value", DESK)
    assert caught.value.log == await topic_log(api, DESK)


async def test_a_home_that_changes_the_record_too_is_caught_by_its_hash(api: Api, spoken: str):
    old, new = base64.b64encode(b"41.5"), base64.b64encode(b"14.5")
    async with liar(api.url, "/proof", old, new) as address, verified(address) as home:
        with pytest.raises(NotProven, match="contents") as caught:
            await home.history(DESK, at=spoken)
    assert (caught.value.recno, caught.value.field) == (42, "contents")


async def test_what_one_topic_said_is_not_believed_of_another_though_its_log_is_known(api: Api, spoken: str):
    """The home's listing says that both topics have one log."""
    listed: dict[str, dict] = {}

    def relist(records: list[dict]) -> list[dict]:
        for each in records:
            entry = listed[json.loads(each["data"])["topic"]] = json.loads(each["data"])
            if entry["topic"] == "v/note":
                door = {name: listed["v/door"][name] for name in ("log", "metadata", "from")}
                each["data"] = json.dumps(entry | door)
        return records

    def edit(table: pa.Table) -> pa.Table:
        where = table.schema.get_field_index("topic")
        topics = pa.array([topic] * len(table)).cast(table.schema.field(where).type)
        return table.set_column(where, table.schema.field(where), topics)

    topic = "v/door"
    lies = {"instead": ("v%2Fnote", "v%2Fdoor"), "relist": staticmethod(relist)}
    async with edited(api, edit, **lies) as address, verified(address) as home:
        assert (await home.history("v/door", at=spoken))["value"].to_pylist() == [1.0]
        topic = "v/note"
        with pytest.raises(NotProven, match="it is the log of the topic v/door"):
            await home.history("v/note", at=spoken)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [(b'"value":true', b'"value":false', "value"), (b'"recno":1,', b'"recno":2,', "recno")],
)
async def test_a_home_that_lies_in_its_stream_is_caught_too(
    recorder: Recorder, api: Api, spoken: str, old: bytes, new: bytes, field: str
):
    async with liar(api.url, "/v1/live", old, new) as address, verified(address) as home:
        messages = home.live("v/door", since="-1h")
        async with asyncio.timeout(WAIT_S_MAX):
            with pytest.raises(NotProven) as caught:
                await anext(messages)
        await messages.aclose()
    assert (caught.value.field, caught.value.topic) == (field, "v/door")


WATCH = [(f"w/{'ab'[n % 2]}", n, 1_790_000_000 + 37 * (n * 7 % 40)) for n in range(40)]
"""Uploaded late and out of order: topic, number, device time in seconds."""


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def watched(recorder: Recorder, api: Api) -> str:
    said = [
        (topic, json.dumps({"n": n, "word": f"w{n % 3}", "on": n % 2 == 0, "time": at}).encode())
        for topic, n, at in WATCH
    ]
    said += [("w/event", json.dumps({"e": n, "time": 1_790_000_000 + 37 * n}).encode()) for n in range(0, 60, 7)]
    return await api.reached(await recorder.say(*said))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"fill": "none"},
        {"hold_for": "50s"},
        {"every": "2m", "tz": "Europe/Berlin"},
        {"by": "logged", "every": "1s"},
    ],
)
async def test_every_cell_of_a_matrix_is_proven(api: Api, watched: str, options: dict):
    window = {"start": "2026-09-21T14:13:00Z", "end": "2026-09-21T14:50:00Z", "every": "1m", "at": watched, **options}
    if "by" in options:
        logged = int(watched.partition(".")[2])
        window |= {"start": text_of(logged - 60 * 10**9), "end": text_of(logged + 3 * 10**9)}
    async with verified(api.url) as home, AsyncHome(api.url, TOKEN) as plain:
        table = await home.matrix("w/+", **window)
        assert table.arrow.equals((await plain.matrix("w/+", **window)).arrow)
        assert table["w/a#n"].null_count < len(table)


@pytest.mark.parametrize("options", [{}, {"equal": True}, {"hold_for": "40s"}, {"by": "logged", "start": "-1h"}])
async def test_labels_joined_to_what_stood_before_them_are_proven(api: Api, watched: str, options: dict):
    window = {"start": "2026-09-21T14:13:00Z", "end": "now", "at": watched, **options}
    async with verified(api.url) as home, AsyncHome(api.url, TOKEN) as plain:
        table = await home.asof("w/event", ["w/a", "w/b"], **window)
        assert table.arrow.equals((await plain.asof("w/event", ["w/a", "w/b"], **window)).arrow)
        assert len(table) == 9


async def test_a_home_that_changes_a_cell_is_caught(api: Api, watched: str):
    old, new = struct.pack("<d", 23.0), struct.pack("<d", 24.0)
    async with liar(api.url, "/v1/matrix", old, new) as address, verified(address) as home:
        with pytest.raises(NotProven, match=r"the home says 24\.0, the records say 23\.0") as caught:
            await home.matrix("w/b", start="2026-09-21T14:13:00Z", end="2026-09-21T14:50:00Z", every="1m", at=watched)
    assert (caught.value.topic, caught.value.recno, caught.value.field) == ("w/b", 12, "n")


async def test_what_is_not_covered_by_verify_is_said_and_not_pretended(api: Api, spoken: str):
    async with verified(api.url) as home:
        means = home.matrix("v/#", every="1m", fn="mean")
        raw = home.history("v/#", raw=True)
        for call in (raw, means, home.plot("v/#"), home.aggregate("v/#"), home.topics(), home.gaps()):
            with pytest.raises(CannotVerify, match="verify=True"):
                await call


async def test_a_flipped_byte_in_the_store_is_found_and_named(recorder: Recorder, api: Api, spoken: str):
    topic = "flipped/desk"
    at = await api.reached(await recorder.say(*((topic, b"%d.5" % number) for number in range(40))))
    log = await topic_log(api, topic)
    await recorder.stop()
    path = path_of(recorder.data / "store" / "glogs", parse_name(log))
    with closing(sqlite3.connect(path)) as file, file:
        (stored,) = file.execute("SELECT value FROM log_entry WHERE recno = 30").fetchone()
        flipped = bytes([stored[0] ^ 1]) + stored[1:]
        file.execute("UPDATE log_entry SET value = ? WHERE recno = 30", (flipped,))
    await recorder.start()
    async with verified(api.url) as home:
        with pytest.raises(NotProven, match="record 30") as caught:
            await home.history(topic, at=at)
        assert (caught.value.log, caught.value.recno, caught.value.field) == (log, 30, "contents")
        # Every other log is as good as before.
        assert len(await home.history("v/climate", at=spoken)) == 4
