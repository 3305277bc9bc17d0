"""No account can fill the home with datasets, which are kept for ever."""

from api.datasets.allowance import HOUR_S, Allowance


def test_an_account_may_pin_so_many_in_any_hour_and_keeps_nobody_else_out():
    now = 100.0
    allowance = Allowance(3, lambda: now)
    for _ in range(3):
        assert allowance.wait_s("ann") == 0
        allowance.take("ann")
        now += 60
    assert allowance.wait_s("ann") == HOUR_S - 180
    assert allowance.wait_s("bob") == 0
    now += HOUR_S - 180
    assert allowance.wait_s("ann") == 0
    allowance.take("ann")
    assert allowance.wait_s("ann") == 60
    now += HOUR_S
    assert allowance.wait_s("ann") == 0
