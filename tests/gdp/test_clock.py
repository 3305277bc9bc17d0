"""Logged times order everything that a sink wrote, whatever its wall clock does."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from gdp.clock import LoggedClock
from tests.gdp.stores import NOVEMBER, NS, Clock

HOUR_S, DAY_S = 3_600, 86_400


def logged(clock, last=0):
    return LoggedClock(clock.wall, clock.monotonic, last)


def give(clock):
    time = clock.now()
    clock.advance(time)
    return time


def test_time_follows_the_monotonic_clock():
    source = Clock()
    clock = logged(source)
    assert give(clock) == NOVEMBER
    source.pass_s(2)
    assert give(clock) == NOVEMBER + 2 * NS


def test_two_records_never_have_the_same_time():
    clock = logged(Clock())
    assert [give(clock) for _ in range(3)] == [NOVEMBER, NOVEMBER + 1, NOVEMBER + 2]


def test_a_wall_clock_set_back_an_hour_is_not_followed():
    source = Clock()
    clock = logged(source)
    before = give(clock)
    source.step_s(-HOUR_S)
    source.pass_s(1)
    assert give(clock) == before + NS
    assert clock.offset_ns == -HOUR_S * NS


def test_a_small_step_forward_is_followed_at_once():
    source = Clock()
    clock = logged(source)
    source.step_s(60)
    assert give(clock) == NOVEMBER + 60 * NS


def test_a_day_forward_is_followed_when_it_has_stood_for_ten_minutes():
    source = Clock()
    clock = logged(source)
    source.step_s(DAY_S)
    assert give(clock) == NOVEMBER
    source.pass_s(599)
    assert give(clock) == NOVEMBER + 599 * NS
    source.pass_s(1)
    assert give(clock) == source.wall()
    assert clock.offset_ns == 0


def test_a_day_forward_that_is_corrected_in_time_leaves_no_trace():
    source = Clock()
    clock = logged(source)
    source.step_s(DAY_S)
    give(clock)
    source.pass_s(500)
    source.step_s(-DAY_S)
    give(clock)
    source.step_s(DAY_S)
    source.pass_s(500)
    assert give(clock) == NOVEMBER + 1_000 * NS


def test_after_a_restart_with_the_wall_clock_behind_times_go_on_from_the_last():
    source = Clock()
    last = NOVEMBER + 10 * NS
    clock = logged(source, last)
    assert [give(clock), give(clock)] == [last + 1, last + 2]
    source.pass_s(11)
    assert give(clock) == NOVEMBER + 11 * NS


@given(st.lists(st.tuples(st.sampled_from(["pass", "step"]), st.integers(-10 * DAY_S, 10 * DAY_S)), max_size=30))
def test_times_increase_strictly_whatever_the_wall_clock_does(moves):
    source = Clock()
    clock = logged(source)
    times = [give(clock)]
    for move, seconds in moves:
        if move == "pass":
            source.pass_s(abs(seconds))
        else:
            source.step_s(seconds)
        times.append(give(clock))
    assert all(before < after for before, after in itertools.pairwise(times))
