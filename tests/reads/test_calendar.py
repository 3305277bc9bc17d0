"""Buckets begin where the clock on the wall says, also on the days when it is changed."""

import itertools
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.calendar import edges, parse_every, zone_of
from api.errors import TimeError
from tests.reads.story import S

HOUR = 3_600 * S
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo")


def wall(ns: int, zone: str) -> str:
    return datetime.fromtimestamp(ns / S, ZoneInfo(zone)).strftime("%m-%d %H:%M")


def cut(every: str, zone: str, start: str, end: str) -> tuple[list[str], list[float]]:
    """Beginnings on the wall, and lengths in hours."""
    first, last = (int(datetime.fromisoformat(text).timestamp()) * S for text in (start, end))
    found = edges(parse_every(every), zone_of(zone), first, last).tolist()
    lengths = [(two - one) / HOUR for one, two in itertools.pairwise(found)]
    return [wall(each, zone) for each in found[:-1]], lengths


@pytest.mark.parametrize(
    ("every", "zone", "start", "end", "lengths"),
    [
        ("1d", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", [24, 23, 24]),
        ("1d", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z", [24, 25, 24]),
        ("1d", "America/New_York", "2026-03-07T12:00:00-05:00", "2026-03-09T12:00:00-04:00", [24, 23, 24]),
        ("1d", "America/New_York", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00", [25]),
        ("1d", "Australia/Lord_Howe", "2026-04-05T00:00:00+11:00", "2026-04-06T00:00:00+10:30", [24.5]),
        ("1w", "Europe/Berlin", "2026-10-21T00:00:00Z", "2026-10-27T00:00:00Z", [169, 168]),
        ("1mo", "Europe/Berlin", "2026-03-15T00:00:00Z", "2026-03-16T00:00:00Z", [31 * 24 - 1]),
        ("12h", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", [11, 12]),
        ("1h", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", [1] * 25),
        ("15m", "America/New_York", "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00", [0.25] * 92),
        ("2h", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T02:00:00Z", [2, 1, 2]),
    ],
)
def test_lengths_follow_the_change_of_clocks(every, zone, start, end, lengths):
    assert cut(every, zone, start, end)[1] == lengths


def test_a_day_without_a_midnight_begins_where_the_clock_jumps():
    # In São Paulo the clock went from 23:59:59 to 01:00:00.
    begins, lengths = cut("1d", "America/Sao_Paulo", "2018-11-03T12:00:00-03:00", "2018-11-05T12:00:00-02:00")
    assert begins == ["11-03 00:00", "11-04 01:00", "11-05 00:00"]
    assert lengths == [24, 23, 24]


def test_a_day_that_has_two_midnights_begins_at_the_first():
    # In Havana the hour from midnight came twice.
    begins, lengths = cut("1d", "America/Havana", "2025-11-01T12:00:00-04:00", "2025-11-03T12:00:00-05:00")
    assert begins == ["11-01 00:00", "11-02 00:00", "11-03 00:00"]
    assert lengths == [24, 25, 24]


@given(
    st.sampled_from(["15m", "1h", "6h", "1d", "1w", "1mo", "3mo"]),
    st.sampled_from(ZONES),
    st.integers(-(10**9), 3 * 10**9),
    st.integers(1, 40 * 86_400),
)
def test_the_edges_are_the_least_that_hold_the_window_and_show_round_times(every, zone, start, length):
    first, last = start * S, (start + length) * S
    found = edges(parse_every(every), zone_of(zone), first, last).tolist()
    assert found == sorted(set(found))
    assert found[0] <= first < found[1]
    assert found[-2] < last <= found[-1]
    assert set(found) >= set(edges(parse_every(every), zone_of(zone), first + 1, last).tolist())


@pytest.mark.parametrize("text", ["", "7h", "0h", "1y", "5mo", "1.5h", "90000000s", "-1h", "13mo", "25h"])
def test_what_is_no_bucket_is_refused_with_what_would_do(text):
    with pytest.raises(TimeError, match=r"15m|divide|longer"):
        parse_every(text)


@pytest.mark.parametrize("name", ["", "Berlin", "../../etc/passwd", "Europe", "CEST+1"])
def test_what_is_no_zone_is_refused_with_what_would_do(name):
    with pytest.raises(TimeError, match="Europe/Berlin"):
        zone_of(name)
