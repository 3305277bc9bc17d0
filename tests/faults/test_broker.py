"""A broker that hangs, or comes back without its memory: noticed in bounded time, said, and nothing kept is lost."""

import pytest

from gdp_sink.saving import file_mark
from tests.faults.faulty_sink import all_stored, fields, names, numbers_in, rises, send_numbers
from tests.faults.told import api_of, ears, needs, retained, stands, was
from tests.sink.mqtt import publisher
from tests.sink.sink_process import SinkProcess
from tests.support.broker import Broker
from tests.support.waiting import poll

KEEPALIVE_S = 1
"""One until the sink probes, one more for the answer; it looks each second."""
QUICK, SLOW = ["sys_interval 1"], ["sys_interval 600"]
"""How often a broker says how long it has been up; one that says it once says 0, however long the sink takes."""


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
async def test_a_broker_that_is_connected_and_does_not_answer_is_noticed_by_keep_alive(tmp_path, rounds):
    settings = {"keepalive_s": KEEPALIVE_S, "connect_timeout_s": 1, "reconnect_delay_max_s": 0.3}
    async with (
        Broker(tmp_path / "broker") as broker,
        SinkProcess(tmp_path / "data", broker.port, **settings) as sink,
        api_of(sink) as api,
    ):
        for number in range(rounds):
            async with publisher(broker.port) as peer:
                await send_numbers(peer, "t", range(number * 100, number * 100 + 100))
                await all_stored(peer, sink, f"before/{number}")
            broker.pause()
            await sink.metric("hearthlog_sink_connected", 0.0)
            await poll(lambda: len(sink.events("unreachable")) > number)  # noqa: B023
            await stands(api, "broker.lost")
            broker.resume()
            await sink.metric("hearthlog_sink_subscribed", 1.0)
            await poll(lambda: needs(api), until=lambda found: not found)
            await was(api, "broker.lost")
        async with publisher(broker.port) as peer:
            await all_stored(peer, sink)
        await sink.stop()
        assert numbers_in(sink.messages(), "t") == list(range(100 * rounds))
        assert "keep alive" in fields(sink, "disconnected")[0]["reason"].lower()
        # It takes connections (the kernel does) and says nothing: whichever bound is reached first.
        said = fields(sink, "unreachable")[0]["reason"]
        assert "took the connection and did not answer" in said or "keep alive" in said.lower()
        assert "session_lost" not in names(sink)
        assert "taken_over" not in names(sink)


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
async def test_a_broker_that_lost_its_database_is_said_and_what_devices_retain_again_is_not_stored_twice(
    tmp_path, rounds
):
    async with (
        Broker(tmp_path / "broker") as broker,
        SinkProcess(tmp_path / "data", broker.port) as sink,
        api_of(sink) as api,
    ):
        for number in range(rounds + 1):
            async with publisher(broker.port) as peer:
                await send_numbers(peer, "t", range(number * 100, number * 100 + 100))
                await all_stored(peer, sink, f"end/{number}")
            if number < rounds:
                await broker.kill()
                broker.database.unlink(missing_ok=True)
                await broker.start()
                await rises(sink, "hearthlog_sink_lost_sessions_total", number + 1)
                await sink.metric("hearthlog_sink_subscribed", 1.0)
        async with ears(broker.port) as listener:
            await was(api, "broker.session_lost")
            assert (await stands(api, "broker.session_lost"))["until"] is None, "somebody is to look, for an hour"
            await retained(listener, "broker.session_lost")
        await sink.stop()
        assert numbers_in(sink.messages(), "t") == list(range(100 * rounds + 100))
        assert [event["epoch"] for event in fields(sink, "connected")] == list(range(1, rounds + 2))
        assert [event["session_present"] for event in fields(sink, "connected")] == [False] * (rounds + 1)


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
async def test_a_broker_that_dies_with_the_sink_and_is_back_before_it_is_said_with_what_it_may_have_lost(
    tmp_path, rounds
):
    async with (
        Broker(tmp_path / "broker", config=QUICK) as broker,
        SinkProcess(tmp_path / "data", broker.port) as sink,
        api_of(sink) as api,
    ):
        for number in range(rounds):
            async with publisher(broker.port) as peer:
                await send_numbers(peer, "t", range(number * 100, number * 100 + 100))
                await all_stored(peer, sink, f"end/{number}")
            before = file_mark(broker.database)
            await sink.kill()
            await sink.start()
            await poll(lambda: has_heard(sink) and file_mark(broker.database) != before)  # noqa: B023
            assert len(sink.events("broker_restarted")) == number, "the sink alone was killed"
            await sink.kill()
            await broker.kill()
            broker.config = SLOW
            await broker.start()
            await sink.start()
            await rises(sink, "hearthlog_sink_broker_restarts_total")
            await was(api, "broker.restarted")
            if number + 1 < rounds:
                broker.config = QUICK
                await broker.restart()
                await poll(lambda: len(sink.events("subscribed")) == 3 * number + 4)  # noqa: B023
        outages = (await api.json("/v1/gaps", filter="none", start="-1h"))["outages"]
        await sink.stop()
        told = [each for each in outages if each["id"] == "broker.restarted"]
        assert len(told) == rounds
        assert {each["cause"] for each in told} == {"broker"}
        assert "up to 2 s of what it had acknowledged may be missing" in told[0]["sentence"]
        evidence = [each["words"] for each in told[0]["evidence"]]
        assert evidence == ["the sink was alive", "the broker had been started anew"]
        assert numbers_in(sink.messages(), "t") == list(range(100 * rounds))
        assert "session_lost" not in names(sink)


def has_heard(sink):
    """Whether a record of this life of the sink says that the broker has been up for a while."""
    last = sink.events()[-1]
    return last["event"] == "heartbeat" and last.get("broker", {}).get("up_s", 0) >= 2
