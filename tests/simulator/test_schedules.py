"""Whatever fails and when: what the sink acknowledged is in the store, once, in order, and the books balance."""

import gc
import os
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
import structlog

from gdp.chain import verify
from gdp.store import ReadableStore
from gdp_sink.settings import SinkSettings
from tests.simulator.books import Books
from tests.simulator.determined import determined_keys, without_threads
from tests.simulator.faults import FAULTS
from tests.simulator.stored import own_records, payloads
from tests.simulator.test_power_cut import SEED
from tests.simulator.world import REDELIVERY_WINDOW, WINDOW, World

SCHEDULES = 2_000
BROKERS = {"broker_crashes", "power_fails", "broker_crashes_with_the_sink"}
"""Faults in which the broker falls back to what it saved."""


@pytest.fixture(autouse=True)
def _silent():
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    gc.freeze()  # else everything that other tests have left is walked over again and again
    yield
    gc.unfreeze()
    structlog.reset_defaults()


@pytest.fixture
def settings():
    return SinkSettings(broker_database="", refused_interval_s=1.0, _env_file=None)


def schedule(seed: int, directory: Path, settings: SinkSettings) -> World:
    """Run one schedule and check what is left."""
    directory.mkdir()
    try:
        world = World(seed, directory, settings, FAULTS)
        with determined_keys(quick=not world.filing), without_threads():
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
    books = world.broker.books
    found: dict[str, list[bytes]] = {}
    for info in store.logs():
        datums = store.read(info.name, 1, -1)
        report = verify(info.metadata, datums)
        assert report.ok, report
        assert report.records == info.tip_recno
        if info.topic is not None and not info.topic.startswith("$"):
            found.setdefault(info.topic, []).extend(payloads(datums))
    check_lives(world, store)
    held = Counter((topic, payload) for topic, said in found.items() for payload in said)
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
        check_order(books, messages, found.get(topic, []))


def check_lives(world: World, store: ReadableStore) -> None:
    """A broker that began another life unseen is said to, and no other; how the one before ended, as far as it is noted."""
    records = own_records(store)
    lives = world.broker.lives
    said = lives.said
    said += [each.get("in_order") for each in records if each["event"] == "broker_restarted"]
    if world.noted:
        check_noted(records)
    else:
        assert said.count(None) == len(said), said
        assert len(said) <= (lives.changed if world.says else 0), f"{said}, {lives.changed} times another life"


def check_noted(records: list[dict]) -> None:
    """As soon as a run knows of another life than the one before it knew, it has said so, and what ended between them."""
    known, before = {}, {}
    for each in records:
        if each["event"] == "started":
            before = known
        known = each.get("broker", {})
        if each["event"] == "session_lost" or "starts" not in known:
            before = {}  # told by that, or by how the connection ended
        elif before:
            anew = known["starts"] > before["starts"]
            assert anew == (each["event"] == "broker_restarted"), f"{each} after {before}"
            assert not anew or each["in_order"] == (known["crashes"] == before["crashes"])
            before = {} if anew else before
        else:
            assert each["event"] != "broker_restarted", each


def at_most(world: World, number: int) -> int:
    """As often as it was new to the broker, for it gives a message a new packet id that it has forgotten to have given.

    More often only where that cannot be told: a crash of the broker may bring messages back when so many others have
    followed that the oldest is not known any more, and with it those after it; or in a session that had been followed by
    another; or begin to replay retained messages once more.
    """
    books = world.broker.books
    allowed = max(books.given[number], 1) + books.revived[number]
    if books.followers[number] > REDELIVERY_WINDOW - WINDOW:
        allowed += books.resurrected[number]
    if BROKERS & world.faults.keys():
        allowed += books.replayed[number]
    return allowed


def check_equal(world: World, messages, count: int) -> None:
    books = world.broker.books
    needed = sum(each.number in books.acknowledged or each.number not in books.lost for each in messages)
    most = sum(
        books.given[each.number] + books.resurrected[each.number] + books.revived[each.number] for each in messages
    )
    least = needed - books.indistinguishable
    assert least <= count <= most, f"{count} equal messages, not {least} to {most}"


def check_order(books: Books, messages, payloads) -> None:
    """In the order of publishing, but for what a crash brought back: an older retained message, a session that was over."""
    number_of = {each.payload: each.number for each in messages}
    numbers = [number_of[payload] for payload in dict.fromkeys(payloads)]
    first = [number for number in numbers if books.given[number] and number not in books.belated]
    assert first == sorted(first), f"{first} are not in order"


def run(seeds: Iterable[int], directory: Path, settings: SinkSettings) -> Counter[bool | None]:
    """Run these schedules; how often the sink told of a life of the broker that it had not seen end, by how it had."""
    asked = os.environ.get(SEED)
    said: Counter[bool | None] = Counter()
    for seed in [int(asked)] if asked else seeds:
        said.update(schedule(seed, directory / str(seed), settings).broker.lives.said)
    return said


@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost_or_kept_twice_whatever_fails_and_when(memory_path, settings):
    said = run(range(1, SCHEDULES + 1), memory_path, settings)
    assert SEED in os.environ or min(said[None], said[False], said[True]) > 0, f"{said}: schedules of all kinds"


@pytest.mark.soak
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("part", range(25))
def test_nothing_acknowledged_is_lost_or_kept_twice_in_many_thousands_of_schedules(memory_path, settings, part):
    first = 100_000 + part * SCHEDULES
    run(range(first, first + SCHEDULES), memory_path, settings)


def test_a_sink_that_acknowledges_too_early_is_found_out(memory_path, settings, monkeypatch):
    def too_early(writer, batch, _items):
        writer._answer(batch.acks, len(batch.acks))
        return False

    monkeypatch.setattr("gdp_sink.writer.Writer._finish_at_once", too_early)
    with pytest.raises(AssertionError, match="before it was durable"):
        schedule(1, memory_path / "early", settings)


def test_a_sink_that_forgets_what_it_stored_is_found_out(memory_path, settings, monkeypatch):
    monkeypatch.setattr("gdp_sink.redelivery.RedeliveryWindow.fill", lambda *_: None)
    with pytest.raises(AssertionError, match=r"times|equal messages, not"):
        run(range(1, 100), memory_path, settings)
