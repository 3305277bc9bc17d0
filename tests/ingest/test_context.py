"""What configs declare holds from the moment they were logged; the order in which things are learned does not matter."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import declared, versions
from ingest.context import Fact
from ingest.decode import NO_CONTEXT, decode, learn, teaches
from ingest.envelope import Message
from ingest.template import read_template
from ingest.versions import CHUNK_MAX, Version
from tests.ingest.said import NOW, message_of, told

CONFIG = "homeassistant/sensor/x/config"


def config(**entries):
    return json.dumps({"name": "Warmth", "state_topic": "home/x", "unit_of_measurement": "°C", **entries})


def test_a_config_gives_unit_name_class_and_area_of_the_value_it_points_to():
    about = config(value_template="{{ value_json.t }}", device_class="temperature", dev={"name": "Box", "sa": "Hall"})
    answer = told("home/x", '{"t":21.5,"h":40}', [(CONFIG, about)])
    assert answer.values() == {"t": 21.5, "h": 40.0}
    assert answer.units() == {"t": "°C"}
    (found,) = declared.declarations(answer.context, "home/x", NOW + 1)
    assert (found.name, found.device, found.area, found.device_class) == ("Warmth", "Box", "Hall", "temperature")


def test_a_config_holds_from_its_logged_time_until_it_is_replaced_or_deleted():
    context = NO_CONTEXT
    for at, said in ((10, config()), (20, config(unit_of_measurement="°F")), (30, ""), (40, config()), (50, "damaged")):
        context = learn(context, CONFIG, message_of(said), NOW + at)

    def unit(at):
        return decode(context, "home/x", Message(b"21.5"), NOW + at).observations[0].unit

    assert [unit(at) for at in (9, 10, 19, 20, 30, 39, 40, 50, 99)] == [
        None, "°C", "°C", "°F", None, None, "°C", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("topic", "entries", "payload", "value"),
    [
        ("binary_sensor", {}, "ON", True),
        ("binary_sensor", {"payload_on": "open", "payload_off": "shut"}, "shut", False),
        ("binary_sensor", {"pl_on": "1", "pl_off": "0"}, "1", 1.0),
        (
            "binary_sensor",
            {"payload_on": "on", "payload_off": "off", "val_tpl": "{{ value_json['s'] }}"},
            '{"s":"on"}',
            True,
        ),
        ("switch", {"state_on": "yes", "state_off": "no"}, "no", False),
        ("cover", {}, "opening", "opening"),
        ("sensor", {"value_template": "{{ value | float }}"}, '"12.5"', 12.5),
        ("sensor", {"value_template": "{{ value_json.a[0] | int | round(1) }}"}, '{"a":["7"]}', 7.0),
        ("sensor", {"value_template": "{{ value_json.a | round(1) }}"}, '{"a":7.25}', 7.25),
        ("sensor", {"value_template": "{{ value_json.a | float }}"}, '{"a":"n/a"}', "n/a"),
    ],
)
def test_words_and_templates_of_a_config_say_what_a_value_is(topic, entries, payload, value):
    about = config(**entries, unit_of_measurement=None)
    (found,) = told("home/x", payload, [(f"homeassistant/{topic}/x/config", about)]).values().values()
    assert (found, type(found)) == (value, type(value))


def test_a_default_of_a_template_never_becomes_a_value():
    about = config(value_template="{{ value_json.t | default(0) }}")
    assert told("home/x", '{"h":1}', [(CONFIG, about)]).values() == {"h": 1.0}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{{ value }}", "value"),
        ("{{value_json.a.b}}", "a.b"),
        ("{{ value_json[\"a b\"]['c'][2] }}", "a b.c.2"),
        ("{{- value_json.a|float(0)|round(2) -}}", "a"),
        ("{{ value_json.a | default('', true) }}", "a"),
        ("{{ value_json.a / 10 }}", None),
        ("{{ value_json.a | multiply(2) }}", None),
        ("{{ value_json }}", None),
        ("{{ value.a }}", None),
        ("{% if value_json.a %}{{ value_json.a }}{% endif %}", None),
        ("{{ value_json.a }} °C", None),
        ("{{ value_json.a }}{{ value_json.b }}", None),
        ("{{ states('sensor.x') }}", None),
    ],
)
def test_a_template_is_understood_wholly_or_not_at_all(text, field):
    found = read_template(text)
    assert (found and found.field) == field


@given(st.text(alphabet="{}%| .[]'\"abvalue_json0float()", max_size=60))
def test_any_template_has_an_answer(text):
    assert read_template(text) is None or read_template(text).field


def test_availability_is_true_and_false_in_the_configs_words():
    about = config(avty=[{"t": "box/alive", "pl_avail": "up", "pl_not_avail": "down"}], availability_topic="box/lwt")
    before = [(CONFIG, about)]
    assert told("box/alive", "down", before).values() == {"value": False}
    assert told("box/lwt", "online", before).values() == {"value": True}
    assert told("box/lwt", "resting", before).values() == {"value": "resting"}


def test_short_keys_and_the_base_topic_mean_the_same_as_the_long_ones():
    about = '{"~":"home","stat_t":"~/x","unit_of_meas":"lx"}'
    assert told("home/x", "5", [(CONFIG, about)]).units() == {"value": "lx"}


def test_each_state_of_a_component_that_has_several_has_its_name():
    climate = json.dumps(
        {
            "name": "Heating",
            "mode_stat_t": "heat",
            "mode_stat_tpl": "{{ value_json.mode }}",
            "current_temperature_topic": "heat",
            "current_temperature_template": "{{ value_json.now }}",
            "temperature_state_topic": "heat/wanted",
            "temperature_unit": "C",
        }
    )
    before = [("homeassistant/climate/x/config", climate)]
    answer = told("heat", '{"mode":"off","now":19.5}', before)
    assert answer.units() == {"now": "°C"}
    found = {each.field: each.name for each in declared.declarations(answer.context, "heat", NOW + 1)}
    assert found == {"mode": "Heating mode", "now": "Heating current temperature"}
    assert told("heat/wanted", "21", before).units() == {"value": "°C"}


def test_a_value_says_where_it_is_told_whether_its_device_is_there():
    about = config(
        availability=[{"topic": "home/on"}, {"topic": "home/bridge", "value_template": "{{ value_json.state }}"}],
        availability_mode="all",
    )
    answer = told("home/x", "1", [(CONFIG, about)])
    (found,) = declared.declarations(answer.context, "home/x", NOW + 1)
    assert (found.available_at, found.available_mode) == ((("home/on", "value"), ("home/bridge", "state")), "all")


@given(st.lists(st.sampled_from("ab"), max_size=12), st.integers(0, 13))
def test_a_context_kept_whole_tells_what_was_declared_at_every_time(said, until):
    context = NO_CONTEXT
    for at, unit in enumerate(said, start=1):
        context = learn(context, CONFIG, message_of(config(unit_of_measurement=unit)), at)
    kept = context.since(until, whole=(declared.FAMILY,))
    for at in range(len(said) + 2):
        assert [*declared.declarations(kept, "home/x", at)] == [*declared.declarations(context, "home/x", at)]
    assert len([*kept.sources()]) <= len([*context.sources()])


def test_a_devices_config_declares_all_its_components():
    about = (
        '{"dev":{"name":"Box"},"state_topic":"home/x","cmps":{'
        '"a":{"p":"sensor","unit_of_measurement":"W","value_template":"{{ value_json.p }}"},'
        '"b":{"p":"binary_sensor","value_template":"{{ value_json.on }}","payload_on":"y","payload_off":"n"},"c":3}}'
    )
    answer = told("home/x", '{"p":5,"on":"y"}', [("homeassistant/device/box/config", about)])
    assert (answer.values(), answer.units()) == ({"p": 5.0, "on": True}, {"p": "W"})


@pytest.mark.parametrize("said", ["[]", "null", '{"state_topic":7,"device":[]}', '{"value_template":{}}', "\ud83c"])
def test_a_config_that_makes_no_sense_declares_nothing(said):
    payload = said.encode(errors="surrogatepass")
    assert told("home/x", "5", [(CONFIG, payload)]).units() == {}


def test_topics_that_teach_are_known_by_name():
    assert all(map(teaches, [CONFIG, "zigbee2mqtt/bridge/devices", "homie/5/d/$description", "spBv1.0/g/NBIRTH/n"]))
    assert not any(map(teaches, ["home/x", "zigbee2mqtt/lamp", "homie/5/d/n/p", "spBv1.0/g/NCMD/n", "homeassistant/x"]))


SAID = [
    (CONFIG, config()),
    (CONFIG, config(unit_of_measurement="K")),
    (CONFIG, ""),
    ("homeassistant/sensor/y/config", config(unit_of_measurement="F", value_template="{{ value_json.a }}")),
    ("homie/dev/n/t/$datatype", "string"),
    ("homie/dev/n/t/$datatype", "integer"),
]


@given(st.lists(st.sampled_from(SAID), max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_learning_changes_no_answer(said, chance):
    at = [(NOW + 10 * number, topic, message_of(payload)) for number, (topic, payload) in enumerate(said)]
    shuffled = chance.sample(at, len(at))
    one, other = NO_CONTEXT, NO_CONTEXT
    for logged, topic, message in at:
        one = learn(one, topic, message, logged)
    for logged, topic, message in [*shuffled, *shuffled[:3]]:
        other = learn(other, topic, message, logged)
    for moment in range(-5, 10 * len(at) + 10, 5):
        for topic, payload in (("home/x", b"5"), ("home/x", b'{"a":1}'), ("homie/dev/n/t", b"5")):
            answers = [repr(decode(context, topic, Message(payload), NOW + moment)) for context in (one, other)]
            assert answers[0] == answers[1]
    assert list(one.sources()) == list(other.sources())


@given(st.lists(st.sampled_from(SAID), max_size=12), st.integers(0, 12))
def test_forgetting_what_is_over_changes_no_later_answer_and_learning_the_sources_again_gives_the_same(said, cut):
    context = NO_CONTEXT
    for number, (topic, payload) in enumerate(said):
        context = learn(context, topic, message_of(payload), NOW + number)
    kept = context.since(NOW + cut)
    again = NO_CONTEXT
    for logged, topic, payload in kept.sources():
        again = learn(again, topic, Message(payload), logged)
    for moment in range(cut, 14):
        for topic in ("home/x", "homie/dev/n/t"):
            answers = {repr(decode(each, topic, Message(b"5"), NOW + moment)) for each in (context, kept, again)}
            assert len(answers) == 1


@given(st.lists(st.integers(0, 3 * CHUNK_MAX), min_size=1, max_size=60), st.integers(1, 3 * CHUNK_MAX))
def test_versions_answer_like_a_sorted_list_however_they_came(times, many):
    found, model = (), {}
    for time in [*range(0, many, 7), *times, *range(many, many + CHUNK_MAX // 2)]:
        found = versions.insert(found, Version(time, f"at {time}", "t", b""))
        model[time] = f"at {time}"
    ordered = [each.logged_time for chunk in found for each in chunk]
    assert ordered == sorted(model)
    assert all(0 < len(chunk) <= CHUNK_MAX for chunk in found)
    for time in (-1, 0, *times, many, 10**6):
        expected = [model[each] for each in ordered if each <= time][-1:]
        assert [versions.newest(found, time)] == (expected or [None])
        later = versions.since(found, time)
        assert [versions.newest(later, each) for each in range(time, time + 3)] == [
            versions.newest(found, each) for each in range(time, time + 3)
        ]


def test_a_fact_said_again_at_the_same_moment_changes_nothing():
    fact = Fact("s", 1, ("t",))
    once = NO_CONTEXT.with_fact("f", fact, ("t", b""), NOW)
    assert once.with_fact("f", fact, ("t", b""), NOW) == once
    assert NO_CONTEXT.newest("f", "s", NOW) is None
