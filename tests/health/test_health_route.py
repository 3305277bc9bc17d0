"""What `GET /v1/health` and `GET /v1/notable` say, asked of the real process over a real store."""

import pytest
import pytest_asyncio

from tests.api.recorder import Recorder
from tests.api.served import Api
from tests.health.telling import heartbeat, own_log
from tests.support.waiting import poll

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory):
    async with Recorder(tmp_path_factory.mktemp("health")) as recorder:
        await own_log(recorder, "started")
        await own_log(recorder, "connected", session_present=False)
        await own_log(recorder, "subscribed")
        await recorder.say(*(("home/desk", b"21.%d" % n) for n in range(9)))
        last = await heartbeat(recorder)
        async with Api(recorder.data, recorder.port) as api:
            await api.reached(last)
            yield recorder, api


async def test_a_home_that_is_well_says_so_along_the_whole_path(home):
    answer = await home[1].json("/v1/health")
    assert (answer["well"], answer["sentence"]) == (True, "Recording well.")
    stages = {each["stage"]: each for each in answer["path"]}
    assert list(stages) == ["device", "broker", "sink", "store", "read_model"]
    assert {each["state"] for each in answer["path"]} == {"well"}
    assert stages["sink"]["facts"][0] == "4 messages in hand, the oldest 250 ms old."
    assert stages["store"]["facts"] == [
        "A save takes 0.3 ms, at most 4.2 ms.",
        "4 logs with records that are not in their own files yet.",
        "50 GB free; 5 MB used by the home.",
    ]
    assert stages["store"]["main"] == {"name": "save time", "value": 0.3, "unit": "ms"}
    behind = {each["stage"]: each["seconds"] for each in answer["behind"]}
    assert (behind["sink"], behind["files"]) == (0.25, 90)
    assert behind["read_model"] < 60
    assert answer["disk"]["full_in_s"] is None
    assert answer["disk"]["sentence"].startswith("When the disk will be full is not known yet")
    assert answer["needs"] == []


async def test_the_books_balance_and_the_difference_is_said(home):
    books = (await home[1].json("/v1/health"))["books"]
    assert books["delivered"] == 15
    assert books["difference"] == 0
    assert books["sentence"] == (
        "15 messages delivered = 9 on disk + 4 in flight + 1 delivered twice + 0 repeated retained + 0 outside the log "
        "filter + 1 refused. Difference: 0."
    )


async def test_what_stands_is_worst_first_with_what_to_do(home):
    recorder, api = home
    await own_log(recorder, "broker_not_saving", state={"saving": False})
    await own_log(recorder, "refused", reason="payload_too_big", count=7, topic="cam/1")
    last = await own_log(recorder, "disconnected", reason="the connection ended: gone", state={"session": False})
    await api.reached(last)
    answer = await api.json("/v1/notable", start="-1h", standing=True)
    assert [each["id"] for each in answer["notable"]] == ["broker.lost", "sink.refused"]
    broker, refused = answer["notable"]
    assert (broker["kind"], broker["severity"], broker["until"]) == ("broker", "critical", None)
    assert broker["sentence"].startswith("The broker has been away for ")
    assert broker["remedy"].startswith("If it does not come back by itself")
    assert broker["evidence"][0]["words"] == "the broker was lost: the connection ended: gone"
    assert refused["sentence"] == "7 messages refused: their payload is too large. The broker was told so."
    everything = await api.json("/v1/notable", start="-1h")
    assert everything["notable"][-1]["id"] == "broker.not_saving", "over: who is away saves nothing"
    health = await api.json("/v1/health")
    assert health["well"] is False
    assert health["sentence"] == health["needs"][0]["sentence"]
    assert {each["stage"]: each["state"] for each in health["path"]}["broker"] == "down"
    assert "cannot be counted" in health["uncounted"]


async def test_books_that_differ_are_critical(home):
    recorder, api = home
    last = await heartbeat(recorder, stored=8)
    await api.reached(last)
    health = await api.json("/v1/health")
    assert "books.differ" in [each["id"] for each in health["needs"]]
    assert health["books"]["difference"] == 1
    await api.reached(await heartbeat(recorder))


async def test_the_limit_of_facts_is_said(home):
    answer = await home[1].json("/v1/notable", limit=1)
    assert len(answer["notable"]) == 1
    assert answer["count"] > 1


async def test_a_sink_that_does_not_answer_is_unknown_beyond_it(home):
    recorder, api = home
    await api.reached(await own_log(recorder, "connected", session_present=True))
    await recorder.stop()
    try:
        health = await poll_for(api, "sink.unreachable")
        states = {each["stage"]: each["state"] for each in health["path"]}
        assert (states["sink"], states["broker"], states["store"]) == ("down", "unknown", "unknown")
        gaps = await api.json("/v1/gaps", by="logged", start="-1h")
        assert gaps["outages"][-1]["id"] == "sink.unreachable"
    finally:
        await recorder.start()


async def poll_for(api: Api, fault: str) -> dict:
    return await poll(
        lambda: api.json("/v1/health"), until=lambda health: fault in [each["id"] for each in health["needs"]]
    )


async def test_what_only_counts_in_the_own_log_is_told_with_its_count_and_what_to_do(home):
    recorder, api = home
    await own_log(recorder, "broker_dropped", count=1_000)
    await own_log(recorder, "clients_turned_away", count=80)
    await api.reached(await own_log(recorder, "broker_dropped", count=234))
    told = {each["id"]: each for each in (await api.json("/v1/notable", start="-1h", standing=True))["notable"]}
    dropped, turned_away = told["broker.dropped"], told["sink.turned_away"]
    assert dropped["sentence"].startswith("The broker had no room for 1,234 messages, meant for the sink or")
    assert [each["words"] for each in dropped["evidence"]] == [
        "the broker had no room for 1,000 messages",
        "the broker had no room for 234 messages",
    ]
    assert "broker_queued_messages_max" in dropped["remedy"]
    assert turned_away["sentence"].endswith("refused 80 clients.")
    assert {"broker.dropped", "sink.turned_away"} <= {each["id"] for each in (await api.json("/v1/health"))["needs"]}


async def test_what_is_logged_already_belongs_to_now_though_the_wall_clock_was_set_back(tmp_path):
    async with Recorder(tmp_path, ahead_ns=30 * 10**9) as recorder, Api(recorder.data, recorder.port) as api:
        await own_log(recorder, "started")
        await recorder.say(("home/desk", b"21"))
        await api.reached(await own_log(recorder, "refused", reason="payload_too_big", count=7, topic="cam/1"))
        answer = await api.json("/v1/notable", start="-1h")
        assert "sink.refused" in [each["id"] for each in answer["notable"]]
        answer = await api.json("/v1/aggregate", filter="home/desk", fn="count", start="-1h")
        assert [each["count"] for each in answer["buckets"]] == [1]
