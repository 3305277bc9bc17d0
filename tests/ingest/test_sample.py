"""The sample is an honest excerpt, and the demo lets it live until now."""

import gzip
import json
from importlib.resources import files
from itertools import islice, pairwise, takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import sample
from ingest.decode import NO_CONTEXT, decode
from ingest.demo import HISTORY_S, plan_demo
from ingest.envelope import Message
from ingest.observation import Kind
from ingest.replay import SECOND
from tests.support.shared_data import shared_data

NOWS = st.integers(1_600_000_000, 4_000_000_000)
SERIES = sample.load_series()
ROWS = sample.load_rows()


def test_the_sample_is_a_fortnight_of_every_series_and_small():
    assert len(SERIES) == 37
    assert {row.series for row in ROWS} == set(range(37))
    assert ROWS[0].time_s >= sample.START_S
    assert ROWS[-1].time_s < sample.END_S
    folder = files("ingest").joinpath("samples/open_smart_home")
    assert sum(len(each.read_bytes()) for each in folder.iterdir()) < 300_000


def test_the_sample_names_its_licence_and_its_changes():
    folder = files("ingest").joinpath("samples/open_smart_home")
    assert "CC BY-SA 4.0" in folder.joinpath("LICENSE.md").read_text()
    readme = folder.joinpath("README.md").read_text()
    for word in ("CC BY-SA 4.0", "Fraunhofer", "Excerpt", "Merged", "Packed"):
        assert word in readme


def test_the_sample_equals_the_source():
    source = shared_data("open-smart-home")
    assert (
        files("ingest").joinpath("samples/open_smart_home/LICENSE.md").read_bytes()
        == (source / "LICENSE.md").read_bytes()
    )
    declared = {entry["topic"]: entry for entry in json.loads((source / "series.json").read_bytes())}
    expected = []
    for number, series in enumerate(SERIES):
        entry = declared[series.topic]
        assert [getattr(series, key) for key in ("room", "quantity", "position", "unit", "device_class", "kind")] == [
            entry[key] for key in ("room", "quantity", "position", "unit", "device_class", "kind")
        ]
        lines = gzip.decompress((source / entry["file"]).read_bytes()).decode().splitlines()
        rows = [sample.Row(int(time), number, value) for time, value in (line.split("\t") for line in lines)]
        window = [row for row in rows if sample.START_S <= row.time_s < sample.END_S]
        assert len(window) == series.rows
        expected += window
    assert list(ROWS) == sorted(expected, key=lambda row: row[:2])


@given(NOWS)
def test_the_shift_is_whole_weeks_and_leaves_a_week_of_recorded_life_before_now(now):
    shift = sample.shift_for(now)
    assert shift % sample.WEEK_S == 0
    assert sample.END_S - sample.WEEK_S < now - shift <= sample.END_S


@given(NOWS)
@settings(max_examples=5)
def test_the_home_goes_on_after_its_last_day_without_gap_or_repeat(now):
    shift = sample.shift_for(now)
    told = list(islice(sample.home(SERIES, ROWS, start_s=now, shift_s=shift), 60_000))
    assert all(now * SECOND <= before.due <= after.due for before, after in pairwise(told))
    first = sum(row.time_s + shift < now for row in ROWS)
    assert len(told) == 60_000
    round_two = told[len(ROWS) - first]
    assert round_two.due // SECOND % sample.WEEK_S == ROWS[0].time_s % sample.WEEK_S


@pytest.mark.parametrize("now_s", [1_764_000_000, 1_790_000_123])
def test_the_demo_tells_yesterday_in_a_minute_and_then_lives(now_s):
    now = now_s * SECOND + 123
    plan = plan_demo(now)
    assert 59 * SECOND < plan.catch_up.caught_up - now < 61 * SECOND
    assert [each.due for each in plan.past] == sorted(each.due for each in plan.past)
    assert plan.past[0].due == now
    assert plan.past[-1].due < plan.catch_up.caught_up <= (first := next(plan.life)).due
    next_day = list(takewhile(lambda each: each.due < now + 86_400 * SECOND, plan.life))
    assert len(next_day) > 4_000
    assert first.due <= next_day[0].due
    assert f"{plan.shift_s:,} s" in plan.story


def test_everything_that_the_demo_says_is_understood_and_dated_within_the_last_day():
    now = 1_790_000_123 * SECOND
    plan = plan_demo(now)
    configs = [each for each in plan.past if each.topic.startswith("homeassistant/")]
    assert len(configs) == len({each.topic for each in configs}) == 37 + 3 + 5
    assert all(each.retain for each in configs)
    described = {json.loads(each.payload)["state_topic"] for each in configs}
    spoken = set()
    for each in plan.past:
        decoded = decode(NO_CONTEXT, each.topic, Message(each.payload), each.due)
        assert decoded.understood
        assert decoded.note is None
        if not each.retain:
            spoken.add(each.topic)
            times = {observation.device_time for observation in decoded.observations}
            assert all(now - (HISTORY_S + 3_600) * SECOND < time <= each.due for time in times)
    assert len({topic.split("/")[2] for topic in spoken}) == 6 + 2 + 2
    assert spoken - described == set()


def test_a_row_keeps_its_spelling_in_the_payload():
    message = sample.as_publish("homes/osh/kitchen/temperature", 1_764_000_000, "20")
    assert message.payload == b'{"value": 20, "ts": 1764000000}'
    decoded = decode(NO_CONTEXT, message.topic, Message(message.payload), 1_764_000_001 * SECOND)
    assert decoded.device_time == 1_764_000_000 * SECOND
    assert [(each.field, each.kind, each.value) for each in decoded.observations] == [("value", Kind.number, 20.0)]
