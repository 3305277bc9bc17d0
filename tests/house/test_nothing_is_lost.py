"""The main promise, over the whole path: what a device's broker acknowledged is kept once, and every reader sees it once."""

import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.house.live_reader import LiveReader
from tests.support.home import Home, Publisher

TOPICS = 20


def storm(home: Home, publisher: Publisher, first: int, count: int) -> None:
    """Publishes numbers, each topic its own ascending ones."""
    for number in range(first, first + count):
        publisher.send(f"storm/{number % TOPICS}", str(number))


def assert_each_once_in_order(events: Sequence[tuple[str, int, object]], count: int) -> None:
    per_topic = defaultdict(list)
    for topic, recno, value in events:
        per_topic[topic].append((recno, value))
    for topic, found in per_topic.items():
        numbers = list(range(int(topic.removeprefix("storm/")), count, TOPICS))
        assert found == list(enumerate(numbers, start=1)), topic
    assert len(events) == count


def history(home: Home) -> list[tuple[str, int, object]]:
    found = []
    url: str | None = "/v1/history?filter=storm/%23&limit=5000"
    while url:
        answer = home.get(url.removeprefix(home.http)).json()
        found += [(each["topic"], each["recno"], each["value"]) for each in answer["observations"]]
        url = answer["next"]
    return found


def rounds_of_murder(home: Home, victims: Sequence[Sequence[str]], per_round: int) -> None:
    """Kills, in the middle of each round of publishing, the parts that the round names."""
    since = home.get("/v1/latest", filter="storm/#").json()["position"]
    count = 0
    with LiveReader(home, "storm/#", since=since) as reader, Publisher(home) as publisher:
        for names in victims:
            storm(home, publisher, count, per_round // 2)
            # In the middle: some are acknowledged, the rest is still on its way.
            home.wait_for(lambda: publisher.acknowledged > count, "the first acknowledgement of the round")  # noqa: B023
            pids = {name: home.kill(name) for name in names}
            storm(home, publisher, count + per_round // 2, per_round - per_round // 2)
            count += per_round
            for name, pid in pids.items():
                home.wait_restarted(name, pid)
            home.wait_ready()
        publisher.wait_acknowledged()
        home.wait_for(lambda: len(history(home)) >= count, "all messages to be served")
        assert_each_once_in_order(history(home), count)
        reader.wait_until(lambda events: len(events) >= count)
    assert_each_once_in_order(reader.events, count)
    assert reader.connections >= 2


def assert_every_chain_verifies(home: Home) -> None:
    home.stop()
    done = subprocess.run(
        [sys.executable, "-m", "gdp", "verify", str(home.data / "store")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_killing_the_sink_the_api_and_both_in_a_storm_loses_nothing_and_shows_nothing_twice(home: Home):
    rounds_of_murder(home, [["sink"], ["api"], ["sink", "api"]], per_round=1_000)
    assert_every_chain_verifies(home)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_a_long_storm_of_murders_loses_nothing(tmp_path: Path):
    chance = random.Random(7)
    victims = [chance.choice([["sink"], ["api"], ["sink", "api"]]) for _ in range(40)]
    with Home(tmp_path / "home") as home:
        rounds_of_murder(home, victims, per_round=5_000)
        assert_every_chain_verifies(home)
