"""Discovery configs: how the demo's devices introduce themselves, in Home Assistant's convention, retained."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.household import ACTIVITY_TOPIC, DOOR_TOPIC, MOTION_TOPICS, PREDICTED_TOPIC
from ingest.replay import Publish
from ingest.sample import Series
from ingest.simulator import HEART_RATE_TOPIC, PHONE_TOPIC, STEPS_TOPIC


class Sensor(NamedTuple):
    """What one config declares: where a value is found, and what it is."""

    device: str
    device_name: str
    area: str | None
    name: str
    topic: str
    field: str
    unit: str | None
    device_class: str | None
    binary: bool = False
    """Whether it says ON and OFF."""


_BODY_SENSORS = (
    Sensor("phone", "Phone", None, "battery", PHONE_TOPIC, "batt", "%", "battery"),
    Sensor("watch", "Watch", None, "heart rate", HEART_RATE_TOPIC, "bpm", "bpm", None),
    Sensor("watch", "Watch", None, "steps", STEPS_TOPIC, "steps", "steps", None),
)
_HOUSEHOLD_SENSORS = (
    Sensor("hall", "Hall", "Hall", "front door", DOOR_TOPIC, "state", None, "door", binary=True),
    *(
        Sensor(room, room.capitalize(), room.capitalize(), "motion", topic, "state", None, "motion", binary=True)
        for room, topic in MOTION_TOPICS.items()
    ),
    Sensor("anna", "Anna", None, "activity", ACTIVITY_TOPIC, "activity", None, None),
    Sensor("anna", "Anna", None, "activity predicted", PREDICTED_TOPIC, "activity", None, None),
)


def home_configs(series: Sequence[Series], due: int) -> Iterator[Publish]:
    """One config for each series of the sample home."""
    for each in series:
        device, room = each.topic.split("/")[2], re.sub(r"(?<=[a-z])(?=\d)", " ", each.room)
        name = f"{each.quantity} {each.position or ''}".replace("_", " ").strip()
        yield config(Sensor(device, room, room, name, each.topic, "value", each.unit, each.device_class), due)


def body_configs(due: int) -> Iterator[Publish]:
    """The configs of the simulated phone and watch."""
    return (config(sensor, due) for sensor in _BODY_SENSORS)


def household_configs(due: int) -> Iterator[Publish]:
    """The configs of what notices the simulated person, and of what is told of them."""
    return (config(sensor, due) for sensor in _HOUSEHOLD_SENSORS)


def config(sensor: Sensor, due: int) -> Publish:
    """One retained config message."""
    identity = f"osh_{sensor.device}_{sensor.name.replace(' ', '_')}"
    component = "binary_sensor" if sensor.binary else "sensor"
    device = {"identifiers": [f"osh_{sensor.device}"], "name": sensor.device_name}
    content: dict[str, object] = {
        "name": sensor.name.capitalize(),
        "unique_id": identity,
        "state_topic": sensor.topic,
        "value_template": f"{{{{ value_json.{sensor.field} }}}}",
        "device": device if sensor.area is None else {**device, "suggested_area": sensor.area},
    }
    if sensor.binary:
        content |= {"payload_on": "ON", "payload_off": "OFF"}
    elif sensor.unit is not None:
        content |= {"unit_of_measurement": sensor.unit, "state_class": "measurement"}
    if sensor.device_class is not None:
        content["device_class"] = sensor.device_class
    payload = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Publish(due, f"homeassistant/{component}/{identity}/config", payload, retain=True)
