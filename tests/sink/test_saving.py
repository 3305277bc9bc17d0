"""A broker that does not save is found out, whatever the clocks say."""

import os

from gdp_sink.saving import SavingWatch, file_mark

S = 1_000_000_000


def test_nothing_is_claimed_before_a_save_was_seen_or_missed():
    watch = SavingWatch(10)
    assert watch.observe(1, 0) is None
    assert watch.observe(1, 10 * S) is None


def test_a_file_that_changes_is_saved():
    watch = SavingWatch(10)
    watch.observe(1, 0)
    assert watch.observe(2, 5 * S) is True
    assert watch.observe(2, 15 * S) is True


def test_a_file_that_stops_changing_is_not_saved_until_it_changes_again():
    watch = SavingWatch(10)
    watch.observe(1, 0)
    watch.observe(2, 1 * S)
    assert watch.observe(2, 12 * S) is False
    assert watch.observe(3, 13 * S) is True


def test_a_file_that_never_comes_is_not_saved():
    watch = SavingWatch(10)
    watch.observe(None, 0)
    assert watch.observe(None, 11 * S) is False


def test_a_broker_that_was_away_is_judged_anew():
    watch = SavingWatch(10)
    watch.observe(1, 0)
    watch.forget()
    assert watch.observe(1, 100 * S) is None


def test_the_mark_of_a_file_changes_with_each_save(tmp_path):
    path = tmp_path / "mosquitto.db"
    assert file_mark(path) is None
    path.write_bytes(b"1")
    first = file_mark(path)
    os.utime(path, ns=(0, first[0] + 1))
    assert file_mark(path) != first
