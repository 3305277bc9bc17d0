"""Each convention of devices is understood by its own decoder, and its traps give no wrong value and no wrong time."""

import cbor2
import pytest

from ingest.decode import DECODERS, NO_CONTEXT, explain
from ingest.decoders.base import COMMAND
from ingest.envelope import Message
from tests.ingest.said import NOW, told

T = 1_700_000_000
DEVICES = (
    '[{"friendly_name":"hall/climate","definition":{"exposes":[{"property":"temperature","unit":"°C"},'
    '{"type":"climate","features":[{"property":"setpoint","unit":"°C"}]},'
    '{"type":"composite","property":"power","features":[{"property":"now","unit":"W"}]},{"property":"action"}]}},'
    '{"friendly_name":"odd","definition":null},7]'
)


def test_zigbee2mqtt_gives_values_with_the_units_that_the_bridge_declares_and_the_time_of_last_seen():
    payload = '{"temperature":19.5,"setpoint":21,"power":{"now":3},"action":"","last_seen":"2023-11-14T22:13:20+00:00"}'
    answer = told("zigbee2mqtt/hall/climate", payload, [("zigbee2mqtt/bridge/devices", DEVICES)])
    assert answer.decoded.decoder == "zigbee2mqtt"
    assert answer.values() == {"temperature": 19.5, "setpoint": 21.0, "power.now": 3.0, "action": ""}
    assert answer.units() == {"temperature": "°C", "setpoint": "°C", "power.now": "W"}
    assert answer.device_time == T


@pytest.mark.parametrize("seen", ['"2023-11-14T22:13:20"', '"never"', "1.5", "null"])
def test_a_last_seen_that_is_no_instant_stays_a_value(seen):
    answer = told("zigbee2mqtt/x", f'{{"t":1,"last_seen":{seen}}}')
    assert answer.device_time is None
    assert "last_seen" in answer.values()


@pytest.mark.parametrize(
    ("topic", "payload", "field", "value"),
    [
        ("zigbee2mqtt/lamp/availability", "online", "value", True),
        ("zigbee2mqtt/lamp/availability", '{"state":"offline"}', "state", False),
        ("zigbee2mqtt-garage/bridge/state", "offline", "value", False),
        ("zigbee2mqtt/lamp", '{"state":"online"}', "state", "online"),
        ("tele/plug/LWT", "Online", "value", True),
        ("plug/LWT", "Offline", "value", False),
        ("shellies/plug/online", "true", "value", True),
        ("shellies/plug/relay/0", "on", "value", True),
        ("shellies/plug/roller/0", "open", "value", "open"),
        ("shellies/door/sensor/state", "close", "value", False),
        ("kitchen/status", "online", "value", True),
        ("kitchen/status", "busy", "value", "busy"),
        ("kitchen/binary_sensor/door/state", "ON", "value", True),
        ("kitchen/sensor/power/state", "NaN", "value", None),
        ("kitchen/text_sensor/code/state", "12", "value", "12"),
        ("kitchen/text_sensor/code/state", "nan", "value", "nan"),
    ],
)
def test_words_of_a_convention_are_true_and_false_where_it_defines_them(topic, payload, field, value):
    assert told(topic, payload).values() == {field: value}


@pytest.mark.parametrize(
    "topic",
    [
        "zigbee2mqtt/lamp/set",
        "zigbee2mqtt/lamp/set/brightness",
        "zigbee2mqtt/bridge/request/restart",
        "cmnd/plug/POWER",
        "plug/cmnd/Power1",
        "shellies/plug/relay/0/command",
        "kitchen/switch/pump/command",
        "homie/5/lamp/light/power/set",
    ],
)
def test_a_command_is_told_from_a_state(topic):
    assert told(topic, "ON").decoded.note == COMMAND
    assert told(topic, "ON").decoded.decoder not in ("boolean", "text")


def test_a_device_named_set_is_no_command():
    assert told("zigbee2mqtt/set", '{"state":"ON"}').decoded.note is None


@pytest.mark.parametrize(
    ("payload", "time", "noted"),
    [
        ('{"Time":"2023-11-14T23:13:20","A":1}', None, True),
        ('{"Time":"2023-11-14T23:13:20+01:00","A":1}', T, False),
        ('{"Time":"2023-11-14T23:13:20","Epoch":1700000000,"A":1}', T, False),
        ('{"StatusSNS":{"Time":"2023-11-14T22:13:20Z","A":1}}', T, False),
        ('{"DeepSleep":{"Time":"2023-11-14T23:13:20","Epoch":1700000000}}', None, False),
        ('{"Time":"1970-01-01T00:00:12+01:00","A":1}', None, True),
        ('{"Time":"2099-01-01T00:00:00Z","A":1}', None, True),
        ('{"A":1}', None, False),
    ],
)
def test_tasmota_has_a_device_time_only_where_a_zone_or_an_epoch_says_which(payload, time, noted):
    answer = told("tele/plug/SENSOR", payload)
    assert answer.device_time == time
    assert bool(answer.decoded.note) == noted


def test_tasmota_units_are_those_of_the_message_or_of_its_manual():
    payload = (
        '{"BME":{"Temperature":20,"Humidity":50,"Pressure":1000},"ENERGY":{"Power":5},"TempUnit":"F",'
        '"PressureUnit":"mmHg"}'
    )
    units = told("home/tele/SENSOR", payload).units()
    assert units == {"BME.Temperature": "°F", "BME.Humidity": "%", "BME.Pressure": "mmHg", "ENERGY.Power": "W"}
    assert told("tele/x/SENSOR", '{"BME":{"Temperature":20}}').units() == {}


def test_a_topic_that_only_resembles_tasmota_is_nobodys():
    assert told("tele/plug/sensor", '{"A":1}').decoded.decoder == "json"
    assert told("phone/SENSOR", '{"A":1}').decoded.decoder == "json"


def test_the_first_shelly_generation_has_units_of_its_manual_and_no_time_before_its_clock_is_set():
    assert told("shellies/x/emeter/0/total", "12.5").units() == {"value": "Wh"}
    assert told("shellies/x/relay/0/energy", "12").units() == {"value": "W·min"}
    assert told("shellies/x/temperature", "40").units() == {"value": "°C"}
    assert told("shellies/x/sensor/temperature", "40").units() == {}
    assert told("shellies/x/overtemperature", "0").units() == {}
    assert told("shellies/x/info", '{"unixtime":0,"a":1}').device_time is None
    assert told("shellies/x/info", f'{{"unixtime":{T},"a":1}}').device_time == T


def test_a_shelly_notification_is_named_by_component_and_dated_by_its_ts():
    payload = (
        '{"src":"s","dst":"d","method":"NotifyStatus","params":{"ts":%s,"switch:0":{"apower":5,"aenergy":{"total":7}}}}'
    )
    answer = told("s/events/rpc", payload % "1700000000.25")
    assert answer.values() == {"switch:0.apower": 5.0, "switch:0.aenergy.total": 7.0}
    assert answer.units() == {"switch:0.apower": "W", "switch:0.aenergy.total": "Wh"}
    assert answer.device_time == T + 0.25
    booting = told("s/events/rpc", payload % "2.5")
    assert (booting.device_time, booting.values()["ts"]) == (None, 2.5)


def test_each_shelly_event_has_its_own_time():
    payload = (
        '{"method":"NotifyEvent","params":{"ts":1700000009,"events":[{"component":"input:0","event":"a","ts":1700000000},'
        '{"component":"input:1","event":"b","ts":1700000001},{"component":"input:2","event":"c","ts":3.5}]}}'
    )
    answer = told("s/events/rpc", payload)
    assert answer.times() == {
        "input:0.event": T,
        "input:1.event": T + 1,
        "input:2.event": None,
        "input:2.ts": None,
    }
    assert answer.device_time is None


def test_a_counters_minute_is_not_the_time_of_a_shelly_status():
    answer = told("s/status/switch:0", f'{{"aenergy":{{"minute_ts":{T}}},"a_voltage":230}}')
    assert answer.device_time is None
    assert answer.units() == {"a_voltage": "V"}
    assert told("s/status/sys", f'{{"unixtime":{T},"uptime":5}}').device_time == T
    assert told("s/status/lamp", "{}").decoded.decoder == "json"


@pytest.mark.parametrize(
    ("kind", "time"),
    [("location", T), ("transition", T), ("beacon", T), ("waypoint", None), ("lwt", None), ("steps", None)],
)
def test_only_kinds_of_owntracks_whose_tst_is_the_measurement_have_a_device_time(kind, time):
    answer = told("owntracks/a/b", f'{{"_type":"{kind}","tst":{T},"lat":1.5}}')
    assert answer.device_time == time
    assert ("tst" in answer.values()) == (time is None)


def test_owntracks_says_minus_one_for_unknown_and_what_is_encrypted_is_counted():
    answer = told("owntracks/a/b", '{"_type":"location","vel":-1,"batt":-1,"alt":-1,"lon":-1,"acc":0,"tst":1}')
    found = answer.values()
    assert (found["vel"], found["batt"], found["alt"], found["lon"]) == (None, None, -1.0, -1.0)
    assert answer.device_time is None
    assert not told("owntracks/a/b", '{"_type":"encrypted","data":"?"}').decoded.understood
    assert not told("owntracks/a/b", "half a message").decoded.understood


def test_homie_values_have_the_type_and_unit_of_their_description():
    description = (
        '{"nodes":{"n":{"properties":{"t":{"datatype":"float","unit":"°C"},"s":{"datatype":"string"},'
        '"b":{"datatype":"boolean"},"c":{"datatype":"enum"}}}}}'
    )
    before = [("homie/5/dev/$description", description)]
    warm = told("homie/5/dev/n/t", "21.5", before)
    assert (warm.values(), warm.units()) == ({"value": 21.5}, {"value": "°C"})
    assert told("homie/5/dev/n/t/$target", "22", before).units() == {"value": "°C"}
    assert told("homie/5/dev/n/s", "21.5", before).values() == {"value": "21.5"}
    assert told("homie/5/dev/n/s", "\0", before).values() == {"value": ""}
    assert told("homie/5/dev/n/b", "true", before).values() == {"value": True}
    assert told("homie/5/dev/n/c", "ON", before).values() == {"value": "ON"}
    broken = told("homie/5/dev/n/b", "yes", before)
    assert (broken.values(), broken.decoded.note) == ({"value": "yes"}, "not the boolean that its description promises")
    gone = [*before, ("homie/5/dev/$description", "")]
    assert told("homie/5/dev/n/s", "21.5", gone).values() == {"value": 21.5}


def test_homie_3_and_4_describe_each_property_by_attributes():
    before = [("homie/dev/n/t/$datatype", "integer"), ("homie/dev/n/t/$unit", "%")]
    assert told("homie/dev/n/t", "5", before).units() == {"value": "%"}
    assert told("homie/dev/n/t", "5").units() == {}


def test_cbor_is_read_only_where_a_content_type_or_the_topic_declares_it():
    item = cbor2.dumps({"t": 21.5, "ts": T, "raw": b"\1", "big": 2**64, 5: [True, None], "nan": float("nan")})
    by_type = Message(item, content_type="application/cbor")
    for answer in (told("home/x", by_type), told("home/cbor/x", item)):
        assert answer.decoded.decoder == "cbor"
        assert answer.device_time == T
        assert answer.values() == {
            "t": 21.5,
            "raw": None,
            "big": str(2**64),
            "5.0": True,
            "5.1": None,
            "nan": None,
        }
    assert told("home/x", Message(b"\x44\1\2\3\4", content_type="text/plain")).decoded.decoder == "text"
    assert told("home/x", item).decoded.decoder == "bytes"
    assert told("home/mycbor/x", item).decoded.decoder == "bytes"


@pytest.mark.parametrize(
    "payload", [b"\x9f", b"\xa1", b"\x18", b"\x01\x01", b"\x81" * 90 + b"\x01", b"\xa2\x01\x01\x01\x02"]
)
def test_declared_cbor_that_is_none_is_kept_and_counted(payload):
    decoded = told("cbor/x", payload).decoded
    assert (decoded.decoder, decoded.understood) == ("cbor", False)


def test_a_senml_pack_has_names_units_and_times_of_its_own():
    payload = (
        '[{"bn":"dev:","bt":1700000000,"bu":"Cel","n":"t","v":20.5},{"n":"h","u":"%RH","v":40,"t":-60},'
        '{"n":"door","vb":true},{"n":"state","vs":"ok"}]'
    )
    answer = told("home/x", payload)
    assert answer.values() == {"dev:t": 20.5, "dev:h": 40.0, "dev:door": True, "dev:state": "ok"}
    assert answer.units()["dev:h"] == "%RH"
    assert answer.times()["dev:h"] == T - 60
    relative = told("home/x", '[{"n":"t","v":1,"t":-5},{"n":"t","v":2}]')
    assert set(relative.times().values()) == {None}
    assert told("home/x", '[{"n":"t","v":1,"colour":"red"}]').decoded.decoder == "json"


def test_every_decoder_says_why_it_took_a_message_or_did_not():
    asked = explain(NO_CONTEXT, "tele/plug/SENSOR", Message(b'{"A":1}'), NOW)
    assert [each.took for each in asked] == [False] * (len(asked) - 1) + [True]
    assert asked[-1].decoder.name == "tasmota"
    assert all(each.why for each in asked)
    last = explain(NO_CONTEXT, "x", Message(b"\xff"), NOW)
    assert [each.decoder.name for each in last] == [each.name for each in DECODERS]
