"""Whatever fails and when: what the sink acknowledged is in the store, once, in order, and the books balance."""

import os
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
import structlog

from gdp.store import ReadableStore
from gdp_sink.settings import SinkSettings
from tests.gdp.stores import check_chains
from tests.simulator.determined import determined_keys
from tests.simulator.faults import FAULTS
from tests.simulator.test_power_cut import SEED
from tests.simulator.world import REDELIVERY_WINDOW, WINDOW, World, stored

SCHEDULES = 300
UNCLEAN = {
    "connection_breaks",
    "sink_is_killed",
    "sink_is_killed_between_two_calls",
    "broker_crashes",
    "power_fails",
    "disk_fails",
}


@pytest.fixture(autouse=True)
def _silent():
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.reset_defaults()


@pytest.fixture
def settings():
    return SinkSettings(broker_database="", refused_interval_s=1.0, _env_file=None)


def schedule(seed: int, directory: Path, settings: SinkSettings) -> World:
    """Run one schedule and check what is left."""
    directory.mkdir()
    try:
        with determined_keys():
            world = World(seed, directory, settings, FAULTS)
            try:
                world.run()
                check(world, ReadableStore.open_readonly(directory / "store"))
            except BaseException as error:
                error.add_note(f"{SEED}={seed} repeats it; what happened: {world.happened}")
                raise
    finally:
        shutil.rmtree(directory)
    return world


def check(world: World, store: ReadableStore) -> None:
    check_chains(store)
    books = world.broker.books
    found = stored(store)
    held = Counter(found)
    for topic in ("a", "b/c", "r/state"):
        messages = [each for each in books.published if each.topic == topic]
        if world.equal and topic == "a":
            check_equal(world, messages, held[topic, b"on"])
            continue
        for each in messages:
            count = held[topic, each.payload]
            if each.number in books.acknowledged or each.number not in books.lost:
                assert count >= 1, f"{each} is missing"
            assert count <= at_most(world, each.number), f"{each} is there {count} times"
        check_order(messages, [payload for where, payload in found if where == topic])


def at_most(world: World, number: int) -> int:
    """As often as it was new to the broker, for it gives a message a new packet id that it has forgotten to have given.

    More often only where that cannot be told: a crash of the broker may bring a message back when so many others have
    followed that it is not known any more; and a retained message comes again in a new session, while which the sink died
    or its connection broke, so that it does not know any more that this one is of those.
    """
    books = world.broker.books
    allowed = max(books.given[number], 1)
    if len(books.acknowledged) - books.acknowledged.get(number, 0) > REDELIVERY_WINDOW - WINDOW:
        allowed += books.resurrected[number]
    if UNCLEAN & world.faults.keys():
        allowed += books.replayed[number]
    return allowed


def check_equal(world: World, messages, count: int) -> None:
    books = world.broker.books
    needed = sum(each.number in books.acknowledged or each.number not in books.lost for each in messages)
    most = sum(books.given[each.number] + books.resurrected[each.number] for each in messages)
    least = needed - books.indistinguishable
    assert least <= count <= most, f"{count} equal messages, not {least} to {most}"


def check_order(messages, payloads) -> None:
    number_of = {each.payload: each.number for each in messages}
    first = [number_of[payload] for payload in dict.fromkeys(payloads)]
    assert first == sorted(first), f"{first} are not in order"


def run(seeds: Iterable[int], directory: Path, settings: SinkSettings) -> None:
    asked = os.environ.get(SEED)
    for seed in [int(asked)] if asked else seeds:
        schedule(seed, directory / str(seed), settings)


def test_nothing_acknowledged_is_lost_or_kept_twice_whatever_fails_and_when(memory_path, settings):
    run(range(1, SCHEDULES + 1), memory_path, settings)


@pytest.mark.soak
@pytest.mark.timeout(7_200)
def test_nothing_acknowledged_is_lost_or_kept_twice_in_many_thousands_of_schedules(memory_path, settings):
    run(range(100_000, 100_000 + 50 * SCHEDULES), memory_path, settings)


def test_a_sink_that_acknowledges_too_early_is_found_out(memory_path, settings, monkeypatch):
    async def at_once(_writer, batch):
        return batch.acks

    monkeypatch.setattr("gdp_sink.writer.Writer._settle", at_once)
    with pytest.raises(AssertionError, match="before it was durable"):
        schedule(1, memory_path / "early", settings)


def test_a_sink_that_forgets_what_it_stored_is_found_out(memory_path, settings, monkeypatch):
    monkeypatch.setattr("gdp_sink.redelivery.RedeliveryWindow.fill", lambda *_: None)
    with pytest.raises(AssertionError, match="times"):
        run(range(1, 100), memory_path, settings)
