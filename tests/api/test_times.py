"""Times are read in every form that is promised, and written so that they are read back exactly."""

import contextlib

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import TimeError
from api.times import FEW_TIMES, format_time, format_times, parse_time
from api.web.packed import packed_times

NOW = 1_764_000_000_000_000_000
NS = st.integers(-(10**18), 9 * 10**18)


@given(NS)
def test_what_is_written_is_read_back(ns):
    assert parse_time(format_time(ns), NOW) == ns
    assert format_times(np.array([ns]), "rfc3339") == [format_time(ns)]
    assert format_times(np.array([ns]), "ns") == [str(ns)]


@given(st.lists(NS, min_size=1, max_size=9), st.sampled_from([1, FEW_TIMES]))
def test_many_are_written_as_one_by_one(few, again):
    times = few * again
    assert format_times(np.array(times), "rfc3339") == [format_time(ns) for ns in times]
    for style in ("rfc3339", "ns"):
        written = orjson.loads(orjson.dumps(packed_times(np.array(times), style)))
        assert written == format_times(np.array(times), style)


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("now", NOW),
        ("-6h", NOW - 6 * 3600 * 10**9),
        ("+1d", NOW + 86_400 * 10**9),
        ("-250ms", NOW - 250_000_000),
        ("2025-11-24T16:00:00Z", NOW),
        ("2025-11-24T17:00:00.5+01:00", NOW + 500_000_000),
        # A plus that nobody escaped.
        ("2025-11-24T17:00:00 01:00", NOW),
        ("2025-11-24t10:30:00.000000001-05:30", NOW + 1),
    ],
)
def test_every_promised_form_is_read(text, ns):
    assert parse_time(text, NOW) == ns


@pytest.mark.parametrize(
    "text",
    ["", "today", "-6", "6h", "2025-11-24", "2025-11-24T16:00:00", "2025-02-30T00:00:00Z", "9999-01-01T00:00:00Z"],
)
def test_what_is_no_time_is_named(text):
    with pytest.raises(TimeError) as told:
        parse_time(text, NOW)
    assert repr(text) in str(told.value)


@given(st.text(max_size=40))
def test_garbage_is_a_time_or_is_refused(text):
    with contextlib.suppress(TimeError):
        assert isinstance(parse_time(text, NOW), int)
