"""A device time is what the payload says, exactly, or it is absent."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decode import NO_CONTEXT, decode
from ingest.device_time import AHEAD_MAX, EARLIEST, device_time
from ingest.envelope import Message

NOW = 1_764_000_000_000_000_000
S = 1_000_000_000


@pytest.mark.parametrize(
    ("claim", "instant"),
    [
        (1_700_000_000, 1_700_000_000 * S),
        (1_700_000_000.0, 1_700_000_000 * S),
        (1_661_517_385.44, 1_661_517_385_440_000_000),
        (1_700_000_000_123, 1_700_000_000_123_000_000),
        ("1440363922", 1_440_363_922 * S),
        ("1440363922.5", 1_440_363_922_500_000_000),
        ("1440363922123", 1_440_363_922_123_000_000),
        ("2023-11-14T22:13:20Z", 1_700_000_000 * S),
        ("2023-11-14T23:13:20+01:00", 1_700_000_000 * S),
        ("2023-11-14 16:43:20-05:30", 1_700_000_000 * S),
        ("2023-11-14T22:13:20.123456789Z", 1_700_000_000_123_456_789),
        ("2016-12-31T23:59:60Z", 1_483_228_800 * S),
        ("2000-01-01T00:00:00Z", EARLIEST),
        (NOW // S + 86_400, NOW + AHEAD_MAX),
    ],
)
def test_a_time_with_a_zone_is_taken_exactly(claim, instant):
    assert device_time(claim, NOW) == instant


@pytest.mark.parametrize(
    "claim",
    [
        *(0, 1, 1.61, -5, 946_684_799, 4_102_444_800, NOW // S + 86_401, 10**18, float("inf"), float("nan")),
        *(True, None, [1_700_000_000], {"s": 1}, "", "now", "1", "1.61", "14:36", "4/1/2016 7:54:00 AM"),
        *("2023-10-29T02:30:00", "2023-11-14", "2019-01-10T22:16:04qq", "2023-13-01T00:00:00Z"),
        *("2023-11-14T22:13:20+99:00", "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z", "٢٠٢٣-11-14T22:13:20Z"),
    ],
)
def test_what_has_no_zone_or_is_absurd_is_no_time(claim):
    assert device_time(claim, NOW) is None


@given(
    st.datetimes(datetime(2000, 1, 2), datetime(2025, 1, 1)),  # noqa: DTZ001  # the zone is drawn apart
    st.integers(-23 * 60, 23 * 60),
)
def test_rfc_3339_means_what_the_standard_library_says(moment, minutes):
    zoned = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    elapsed = zoned - datetime(1970, 1, 1, tzinfo=UTC)
    assert device_time(zoned.isoformat(), NOW) == elapsed // timedelta(microseconds=1) * 1000


@given(st.integers(946_684_800 * 10**6, 1_764_000_000 * 10**6))
def test_a_fraction_of_a_second_comes_back_to_the_microsecond(microseconds):
    assert device_time(microseconds / 10**6, NOW) == microseconds * 1000


def said(payload):
    return decode(NO_CONTEXT, "home/x", Message(payload.encode()), NOW)


@pytest.mark.parametrize("name", ["ts", "tst", "timestamp", "time", "Time"])
def test_the_field_that_is_the_device_time_is_not_a_value_of_its_own(name):
    decoded = said(f'{{"t":21.5,"{name}":1700000000}}')
    assert decoded.device_time == 1_700_000_000 * S
    assert [(each.field, each.device_time) for each in decoded.observations] == [("t", 1_700_000_000 * S)]


def test_a_time_that_is_not_believed_stays_visible_as_a_value():
    decoded = said('{"t":21.5,"ts":1.61,"time":"2023-11-14T22:13:20Z","in":{"ts":1700000000}}')
    assert decoded.device_time == 1_700_000_000 * S
    assert [each.field for each in decoded.observations] == ["t", "ts", "in.ts"]
    assert said('{"t":21.5,"ts":1.61}').device_time is None


def test_a_number_alone_is_never_a_time():
    assert said("1700000000").device_time is None
