"""The power goes, at any moment of store and write-behind: what anybody was told is there, once, in order, and holds."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from gdp.errors import CorruptStore
from gdp.store import Store, Write
from tests.gdp.stores import Clock, check_chains, die
from tests.simulator.determined import determined_keys
from tests.simulator.life import Facts, Life, Told, messages, open_on
from tests.simulator.power_cut import PoweredDisk
from tests.simulator.recorded_disk import RecordedDisk, Said
from tests.simulator.recorded_sqlite import library, sqlite_recorded

SEED = "HEARTHLOG_SIM_SEED"
STEPS = 40
LIVES, CUTS = 4, 32

needs_sqlite = pytest.mark.skipif(library() is None, reason="this Python hides its SQLite library")


def check(root: Path, facts: Facts) -> None:
    """Assert that what is left of a disk holds all that was said, and can be gone on with."""
    clock = Clock()
    clock.step_s(-7_200)
    store = open_on(RecordedDisk(root), clock, Random(0))
    held = messages(store)
    assert held in facts.possible()
    assert store.position >= facts.told.position
    assert store.watermark() >= facts.watermark
    check_chains(store)
    assert all(info.covered_recno == info.tip_recno for info in store.logs())
    check_window(store, facts)
    commit = store.commit([Write("a", (b"afterwards",))])
    assert commit.first > max(facts.watermark, facts.told.position)
    store.flush_all()
    held["a"] = (*held.get("a", ()), b"afterwards")
    assert messages(store) == held
    die(store)


def check_window(store: Store, facts: Facts) -> None:
    """The broker may not have seen the last acknowledgements: those messages must be known when they come again."""
    window = [(each.packet_id, each.topic) for each in store.redelivery_window(1_000)]
    if facts.last is not None and facts.tried is None:
        expected = [(facts.last.first_packet_id + at, topic) for at, (topic, _) in enumerate(facts.last.messages)]
        assert window[-len(expected) :] == expected


def cuts(seed: int, number: int, directory: Path, disk_type: type[RecordedDisk] = RecordedDisk) -> None:
    """Live by a seed, and cut the power at as many moments of that life."""
    random = Random(seed)
    with lived(directory / "life", disk_type, lambda disk: Life(disk, random).live(STEPS)) as disk:
        after = After(disk)
        for turn, moment in enumerate(sorted(random.randint(0, len(disk.story)) for _ in range(number))):
            try:
                after.go_on(moment)
                after.check(random, directory / f"cut{turn}")
            except BaseException as error:
                error.add_note(f"cut {turn} before operation {moment}; {SEED}={seed} repeats it")
                raise


@contextmanager
def lived(root: Path, disk_type: type[RecordedDisk], live: Callable[[RecordedDisk], None]) -> Iterator[RecordedDisk]:
    """Give the disk of a whole life, in a directory of its own."""
    root.mkdir()
    disk = disk_type(root)
    with determined_keys(), sqlite_recorded(disk):
        live(disk)
    yield disk
    shutil.rmtree(root)


class After:
    """Follows a recorded story up to some operation, to see what a power cut there would leave."""

    def __init__(self, disk: RecordedDisk) -> None:
        self._story = disk.story
        self._at = 0
        self._powered = PoweredDisk(disk)
        self._facts = Facts()

    def go_on(self, moment: int) -> None:
        for operation in self._story[self._at : moment]:
            self._powered.go_on(operation)
            if isinstance(operation, Said):
                self._facts.hear(operation.what)
        self._at = moment

    def check(self, random: Random | None, target: Path) -> None:
        target.mkdir()
        self._powered.cut(random, target)
        check(target, self._facts)
        shutil.rmtree(target)


def seeds(number: int) -> Iterable[int]:
    """The seed that is asked for alone, or as many from 1."""
    asked = os.environ.get(SEED)
    return [int(asked)] if asked else range(1, number + 1)


@needs_sqlite
def test_what_was_told_outlives_a_power_cut_at_any_moment(memory_path):
    for seed in seeds(LIVES):
        cuts(seed, CUTS, memory_path)


@needs_sqlite
@pytest.mark.soak
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("hundred", range(6))
def test_what_was_told_outlives_thousands_of_power_cuts(memory_path, hundred):
    for seed in seeds(100):
        cuts(10_000 + 100 * hundred + seed if SEED not in os.environ else seed, CUTS, memory_path)


@needs_sqlite
def test_a_process_killed_at_any_moment_told_nothing_that_a_power_cut_takes_back_from_the_next(memory_path):
    for death in range(2, 1_000):
        with lived(memory_path / "life", RecordedDisk, lambda disk, at=death: short_life(disk, at)) as disk:
            after = After(disk)
            for moment in last_told(disk):
                after.go_on(moment)
                after.check(None, memory_path / "cut")
        if not disk.deaths:
            break
    assert death > 40


def short_life(disk: RecordedDisk, death: int) -> None:
    """A store's first commits and filing, killed before one of its operations; the next process tells what it finds."""
    disk.die_at = death
    Life(disk, Random(1)).through("cfsqccf")


def last_told(disk: RecordedDisk) -> list[int]:
    """The moments after which the next process had told what it found, and what it then stored."""
    told = (isinstance(each, Said) and isinstance(each.what, Told) for each in disk.story)
    return [at for at, each in enumerate(told, 1) if each][-2:]


class Forgetful(RecordedDisk):
    """Says that files are durable when they are not."""

    def sync_data(self, fd):
        self._step()


class Nameless(RecordedDisk):
    """Says that names are durable when they are not."""

    def sync_directory(self, path):
        self._step()


@needs_sqlite
@pytest.mark.parametrize("disk_type", [Forgetful, Nameless])
def test_a_store_that_does_not_synchronise_is_found_out(memory_path, disk_type):
    with pytest.raises((AssertionError, CorruptStore)):
        cuts(1, CUTS, memory_path, disk_type)
