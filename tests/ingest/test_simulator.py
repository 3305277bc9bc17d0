"""The simulated phone, watch and person are the same for everyone, and late as real ones are."""

import json
from itertools import pairwise, takewhile

import pytest

from ingest import simulator
from ingest.household import ACTIVITY_TOPIC, DOOR_TOPIC, PREDICTED_TOPIC, household
from ingest.replay import SECOND

DAY = 86_400 * SECOND
START = 20_400 * DAY
LABELLED = (ACTIVITY_TOPIC, PREDICTED_TOPIC)


def days(make, seed, start, count):
    return list(takewhile(lambda each: each.due < START + count * DAY, make(seed, start)))


@pytest.mark.parametrize("make", [simulator.phone, simulator.watch])
def test_equal_seeds_live_equal_lives_whenever_one_begins_to_look(make):
    whole = days(make, 7, START, 3)
    assert whole == days(make, 7, START, 3)
    later = START + 5 * DAY // 4
    assert days(make, 7, later, 3) == [each for each in whole if each.due >= later]
    assert whole != days(make, 8, START, 3)
    assert [each.due for each in whole] == sorted(each.due for each in whole)


def test_the_phone_goes_offline_and_uploads_its_points_late():
    points = [(each.due, json.loads(each.payload)) for each in days(simulator.phone, 7, START, 14)]
    waits = [due // SECOND - point["tst"] for due, point in points]
    assert min(waits) >= 0
    assert sum(wait > 120 for wait in waits) > 20
    assert sum(wait <= 3 for wait in waits) > 500
    late = [due for (due, _), wait in zip(points, waits, strict=True) if wait > 120]
    assert any(after - before < 5 * SECOND for before, after in pairwise(late))
    assert {point["_type"] for _, point in points} == {"location"}
    assert all(0 < point["batt"] <= 100 for _, point in points)


def test_the_watch_sends_what_it_kept_as_one_array_and_falls_silent_on_its_charger():
    messages = days(simulator.watch, 7, START, 7)
    beats = [json.loads(each.payload) for each in messages if each.topic.endswith("heart_rate")]
    batches = [each for each in beats if isinstance(each, list)]
    assert 1 <= len(batches) <= 7
    assert all(len(batch) > 80 for batch in batches)
    times = sorted(beat["ts"] for each in beats for beat in (each if isinstance(each, list) else [each]))
    assert len(times) == len(set(times))
    assert max(after - before for before, after in pairwise(times)) > 2_000
    assert all(35 < beat["bpm"] < 190 for each in beats for beat in (each if isinstance(each, list) else [each]))


def test_steps_only_grow_within_a_day():
    steps = [json.loads(each.payload) for each in days(simulator.watch, 7, START, 2) if each.topic.endswith("steps")]
    for before, after in pairwise(steps):
        assert after["steps"] >= before["steps"] or after["ts"] // 86_400 > before["ts"] // 86_400


def test_what_the_person_does_fills_the_day_and_a_model_is_mostly_right_about_it():
    told = days(household, 7, START, 3)
    assert told == days(household, 7, START, 3)
    assert [each.due for each in told] == sorted(each.due for each in told)
    said = {topic: [json.loads(each.payload) for each in told if each.topic == topic] for topic in LABELLED}
    labels, predictions = said.values()
    assert {each["activity"] for each in labels} >= {"sleeping", "bathroom", "cooking", "out"}
    assert all(before["activity"] != after["activity"] for before, after in pairwise(labels))
    known = [each for each in predictions if each["ts"] >= labels[0]["ts"]]
    right = sum(_label_at(labels, each["ts"]) == each["activity"] for each in known)
    assert 0.8 < right / len(known) < 1
    doors = [json.loads(each.payload)["state"] for each in told if each.topic == DOOR_TOPIC]
    assert doors == ["ON", "OFF"] * (len(doors) // 2)
    assert len(doors) >= 12


def _label_at(labels, moment):
    return next(each["activity"] for each in reversed(labels) if each["ts"] <= moment)
