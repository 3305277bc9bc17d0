"""Cutting an export by the calendar."""

from hypothesis import given
from hypothesis import strategies as st

from hearthlog.export.months import Month, Window, moment, text_of


@given(st.integers(946_684_800, 4_000_000_000), st.integers(0, 999_999_999))
def test_months_cut_time_without_gap_or_overlap(seconds: int, nanoseconds: int):
    ns = seconds * 10**9 + nanoseconds
    month = Month.of(ns)
    assert month.start <= ns < month.next.start
    assert Month.parse(str(month)) == month
    assert moment(text_of(ns // 1000 * 1000), 0, "--start") == ns // 1000 * 1000
    window = Window(ns, None)
    assert window.within(month) == Window(ns, month.next.start)
    assert window.after(month) == Window(month.next.start, None)
    assert Window(None, ns).after(month) is None
