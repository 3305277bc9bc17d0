"""kill -9 of sink, api and broker in any combination under load: what was acknowledged is there, once.

What the sink acknowledged is in its store. What the broker acknowledged is there too, but for what it had not saved
when it was killed: the time of its database says since when. What the sink had acknowledged to it since then it has
forgotten as well, and may deliver again, without DUP where it had waited in the broker's queue.
"""

import asyncio
import json
import random
import re
import time
from collections import Counter
from typing import NamedTuple

import pytest

from api.words.templates import FAULTS
from gdp.chain import verify
from gdp.store import Store
from gdp_sink.own_log import TOPIC as OWN_LOG
from tests.faults.device import Device
from tests.house.test_nothing_is_lost import history
from tests.support.home import Home
from tests.support.waiting import poll

PARTS = ("mosquitto", "sink", "api")
IN_THE_SUITE = (["sink", "mosquitto", "api"],)
"""Others kill the sink and the api alone, and both: `tests/house/test_nothing_is_lost.py`."""
UP = re.compile(r"^(hearthlog_api_up_seconds|hearthlog_sink_reported_up_s) (\S+)$", re.MULTILINE)
LATER_S = 120.0
"""Longest time from a broker's death until the sink says what it forgot, on a slow machine."""


class Unsaved(NamedTuple):
    """What a killed broker has forgotten: from its last save until the device saw its death, wall clock in s."""

    since: float
    until: float

    def holds(self, moment):
        return self.since <= moment <= self.until


def any_combinations(rounds, seed):
    chance = random.Random(seed)
    return [chance.sample(PARTS, chance.randint(1, 3)) for _ in range(rounds)]


SOAK = [pytest.mark.soak, pytest.mark.timeout(3600)]


@pytest.mark.parametrize(
    "victims",
    [
        pytest.param(IN_THE_SUITE, id="suite"),
        *(pytest.param(any_combinations(50, seed), id=f"seed-{seed}", marks=SOAK) for seed in (1, 2, 3)),
    ],
)
async def test_killing_sink_api_and_broker_under_load_costs_no_more_than_the_broker_had_not_saved(tmp_path, victims):
    with Home(tmp_path / "home") as home:
        began, up_before = time.monotonic(), up_times(home)
        async with Device(home.mqtt_port, user="admin", password=home.token) as device:
            windows = [window for names in victims for window in await murder(home, device, names)]
            await device.finish()
        home.publish([("storm/end", "0")])
        await asyncio.to_thread(home.wait_for, lambda: "storm/end" in {row[0] for row in history(home)}, "the end")
        served = history(home)
        for process, up_s in up_times(home).items():
            assert up_s - up_before[process] < time.monotonic() - began, f"{process} has begun anew"
        outages = {each["id"]: each for each in home.get("/v1/health").json()["outages"]}
        words = {each["id"]: each["sentence"] for each in home.get("/v1/notable", start="-1h").json()["notable"]}
        home.stop()
        assert home.output.count("killed by SIGKILL") == sum(map(len, victims))
        kept, told = read(Store.open_readonly(home.data / "store"))
    assert_kept(device, kept, windows, told)
    assert sorted(served) == sorted((topic, recno, float(number)) for topic, recno, number, _ in kept)
    sinks, brokers = (sum(name in names for names in victims) for name in ("sink", "mosquitto"))
    count = Counter(event for _, event in told)
    assert (count["started"], count["stopped"]) == (1 + sinks, 1)
    # Where the broker died too, and was back after the sink, all of that time is the broker's.
    assert not sinks or "sink.died" in words or {"broker.died", "broker.session_lost"} & words.keys()
    assert words.get("sink.died", "The sink died and was away for").startswith("The sink died and was away for")
    assert "sink.died" not in outages or outages["sink.died"]["remedy"] == FAULTS["sink.died"].remedy
    seen_dying = any("mosquitto" in names and "sink" not in names for names in victims)
    assert not seen_dying or {"broker.lost", "broker.session_lost"} & outages.keys()
    unseen = any({"mosquitto", "sink"} <= set(names) for names in victims)
    assert not unseen or {"broker.died", "broker.session_lost", "broker.lost"} & outages.keys()
    if "broker.died" in outages:
        assert outages["broker.died"]["cause"] == "broker"
        assert "up to 2 s may be missing" in outages["broker.died"]["sentence"]
        assert sum(event == "broker_restarted" for _, event in told) <= brokers
    assert count["disconnected"] + count["unreachable"] + sinks >= brokers


def up_times(home):
    """How long sink and api have run, in s, as each tells it itself."""

    def told():
        found = UP.findall(home.get("/metrics").text)
        return found if len(found) == 2 else None

    return {name: float(value) for name, value in home.wait_for(told, "the sink to report")}


async def murder(home, device, names):
    """Kill these parts in the midst of traffic, wait until all is well again; what the broker lost."""
    reached = device.sent + random.Random(device.sent).randint(300, 1_500)
    await poll(lambda: device.sent >= reached and len(device.acknowledged) >= reached // 2)
    pids, windows = {}, []
    for name in names:
        pids[name] = home.kill(name)
        if name == "mosquitto":
            windows.append(Unsaved(last_save(home), time.time()))
    for name, pid in pids.items():
        await asyncio.to_thread(home.wait_restarted, name, pid)
    with device.resting():
        await asyncio.to_thread(home.wait_ready)
    # What it had acknowledged may have lain unread in the device's socket when it was dead already.
    return [each._replace(until=next((end for end in device.ends if end > each.until), each.until)) for each in windows]


def last_save(home):
    """When the broker saved last; 0 if it was killed before it ever did."""
    try:
        return (home.data / "broker" / "mosquitto.db").stat().st_mtime
    except FileNotFoundError:
        return 0.0


def read(store):
    """What is kept: (topic, recno, number, logged time in s) of each message; (logged time in s, event) of the own log."""
    kept, told = [], []
    for log in store.logs():
        datums = store.read(log.name, 1, -1)
        assert verify(log.metadata, datums).ok, log.topic
        if log.topic is not None and log.topic.startswith("storm/"):
            kept += [(log.topic, datum.recno, int(datum.data), datum.ts / 1e9) for datum in datums]
        elif log.topic == OWN_LOG:
            told += [(datum.ts / 1e9, json.loads(datum.data)["event"]) for datum in datums]
    return kept, told


def assert_kept(device, kept, windows, told):
    copies = {}
    for topic, _, number, logged in kept:
        if topic != "storm/end":
            copies.setdefault(number, []).append(logged)
    missing = [number for number in range(device.sent) if number not in copies]
    forgotten = [moment for moment, event in told if event == "session_lost"]
    for number in missing:
        acknowledged = device.acknowledged[number]
        assert any(window.holds(acknowledged) for window in windows) or any(
            # It forgot the whole session, and says so: then all that was queued for the sink is gone.
            acknowledged <= window.until
            and any(window.until <= moment < window.until + LATER_S for moment in forgotten)
            for window in windows
        ), story(number, missing, device, copies, windows, forgotten)
    twice = [number for number, times in copies.items() if len(times) > 1 and number not in device.again]
    for number in twice:
        assert any(window.holds(min(copies[number])) for window in windows), story(
            number, twice, device, copies, windows, forgotten
        )


def story(number, numbers, device, copies, windows, forgotten):
    """What somebody needs who has to find out how a message was lost or doubled."""
    acknowledged = device.acknowledged[number]
    near = [window for window in windows if abs(window.until - acknowledged) < LATER_S]
    return (
        f"{number} of {len(numbers)} ({numbers[:5]} to {numbers[-1]}), acknowledged {acknowledged}, stored "
        f"{copies.get(number)}, its neighbours {copies.get(number - 1)} and {copies.get(number + 1)}; broker killed "
        f"{near}, sessions lost {forgotten}"
    )
