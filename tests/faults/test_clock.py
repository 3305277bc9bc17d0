"""A wall clock that is set: logged time goes on, and how far the two are apart is measured and said."""

import pytest

from tests.faults.faulty_sink import FaultySink, all_stored, fields, numbers_in, rises, send_numbers
from tests.faults.told import api_of, ears, needs, retained, stands
from tests.sink.mqtt import publisher
from tests.support.broker import Broker
from tests.support.waiting import poll

NS = 1_000_000_000
HOUR_S, DAY_S = 3_600, 86_400
STEPS_S = (-HOUR_S, 0, DAY_S, 0)


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
async def test_an_hour_back_a_day_forward_and_back_again_and_logged_time_only_grows(tmp_path, rounds):
    async with (
        Broker(tmp_path / "broker") as broker,
        publisher(broker.port) as peer,
        FaultySink(tmp_path, broker.port) as sink,
        api_of(sink) as api,
    ):
        sent = 0
        for _ in range(rounds):
            for step_s in STEPS_S:
                sink.set("clock_offset_ns", step_s * NS)
                await poll(sink.scrape, until=lambda found: abs(offset(found) - step_s) < 60)  # noqa: B023
                await send_numbers(peer, "t", range(sent, sent + 50))
                sent += 50
                await all_stored(peer, sink, f"end/{sent}")
                await poll(lambda: said_offset(sink), until=lambda said: abs(said - step_s) < 60)  # noqa: B023
                if step_s:
                    direction = "ahead of" if step_s > 0 else "behind"
                    assert f" {direction} logged time" in (await stands(api, "sink.clock"))["sentence"]
                    async with ears(broker.port) as listener:
                        await retained(listener, "sink.clock")
                else:
                    await poll(lambda: needs(api), until=lambda found: not found)
        await sink.stop()
        assert numbers_in(sink.messages(), "t") == list(range(sent))
        with sink.store() as store:
            times = [logged for frame in store.frames(0) for _, _, logged in frame]
        assert times == sorted(set(times))
        assert times[-1] - times[0] < HOUR_S * NS, "neither the hour nor the day is in logged time"
        assert len(fields(sink, "clock")) >= rounds * len(STEPS_S)


@pytest.mark.soak
async def test_a_sink_that_starts_with_its_clock_an_hour_back_goes_on_from_the_last_logged_time(tmp_path):
    async with Broker(tmp_path / "broker") as broker, publisher(broker.port) as peer:
        sink = FaultySink(tmp_path, broker.port)
        async with sink:
            await send_numbers(peer, "t", range(50))
            await all_stored(peer, sink)
        sink.set("clock_offset_ns", -HOUR_S * NS)
        async with sink:
            await rises(sink, "hearthlog_sink_clock_offset_seconds", -HOUR_S - 60)
            await send_numbers(peer, "t", range(50, 100))
            await all_stored(peer, sink, "later")
            await poll(lambda: said_offset(sink), until=lambda said: abs(said + HOUR_S) < 60)
        assert numbers_in(sink.messages(), "t") == list(range(100))
        with sink.store() as store:
            times = [logged for frame in store.frames(0) for _, _, logged in frame]
        assert times == sorted(set(times))


def offset(found):
    return found["hearthlog_sink_clock_offset_seconds"]


def said_offset(sink):
    """The offset of the last `clock` event, in seconds; 0 if there was none."""
    told = sink.events("clock")
    return told[-1]["clock_offset_ns"] / NS if told else 0.0
