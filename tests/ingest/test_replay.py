"""A recorded home is published whole, in order, and at its own pace or a multiple of it."""

import gzip
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import RecordingError
from ingest.recordings import RECORDINGS, recording_in
from ingest.replay import SECOND, CatchUp, Publish, merged, paced
from tests.support.shared_data import shared_data

TIMES = st.lists(st.integers(0, 10**12), max_size=30)
COUNTS = {
    "open-smart-home": 285_954,
    "kasteren": 2_458 + 259 + 38_150 + 112,
    "occupancy-room": 123_360,
    "watch-basicmotions": 880,
    "owntracks-demo": 25,
    "lab-mqtt": 120,
    "fitbit-heart-rate": 8_418,
    "device-payloads": 354,
}


def stream(times, topic="t"):
    return [Publish(due, topic, str(number).encode()) for number, due in enumerate(times)]


@given(TIMES, st.sampled_from([0, 0.5, 1, 60, 1e6]))
def test_pacing_keeps_every_message_and_the_order(times, speed):
    recorded = stream(times)
    plan = list(paced(recorded, speed=speed))
    assert [each.payload for each in plan] == [each.payload for each in recorded]
    assert [each.due for each in plan] == sorted(each.due for each in plan)
    assert not plan or plan[0].due == 0
    assert speed or all(each.due == 0 for each in plan)


def test_pacing_divides_by_the_speed_and_sends_what_is_late_with_what_came_before_it():
    plan = paced(stream([100, 160, 130, 400]), speed=2)
    assert [each.due for each in plan] == [0, 30, 30, 150]


@given(TIMES.map(sorted), TIMES.map(sorted))
def test_merging_keeps_every_message_and_each_streams_order(left, right):
    both = list(merged(stream(left, "l"), stream(right, "r")))
    assert [each.due for each in both] == sorted(left + right)
    assert [each for each in both if each.topic == "l"] == stream(left, "l")
    assert [each for each in both if each.topic == "r"] == stream(right, "r")


@given(st.integers(1, 10**6), st.floats(1.5, 10**5), st.lists(st.integers(0, 10**7), min_size=2).map(sorted))
def test_catching_up_is_fast_then_on_time_and_never_out_of_order(past_s, speed, seconds):
    table = CatchUp(start=0, now=past_s * SECOND, speed=speed)
    sent = [table.send_at(second * SECOND) for second in seconds]
    assert sent == sorted(sent)
    for second, at in zip(seconds, sent, strict=True):
        assert at >= table.now
        assert (at == second * SECOND) == (second * SECOND >= table.caught_up) or at == table.caught_up
    assert abs(table.send_at(table.caught_up - 1) - table.caught_up) < SECOND


@pytest.mark.parametrize("name", COUNTS)
def test_a_recorded_set_has_the_count_that_its_readme_states(name):
    recording = recording_in(shared_data(name))
    assert recording.name == name
    messages = list(recording.read(shared_data(name)))
    assert len(messages) == COUNTS[name]
    assert all(each.topic and each.qos == 1 for each in messages)
    if name != "occupancy-room":  # its second file is a late upload
        assert all(before.due <= after.due for before, after in pairwise(messages))


def test_every_recorded_set_is_known():
    assert [recording.name for recording in RECORDINGS] == list(COUNTS)


def test_a_value_is_published_in_its_recorded_spelling():
    folder = shared_data("open-smart-home")
    rows = gzip.decompress((folder / "measurements/Kitchen_Temperature.csv.gz").read_bytes()).decode().splitlines()
    expected = [f'{{"value": {value}, "ts": {time}}}'.encode() for time, value in (row.split("\t") for row in rows)]
    messages = recording_in(folder).read(folder)
    assert [each.payload for each in messages if each.topic == "homes/osh/kitchen/temperature"] == expected


def test_an_interval_is_an_on_and_an_off_and_label_names_are_the_recorded_ones():
    folder = shared_data("kasteren")
    messages = list(recording_in(folder).read(folder))
    states = [each for each in messages if each.topic.endswith("/state")]
    assert sum(each.payload == b"ON" for each in states) == sum(each.payload == b"OFF" for each in states) == 20_304
    assert b'{"activity": "use-toilet", "start": 1203932237, "duration": 45}' in {each.payload for each in messages}


def test_a_folder_that_is_no_recording_is_refused_with_what_is_known(tmp_path):
    with pytest.raises(RecordingError, match="known here: open-smart-home, kasteren"):
        recording_in(tmp_path)
    with pytest.raises(RecordingError, match="is not a folder"):
        recording_in(tmp_path / "absent")


def test_a_damaged_file_is_a_recording_error(tmp_path):
    (tmp_path / "demo-iphone.rec").write_bytes(b"\xff")
    with pytest.raises(RecordingError, match="cannot be read"):
        list(recording_in(tmp_path).read(tmp_path))
