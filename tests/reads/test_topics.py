"""`topics` says of each topic what was declared of it, what it is for, whether its device is there, and who understood."""

import json
import math
import re
import time

import pytest
import pytest_asyncio

from ingest.envelope import Message
from tests.api.recorder import Recorder
from tests.api.served import Api

pytestmark = pytest.mark.asyncio(loop_scope="package")
DEVICE = {"name": "Box", "suggested_area": "Kitchen", "identifiers": ["box"]}


def config(topic: str, **more: object) -> tuple[str, Message]:
    name = more["name"].lower()
    content = {"state_topic": topic, "device": DEVICE, **more}
    return f"homeassistant/sensor/{name}/config", Message(json.dumps(content).encode(), retain=True)


WARMTH = config(
    "t/box",
    name="Warmth",
    unit_of_measurement="°C",
    device_class="temperature",
    value_template="{{ value_json.t }}",
    availability_topic="t/box/status",
)


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def spoken(recorder: Recorder, api: Api) -> str:
    at = time.time_ns() // 10**9
    await recorder.say(WARMTH, ("t/box/status", b"online"))
    said = [("t/box", b'{"t": %d, "rest": 1, "time": %d}' % (number, at - 5)) for number in range(9)]
    said += [("t/plain", b"1"), ("t/damaged", b'{"a": '), ("t/damaged", b"7"), ("t/bytes", b"\xff")]
    said += [("t/walk", b"walking"), ("t/walk", b"resting"), ("t/walk", b"walking")]
    said += [("t/walk/predicted", b'{"activity": "resting", "confidence": 0.9}'), ("t/labels/night", b"7")]
    said += [("t/hum", b"on"), ("t/predicted/hum", b"off")]
    said += [("t/door", state) for state in (b"ON", b"OFF", b"ON", b"OFF")]
    return await api.reached(await recorder.say(*said))


async def topics(api: Api, **query: object) -> dict[str, dict]:
    found = await api.json("/v1/topics", **query)
    return {each["topic"]: each for each in found["topics"]}


async def test_what_a_config_declares_stands_beside_the_topic_and_its_fields(api: Api, spoken: str):
    found = await topics(api, filter="t/#", at=spoken)
    box = found["t/box"]
    assert [box[name] for name in ("name", "device", "area", "availability")] == ["Warmth", "Box", "Kitchen", "online"]
    assert box["fields"] == [
        {"field": "rest", "kind": "number", "unit": None, "name": None, "device_class": None, "component": None},
        {
            "field": "t",
            "kind": "number",
            "unit": "°C",
            "name": "Warmth",
            "device_class": "temperature",
            "component": "sensor",
        },
    ]
    plain = found["t/plain"]
    assert [plain[name] for name in ("name", "device", "area", "availability")] == [None] * 4


async def test_roles_come_from_names_and_from_what_speaks_of_changes_only(api: Api, spoken: str):
    found = await topics(api, filter="t/#", at=spoken)
    assert {topic: each["role"] for topic, each in found.items() if topic not in ("t/damaged", "t/bytes")} == {
        "t/box": "value",
        "t/box/status": "value",
        "t/door": "event",
        "t/hum": "label",
        "t/labels/night": "label",
        "t/plain": "value",
        "t/predicted/hum": "prediction",
        "t/walk": "label",
        "t/walk/predicted": "prediction",
    }
    assert (found["t/walk"]["classes"], found["t/walk"]["confidence"]) == (["resting", "walking"], None)
    predicted = found["t/walk/predicted"]
    assert (predicted["classes"], predicted["confidence"]) == (["resting"], "confidence")
    assert found["t/box"]["classes"] is None


async def test_a_clock_that_is_behind_is_told_with_how_steadily_it_is(api: Api, spoken: str):
    found = await topics(api, filter="t/#", at=spoken)
    assert -7 < found["t/box"]["skew_s"] < -4
    assert 0 <= found["t/box"]["skew_spread_s"] < 2
    assert found["t/plain"]["skew_s"] is None


async def test_what_nobody_understands_is_counted_and_listed(api: Api, spoken: str):
    found = await topics(api, filter="t/#", at=spoken)
    assert {topic: each["kept"] for topic, each in found.items() if each["kept"]} == {"t/damaged": 1, "t/bytes": 1}
    assert found["t/damaged"]["decoder"] == "number 1"
    page = await api.json("/v1/topics", filter="t/#", understood="false", limit=1, at=spoken)
    assert [each["topic"] for each in page["topics"]] == ["t/bytes"]
    rest = await api.json(page["next"])
    assert ([each["topic"] for each in rest["topics"]], rest["next"]) == (["t/damaged"], None)
    counted = re.search(r"^hearthlog_api_undecoded_messages (.+)$", (await api.get("/metrics")).text, re.MULTILINE)
    assert counted is not None
    assert float(counted[1]) >= 2


async def test_an_earlier_position_has_the_names_of_then_also_after_a_restart(
    api: Api, recorder: Recorder, spoken: str
):
    before = (await api.get("/v1/topics", filter="t/#", at=spoken)).content
    await recorder.say(config("t/box", name="Warmth", value_template="{{ value_json.t }}", unit_of_measurement="K"))
    later = await api.reached(await recorder.say(("t/box/status", b"offline")))
    now = (await topics(api, filter="t/box", at=later))["t/box"]
    assert (now["fields"][1]["device_class"], now["availability"]) == (None, None)
    assert (await api.get("/v1/topics", filter="t/#", at=spoken)).content == before
    await recorder.say(*[("many", b"%d" % number) for number in range(12_000)])
    await api.reached(await recorder.say(("many", b"0")))
    assert await api.stop() == 0
    await api.start()
    await api.reached(int(later.partition(".")[2]))
    assert (await api.get("/v1/topics", filter="t/#", at=spoken)).content == before


async def test_a_table_of_topics_has_a_column_for_each(api: Api, spoken: str):
    rows = (await api.json("/v1/topics", filter="t/#", at=spoken))["topics"]
    lines = (await api.get("/v1/topics", filter="t/#", at=spoken, format="ndjson")).text.splitlines()
    assert [list(json.loads(line)) for line in lines] == [list(each) for each in rows]
    assert all(not isinstance(each["skew_s"], float) or math.isfinite(each["skew_s"]) for each in rows)
