"""What `GET /v1/gaps` answers, asked of the real process over a real store."""

import numpy as np
import pytest
import pytest_asyncio

from tests.api.recorder import Recorder
from tests.api.served import Api
from tests.health.telling import own_log

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOON = 1_764_072_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(tmp_path_factory):
    """A desk that measured each minute before the recorder was there, a door, and a sink that stopped and came back."""
    async with Recorder(tmp_path_factory.mktemp("gaps")) as recorder:
        await recorder.say(("home/door", b"ON"), ("home/door", b"OFF"))
        minutes = [n for n in range(60) if not 20 <= n < 40]
        await recorder.say(*(("home/desk", b'{"v": 1, "time": %d}' % (NOON + 60 * n)) for n in minutes))
        topics = [{"topic": "home/door", "qos": 1}, {"topic": "home/desk", "qos": 0}]
        await own_log(recorder, "topic", topics=topics)
        await own_log(recorder, "stopped", reason="told to stop", state={"session": False})
        await own_log(recorder, "started")
        await own_log(recorder, "connected", session_present=True)
        last = await recorder.say(("home/door", b"ON"))
        async with Api(recorder.data, recorder.port) as running:
            await running.reached(last)
            yield running


async def test_what_was_before_the_recorder_is_unknown_and_nothing_is_filled(api: Api):
    answer = await api.json("/v1/gaps", filter="home/desk", start="2025-11-25T12:00:00Z", end="2025-11-25T13:00:00Z")
    (gap,) = answer["gaps"]
    assert (gap["topic"], gap["cause"], gap["id"]) == ("home/desk", "unknown", "unknown.unobserved")
    assert (gap["from"], gap["to"]) == ("2025-11-25T12:19:00.000000000Z", "2025-11-25T12:40:00.000000000Z")
    assert gap["usual_interval_s"] == 60
    assert gap["kept"] is None


async def test_a_stop_of_the_sink_is_told_with_its_records_and_what_waited(api: Api):
    answer = await api.json("/v1/gaps", filter="home/door", by="logged", start="-1h")
    (gap,) = answer["gaps"]
    assert (gap["cause"], gap["id"], gap["kept"], gap["standing"]) == ("sink", "sink.stopped", 1, False)
    assert [each["words"] for each in gap["evidence"]] == [
        "the sink stopped: told to stop",
        "the sink started",
        "the broker took the sink",
    ]
    records = await api.json("/v1/history", filter="$hearthlog/sink", field="event", order="desc")
    stopped = next(each for each in records["observations"] if each["value"] == "stopped")
    assert gap["evidence"][0]["position"].partition(".")[2] in ns_of(stopped["logged_time"])
    assert gap["kept_words"] == "Of what was said meanwhile about 1 message waited in the broker, to be logged later."
    assert [each["id"] for each in answer["outages"]] == ["sink.stopped"]


def ns_of(text: str) -> str:
    return str(np.datetime64(text.removesuffix("Z"), "ns").astype(int))


async def test_gaps_come_in_pages_that_stay_as_they_were(api: Api):
    whole = (await api.json("/v1/gaps", start="2025-11-25T12:00:00Z"))["gaps"]
    found, url = [], "/v1/gaps?start=2025-11-25T12:00:00Z&limit=1"
    while url:
        page = (await api.get(url)).json()
        found += page["gaps"]
        url = page["next"]
    assert [(each["topic"], each["id"], each["from"]) for each in found] == [
        (each["topic"], each["id"], each["from"]) for each in whole
    ]
    assert len(whole) >= 2


async def test_only_the_cause_that_is_asked_for_is_told(api: Api):
    answer = await api.json("/v1/gaps", start="2025-11-25T12:00:00Z", cause="unknown", time="ns")
    assert {each["cause"] for each in answer["gaps"]} == {"unknown"}
    refused = await api.get("/v1/gaps?cause=gremlins")
    assert refused.status_code == 400


async def test_a_window_without_length_is_refused(api: Api):
    answer = await api.get("/v1/gaps", start="now", end="-1h")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "start"


async def test_a_series_may_be_asked_for_alone(api: Api):
    answer = await api.json(
        "/v1/gaps", filter="home/desk", field="v", start="2025-11-25T12:00:00Z", end="2025-11-25T13:00:00Z"
    )
    assert [(each["topic"], each["field"]) for each in answer["gaps"]] == [("home/desk", "v")]
