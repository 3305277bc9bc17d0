"""What holds when things die: the api, the log server, the read model's files."""

import asyncio
import json
import shutil

import pytest

from gdp.settings import StoreSettings
from tests.api.recorder import Recorder
from tests.api.served import Api
from tests.support.waiting import poll

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUERIES = [
    ("/v1/history", {"limit": 50_000}),
    ("/v1/history", {"by": "logged", "order": "desc", "limit": 7, "start": "-1000d"}),
    ("/v1/history", {"raw": "true", "limit": 20, "layout": "columns"}),
    ("/v1/latest", {}),
    ("/v1/latest", {"by": "device", "time": "ns"}),
    ("/v1/topics", {"limit": 3}),
    ("/v1/plot", {"start": "-10d", "width": 50}),
]


async def answers(api: Api, at: str) -> list[bytes]:
    found = []
    for path, parameters in QUERIES:
        answer = await api.get(path, at=at, **parameters)
        assert answer.status_code == 200, answer.text
        assert answer.headers["hearthlog-position"] == at
        found.append(answer.content)
    return found


async def storm(recorder: Recorder, first: int, count: int) -> int:
    last = 0
    for number in range(first, first + count, 20):
        batch = range(number, number + 20)
        last = await recorder.say(
            *[(f"s/{each % 9}", json.dumps({"n": each, "time": 1795500000 - each % 50}).encode()) for each in batch]
        )
    return last


async def test_the_same_bytes_at_a_position_after_restart_rebuild_and_sealing(recorder: Recorder, tmp_path):
    settings = {"read_model": tmp_path / "model", "tail_rows_max": 1_000}
    async with Api(recorder.data, recorder.port, **settings) as api:
        at = await api.reached(await storm(recorder, 0, 400))
        before = await answers(api, at)
        # Later messages, late ones among them, and a tail that is full: nothing of it may be seen.
        await api.reached(await storm(recorder, 400, 800))
        await poll(lambda: list((tmp_path / "model").glob("*.arrow")), until=bool)
        assert await answers(api, at) == before
        await api.kill()
        await api.start()
        await poll(lambda: api.get("/v1/history", at=at), until=lambda answer: answer.status_code == 200)
        assert await answers(api, at) == before
        assert await api.stop() == 0
        shutil.rmtree(tmp_path / "model")
        await api.start()
        await poll(lambda: api.get("/v1/history", at=at), until=lambda answer: answer.status_code == 200)
        assert await answers(api, at) == before


async def test_history_older_than_the_commit_log_is_read_log_by_log_into_the_same_rows(tmp_path):
    small = StoreSettings(segment_bytes=16_384, commit_log_bytes=32_768, commit_log_keep_bytes=0, glog_disk_share_max=1)
    async with Recorder(tmp_path, small) as recorder, Api(tmp_path, recorder.port) as api:
        at = await api.reached(await storm(recorder, 0, 1_000))
        before = await answers(api, at)
        oldest = tmp_path / "store" / "commit" / "00000001.seg"
        await poll(lambda: not oldest.exists())
        shutil.rmtree(tmp_path / "read-model")
        await api.kill()
        await api.start()
        await poll(lambda: api.get("/v1/history", at=at), until=lambda answer: answer.status_code == 200)
        assert await answers(api, at) == before
        async with api.live(filter="s/#") as events:
            await recorder.say(("s/1", b"1"))
            assert (await events.message())[1]["recno"] > 100


async def test_a_damaged_segment_is_found_and_the_read_model_built_anew(recorder: Recorder, tmp_path):
    model = tmp_path / "model"
    async with Api(recorder.data, recorder.port, read_model=model, tail_rows_max=1_000) as api:
        at = await api.reached(await storm(recorder, 2_000, 800))
        before = await answers(api, at)
        (segment, *_) = await poll(lambda: list(model.glob("*.arrow")), until=bool)
        await poll((model / "manifest.json").exists)
        rows = (await api.json("/v1/store"))["rows"]
        await api.stop()
        assert 1 <= (await api.said()).count("event=sealed") <= rows / 1_000, "a full tail is written once"
        content = bytearray(segment.read_bytes())
        content[len(content) // 2] ^= 1
        segment.write_bytes(content)
        await api.start()
        await poll(lambda: api.get("/v1/history", at=at), until=lambda answer: answer.status_code == 200)
        assert await answers(api, at) == before
        await api.stop()
        assert "checksum" in await api.said()


async def test_killing_the_api_in_a_storm_shows_each_message_once(recorder: Recorder, tmp_path):
    count, seen, last = 1_000, [], None
    async with Api(recorder.data, recorder.port, read_model=tmp_path / "model", tail_rows_max=1_000) as api:
        since = await api.reached(await recorder.say(("k/start", b"0")))
        saying = asyncio.create_task(say_numbers(recorder, count))
        for stop_at in (150, 600, count):
            resume = {"since": since} if last is None else {"last_event_id": last}
            await poll(lambda: api.get("/v1/store"), until=lambda answer: answer.status_code == 200)
            async with api.live(filter="k/n", **resume) as events:
                while len(seen) < stop_at:
                    last, data = await events.message()
                    seen.append(data["observations"][0]["value"])
            if stop_at < count:
                await api.kill()
                await api.start()
        await saying
    assert seen == list(range(count))


async def say_numbers(recorder: Recorder, count: int) -> None:
    for first in range(0, count, 10):
        await recorder.say(*[("k/n", str(number).encode()) for number in range(first, first + 10)])
        await asyncio.sleep(0)


async def test_readers_are_served_while_the_log_server_is_away_and_see_all_when_it_is_back(
    recorder: Recorder, api: Api
):
    await recorder.report()
    at = await api.reached(await recorder.say(("l/1", b"1")))
    await poll(lambda: api.client.get("/readyz"), until=lambda answer: answer.status_code == 200)
    await recorder.stop()
    away = await poll(lambda: api.client.get("/readyz"), until=lambda answer: answer.status_code == 503)
    assert "log server" in away.text
    assert [each["value"] for each in (await api.json("/v1/history", at=at, filter="l/1"))["observations"]] == [1.0]
    payload = await api.get("/v1/history", at=at, filter="l/1", raw="true")
    assert (payload.status_code, payload.headers["retry-after"]) == (503, "2")
    await recorder.start()
    async with api.live(filter="l/1", since=at) as events:
        await recorder.say(("l/1", b"2"))
        assert (await events.message())[1]["observations"][0]["value"] == 2.0
    await poll(lambda: api.client.get("/readyz"), until=lambda answer: answer.status_code == 200)


async def test_readiness_says_in_words_what_the_sink_says_of_itself(recorder: Recorder, api: Api):
    cases = [
        ({"session": False, "subscribed": False}, "no session"),
        ({"subscribed": False}, "not subscribed"),
        ({"saving": False}, "does not save"),
        ({"saving": None}, "not been seen to save"),
    ]
    for state, words in cases:
        await recorder.report(**state)
        answer = await poll(lambda: api.client.get("/readyz"), until=lambda found: found.status_code == 503)
        assert words in answer.text
        await recorder.report(saving=True)
        await poll(lambda: api.client.get("/readyz"), until=lambda found: found.status_code == 200)
    await recorder.report("stopped")
    answer = await poll(lambda: api.client.get("/readyz"), until=lambda found: found.status_code == 503)
    assert "stopped" in answer.text
    assert (await api.client.get("/healthz")).status_code == 200


async def test_metrics_tell_how_far_it_is_and_what_the_sink_counted(recorder: Recorder, api: Api):
    await recorder.report()
    await api.reached(await recorder.say(("m", b"1")))
    text = (await api.get("/metrics")).text
    for name in ("api_feed_lag_seconds", "api_tail_rows", "api_requests_total", "sink_reported_received"):
        assert f"hearthlog_{name}" in text


async def test_it_waits_for_a_store_and_says_so(tmp_path):
    async with Api(tmp_path, 1) as api:
        answer = await api.client.get("/readyz")
        assert (answer.status_code, "no store yet" in answer.text) == (503, True)
        assert (await api.get("/v1/latest")).status_code == 503
        assert await api.stop() == 0


async def test_it_says_in_one_sentence_why_it_cannot_start(recorder: Recorder, api: Api, tmp_path):
    (recorder.data / "VERSION").write_text("hearthlog data 1\n")
    for settings, words in [
        ({"http": f"127.0.0.1:{api.port}", "read_model": tmp_path}, "is taken by another program"),
        ({"http": "127.0.0.1:0", "read_model": recorder.data / "VERSION"}, "cannot be kept in"),
        ({"rows_max": "many"}, "setting rows_max"),
    ]:
        other = Api(recorder.data, recorder.port, **settings)
        with pytest.raises(AssertionError, match=words) as said:
            await other.start()
        assert len([line for line in str(said.value).splitlines() if line.startswith("api:")]) == 1
        await other.client.aclose()
