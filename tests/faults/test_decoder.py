"""A payload that makes a decoder fail: kept, counted, shown as it came, and the rest goes on."""

from tests.api.recorder import Recorder
from tests.faults.told import FaultyApi, facts


async def test_a_payload_that_makes_a_decoder_fail_is_kept_counted_and_shown_as_it_came(tmp_path):
    async with Recorder(tmp_path) as recorder, FaultyApi(tmp_path, recorder.port) as api:
        await recorder.say(*[(f"bad/{number}", b"21.5 \xff") for number in range(20)])
        at = await api.reached(await recorder.say(("good", b"21.5")))
        bad = (await api.json("/v1/history", filter="bad/#", raw="true", at=at))["observations"]
        assert len(bad) == 20
        for each in bad:
            assert (each["kind"], each["payload_base64"]) == ("bytes", "MjEuNSD/")
        (good,) = (await api.json("/v1/history", filter="good", at=at))["observations"]
        assert good["value"] == 21.5
        assert "hearthlog_api_undecoded_messages 20.0" in (await api.get("/metrics")).text
        topics = (await api.json("/v1/topics", filter="bad/+"))["topics"]
        assert {each["decoder"] for each in topics} == {"faulty 1"}
        assert "20 messages kept that no decoder understands, since the api started." in await facts(api)
