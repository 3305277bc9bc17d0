"""When the disk will be full is foreseen from how it filled, and not before there is enough to go by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.health.forecast import HISTORY_MIN_NS, forecast

HOUR = 3_600 * 10**9
DAY = 24 * HOUR
GB = 10**9


def falling(hours: int, start: float, per_day: float) -> tuple[np.ndarray, np.ndarray]:
    times = np.arange(0, hours * HOUR, HOUR // 4, np.int64)
    return times, start - per_day * (times / DAY)


def test_a_disk_that_fills_evenly_is_full_when_it_says():
    foreseen = forecast(*falling(48, 43 * GB, GB))
    assert foreseen.full_in_ns == pytest.approx(41 * DAY, rel=0.01)
    assert foreseen.said().sentence == "The disk will be full in 41 days."


def test_a_large_file_that_came_and_went_does_not_bend_it():
    times, free = falling(48, 43 * GB, GB)
    free[60:80] -= 20 * GB
    assert forecast(times, free).full_in_ns == pytest.approx(41 * DAY, rel=0.2)


def test_with_little_history_it_is_not_known_yet():
    foreseen = forecast(*falling(5, GB, GB))
    assert foreseen.full_in_ns is None
    assert foreseen.said().sentence.startswith("When the disk will be full is not known yet: 4 h 45 min of history")
    assert forecast(np.zeros(0, np.int64), np.zeros(0)).said().id == "disk.unknown"


def test_a_disk_that_does_not_fill_is_said_to_be_so():
    assert forecast(*falling(48, GB, 0)).said().sentence == "The disk is not filling."
    assert forecast(*falling(48, GB, -GB)).filling is False


@given(st.lists(st.tuples(st.integers(0, 10**18), st.integers(0, 10**15)), max_size=80))
def test_whatever_was_measured_it_says_one_thing(points):
    points = sorted(dict(points).items())
    times = np.array([time for time, _ in points], np.int64)
    foreseen = forecast(times, np.array([free for _, free in points], np.float64))
    known = len(times) > 1 and int(times[-1] - times[0]) >= HISTORY_MIN_NS
    assert (foreseen.filling is not None) == known
    assert foreseen.full_in_ns is None or foreseen.full_in_ns >= 0
    assert foreseen.said().sentence
