"""Attempts to connect come ever more rarely, never too rarely, and not all at once."""

from gdp.backoff import Backoff


def test_delays_double_up_to_a_bound_and_begin_again_after_success():
    backoff = Backoff(1, 8, lambda: 0.999999)
    assert [round(backoff.next_s(), 3) for _ in range(5)] == [1, 2, 4, 8, 8]
    backoff.reset()
    assert round(backoff.next_s(), 3) == 1


def test_delays_are_spread_over_half_of_the_bound():
    assert Backoff(4, 8, lambda: 0.0).next_s() == 2
    assert Backoff(4, 8, lambda: 0.5).next_s() == 3
