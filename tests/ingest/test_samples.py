"""A watch's samples each have their own time, however the watch writes its batch."""

import pytest

from tests.ingest.test_decode import NOW, said

T0 = NOW // 10**9 - 100


def rows(payload):
    """(field, value, time in ms since t0) in their order; None for no time."""
    return [
        (each.field, each.value, None if each.device_time is None else (each.device_time - T0 * 10**9) / 1e6)
        for each in said(payload).observations
    ]


def test_samples_that_are_evenly_apart_get_the_time_of_the_first_and_their_place():
    payload = f'{{"t0": {T0}, "dt": 0.1, "acc": [[1, 2], [3, 4], [5, 6]], "hr": [60, 61, 62], "battery": 80}}'
    assert said(payload).decoder == "samples"
    assert rows(payload) == [
        ("battery", 80.0, 0.0),
        *[("acc.0", 1.0, 0.0), ("acc.1", 2.0, 0.0), ("hr", 60.0, 0.0)],
        *[("acc.0", 3.0, 100.0), ("acc.1", 4.0, 100.0), ("hr", 61.0, 100.0)],
        *[("acc.0", 5.0, 200.0), ("acc.1", 6.0, 200.0), ("hr", 62.0, 200.0)],
    ]


def test_samples_that_say_their_own_times_get_these():
    payload = (
        f'{{"device": "w1", "ts": {T0}, "samples": [{{"time": {T0 + 1}, "bpm": 61}}, {{"time": {T0 + 3}, "bpm": 64}}]}}'
    )
    assert [(field, at) for field, _, at in rows(payload)] == [
        ("device", 0.0),
        ("samples.bpm", 1_000.0),
        ("samples.bpm", 3_000.0),
    ]
    without = rows(payload.replace(f'"ts": {T0}, ', ""))
    assert [at for _, _, at in without] == [None, 1_000.0, 3_000.0]


@pytest.mark.parametrize(
    "payload",
    [
        f'{{"t0": {T0}, "dt": 0.1, "acc": [1, 2], "hr": [1]}}',
        f'{{"t0": {T0}, "dt": 0, "acc": [1, 2]}}',
        f'{{"t0": {T0}, "dt": true, "acc": [1, 2]}}',
        f'{{"t0": {T0}, "dt": 1, "acc": 2}}',
        f'{{"t0": {T0}, "dt": 1, "acc": []}}',
        f'{{"t0": {T0}, "dt": 86400, "acc": [1, 2, 3, 4]}}',
        '{"t0": 12, "dt": 1, "acc": [1, 2]}',
        f'{{"samples": [{{"time": {T0}, "bpm": 61}}, {{"bpm": 64}}]}}',
        '{"samples": []}',
    ],
)
def test_what_does_not_say_the_time_of_each_is_laid_out_like_any_object(payload):
    assert said(payload).decoder == "json"
    assert all(each.device_time is None for each in said(payload).observations)
