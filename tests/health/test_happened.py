"""What `GET /v1/notable` tells of a night: what happened, when and where, and never more than somebody said."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from api.happened.batches import found_batches
from api.happened.labels import agreed
from api.happened.scene import Scene
from api.happened.spells import Spell, spells, stays
from api.happened.told import Kind, kind_of
from api.readmodel.gather import TooManyRows
from api.readmodel.latest import Series
from api.readmodel.selection import Wanted
from api.words.templates import HAPPENED
from ingest.declared import Declaration
from tests.api.models import Said, records_of
from tests.api.recorder import Recorder
from tests.api.served import Api
from tests.engine.states import reader_of

DOCS = Path(__file__).parents[2] / "docs"
NIGHT = {"start": "2025-11-24T21:00:00Z", "end": "2025-11-25T06:00:00Z", "tz": "Europe/Berlin"}
DOOR, MOTION, ACTIVITY = "homes/h1/hall/front_door", "homes/h1/bathroom/motion", "homes/h1/anna/activity"


def at(clock: str, day: int = 24) -> int:
    """By the clock in Berlin."""
    return int(datetime.fromisoformat(f"2025-11-{day}T{clock}:00+01:00").timestamp())


def switch(topic: str, ts: int, state: str) -> tuple[str, bytes]:
    return topic, json.dumps({"state": state, "ts": ts}).encode()


def label(ts: int, activity: str, topic: str = ACTIVITY) -> tuple[str, bytes]:
    return topic, json.dumps({"activity": activity, "confidence": 0.9, "ts": ts}).encode()


def degrees(room: str, ts: int, value: float) -> tuple[str, bytes]:
    return f"homes/h1/{room}/temperature", json.dumps({"value": value, "ts": ts}).encode()


CONFIG = {"state_topic": DOOR, "value_template": "{{ value_json.state }}", "payload_on": "ON", "payload_off": "OFF"}
CLASS = {"device_class": "door", "name": "Front door", "device": {"name": "Door", "suggested_area": "Hall"}}
SAID = [
    ("homeassistant/binary_sensor/door/config", json.dumps(CONFIG | CLASS).encode()),
    *(
        (f"homeassistant/sensor/{room}/config", json.dumps({"state_topic": f"homes/h1/{room}/temperature"} | unit).encode())
        for room in ("kitchen", "garden")
        for unit in ({"unit_of_measurement": "°C", "value_template": "{{ value_json.value }}"},)
    ),
    *(switch(DOOR, at("23:12") + second, state) for second, state in ((0, "ON"), (14, "OFF"))),
    *(switch(MOTION, at(clock, 25), state) for clock, state in (("03:38", "ON"), ("03:41", "OFF"), ("03:42", "ON"))),
    switch(MOTION, at("03:44", 25), "OFF"),
    *(label(at(clock), what) for clock, what in (("20:00", "resting"), ("22:50", "sleeping"))),
    *(label(at(clock, 25), what) for clock, what in (("03:38", "bathroom"), ("03:44", "sleeping"), ("06:40", "eating"))),
    label(at("22:00"), "resting", f"{ACTIVITY}/predicted"),
    label(at("23:20"), "sleeping", f"{ACTIVITY}/predicted"),
    *(degrees("kitchen", at(clock, 25), value) for clock, value in (("01:00", 19.5), ("05:00", 17.25), ("06:30", 21.0))),
    *(degrees("garden", at(clock, 25), value) for clock, value in (("02:00", 3.5), ("05:10", -1.25))),
]  # fmt: skip
"""Said through the night; all of it was logged later, by a store of today."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def night(tmp_path_factory):
    async with Recorder(tmp_path_factory.mktemp("night")) as recorder:
        last = await recorder.say(*SAID)
        async with Api(recorder.data, recorder.port) as api:
            await api.reached(last)
            yield api


@pytest.mark.asyncio(loop_scope="module")
async def test_a_night_is_told_with_times_and_places(night):
    answer = await night.json("/v1/notable", **NIGHT)
    told = {each["id"]: (each["since"][11:16], each["sentence"]) for each in answer["notable"]}
    assert told == {
        "event.opened_at_night": ("22:12", "Hall front door opened once, for 14 s."),
        "event.motion_at_night": ("02:38", "Bathroom: motion at night for 6 min."),
        "label.stayed": ("21:50", "Anna activity: sleeping for 7 h 50 min, with 1 break of 6 min, as labelled."),
        "label.then": ("05:40", "Anna activity: eating after sleeping, as labelled."),
        "value.lowest_outside": ("04:10", "Lowest temperature outside: \u22121.25\u202f°C."),
        "value.highest_inside": ("05:30", "Highest temperature inside: Kitchen, 21\u202f°C."),
        "value.lowest_inside": ("04:00", "Lowest temperature inside: Kitchen, 17.25\u202f°C."),
        "label.differs": ("21:00", "Anna activity: model and label differed for 56 min of 9 h."),
    }
    door = answer["notable"][0]
    assert (door["kind"], door["severity"], door["subject"]) == ("event", "info", DOOR)
    assert door["link"] == f"/history?filter={DOOR}&start=2025-11-24T21:57:00Z&end=2025-11-24T22:27:14Z"
    assert door["evidence"][0]["words"] == f"{DOOR} spoke"
    assert door["evidence"][0]["position"] is not None


@pytest.mark.asyncio(loop_scope="module")
async def test_night_is_where_the_home_is_and_a_filter_tells_of_less(night):
    elsewhere = await night.json("/v1/notable", **(NIGHT | {"tz": "Asia/Tokyo"}))
    assert "event.opened" in [each["id"] for each in elsewhere["notable"]]
    chosen = await night.json("/v1/notable", **NIGHT, filter="homes/h1/kitchen/#")
    assert {each["subject"] for each in chosen["notable"]} == {"homes/h1/kitchen/temperature"}
    assert (await night.get("/v1/notable", tz="Nowhere/Town")).status_code == 400
    assert (await night.json("/v1/notable", **NIGHT, standing=True))["notable"] == []


@pytest.mark.asyncio(loop_scope="module")
async def test_what_arrived_long_after_it_was_said_is_told_when_it_came(night):
    told = {each["id"]: each for each in (await night.json("/v1/notable", start="-1h"))["notable"]}
    assert told["batch.arrived_for_many"]["sentence"].startswith("6 topics caught up: ")


def test_late_values_are_not_looked_for_in_more_rows_than_may_be(tmp_path):
    model = reader_of(tmp_path, records_of([Said(0, b"1", 1), Said(0, b"2", 1), Said(1, b"3", 1)]), [2]).model
    view = model.view
    scene = Scene(view, 0, view.position + 1, True, [], ZoneInfo("UTC"), str)
    every = {series.topic: own for series, own in model.selector.select(Wanted(("a/#",))).groups if series.field}
    assert found_batches(scene, every, rows_max=3) == []
    with pytest.raises(TooManyRows, match="3 rows"):
        found_batches(scene, every, rows_max=2)


def test_a_state_stands_until_another_is_told_but_not_through_a_time_nobody_watched():
    told = [(0, "on"), (10, "on"), (20, "off"), (30, "on")]
    assert spells(told, 40) == [Spell(0, 20, "on", True), Spell(20, 30, "off", True), Spell(30, 40, "on", False)]
    cut = spells(told, 40, [(12, 15)])
    assert cut == [Spell(0, 12, "on", False), Spell(20, 30, "off", True), Spell(30, 40, "on", False)]


def test_whoever_is_back_soon_had_a_break():
    found = stays([Spell(0, 10, "bed", True), Spell(10, 12, "bath", True), Spell(12, 30, "bed", True)], break_max=5)
    assert [(each.start, each.end, each.breaks) for each in found] == [(0, 30, [(10, 12)]), (10, 12, [])]


def test_model_and_label_are_compared_only_where_both_said_something():
    label = [Spell(0, 10, "a", True), Spell(20, 30, "b", False)]
    model = [Spell(5, 22, "a", True), Spell(22, 40, "b", False)]
    assert agreed(label, model) == (15, 2)


@pytest.mark.parametrize(
    ("topic", "field", "unit", "device_class", "kind"),
    [
        ("homes/h1/hall/front_door", "value", None, None, Kind.opening),
        ("zigbee2mqtt/window_left", "contact", None, None, Kind.contact),
        ("zigbee2mqtt/window_left", "contact", None, "door", Kind.opening),
        ("homes/h1/hall/doorbell", "value", None, None, None),
        ("zigbee2mqtt/hall", "occupancy", None, None, Kind.motion),
        ("homes/h1/hall/temperature", "value", "°C", None, Kind.temperature),
        ("homes/h1/hall/outdoor_temperature", "value", "°C", "temperature", Kind.outside),
        ("homes/h1/hall/setpoint", "value", "°C", "temperature", None),
        ("zigbee2mqtt/hall", "device_temperature", "°C", None, None),
        ("homes/h1/office/co2", "value", "ppm", None, Kind.co2),
    ],
)
def test_series_are_known_by_what_devices_declare_or_by_their_names(topic, field, unit, device_class, kind):
    declared = None if device_class is None else Declaration(field, device_class=device_class)
    assert kind_of(Series(topic, field), unit, declared, "value") is kind


def test_everything_that_can_be_told_has_what_shows_it():
    for each in HAPPENED.values():
        assert each.now.endswith("."), each.id
        assert each.evidence.endswith("."), each.id
        assert each.id.startswith(each.kind) or each.kind == "prediction", each.id


def test_the_docs_name_everything_that_can_be_told():
    text = DOCS.joinpath("reads.md").read_text()
    assert [each for each in HAPPENED if f"`{each}`" not in text] == []
