"""A broker that hangs, or comes back without its memory: noticed in bounded time, said, and nothing kept is lost."""

import pytest

from tests.faults.faulty_sink import all_stored, fields, names, numbers_in, rises, send_numbers
from tests.faults.told import api_of, ears, needs, retained, stands, was
from tests.sink.mqtt import publisher
from tests.sink.sink_process import SinkProcess
from tests.support.broker import Broker
from tests.support.waiting import poll

KEEPALIVE_S = 1
"""One until the sink probes, one more for the answer; it looks each second."""


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
