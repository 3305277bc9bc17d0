"""Home Assistant discovery: retained configs that say what other topics mean (`homeassistant/…/config`).

The config itself is laid out like any JSON. What it declares is kept as context, and `ingest.declared` applies it to
the messages of the topics it names, from the moment it was logged until it is replaced or deleted.
"""

import re
from collections.abc import Iterable, Iterator

from ingest.context import Fact
from ingest.declared import Declaration
from ingest.decoders.base import VALUE, Decoded, Decoder, Lessons, Payload, plain
from ingest.decoders.fields import lay_out
from ingest.strict_json import parse
from ingest.template import Template, read_template

NAME = "discovery"
_SHORT = {
    "avty": "availability",
    "avty_mode": "availability_mode",
    "avty_t": "availability_topic",
    "avty_tpl": "availability_template",
    "bri_stat_t": "brightness_state_topic",
    "bri_val_tpl": "brightness_value_template",
    "cmps": "components",
    "curr_hum_t": "current_humidity_topic",
    "curr_hum_tpl": "current_humidity_template",
    "curr_temp_t": "current_temperature_topic",
    "curr_temp_tpl": "current_temperature_template",
    "dev": "device",
    "dev_cla": "device_class",
    "fan_mode_stat_t": "fan_mode_state_topic",
    "fan_mode_stat_tpl": "fan_mode_state_template",
    "mode_stat_t": "mode_state_topic",
    "mode_stat_tpl": "mode_state_template",
    "p": "platform",
    "pct_stat_t": "percentage_state_topic",
    "pct_val_tpl": "percentage_value_template",
    "pl_avail": "payload_available",
    "pl_not_avail": "payload_not_available",
    "pl_off": "payload_off",
    "pl_on": "payload_on",
    "sa": "suggested_area",
    "stat_off": "state_off",
    "stat_on": "state_on",
    "stat_t": "state_topic",
    "stat_val_tpl": "state_value_template",
    "t": "topic",
    "temp_stat_t": "temperature_state_topic",
    "temp_stat_tpl": "temperature_state_template",
    "temp_unit": "temperature_unit",
    "unit_of_meas": "unit_of_measurement",
    "val_tpl": "value_template",
}
"""Abbreviations that matter here (MQTT Discovery, "Supported abbreviations")."""
_SWITCHES = ("binary_sensor", "switch", "light", "fan", "siren", "humidifier")
"""Components whose state is one of two payloads, ON and OFF unless the config says otherwise."""
_TEMPLATES = ("value_template", "state_value_template")
_MODES = ("all", "any", "latest")
_OTHER = re.compile(r"(current_\w+)_topic|(\w+)_state_topic")
"""Further states of one component; the name says which."""
_DEGREES = {"C": "°C", "F": "°F"}
Config = dict[str, object]


def topics(topic: str) -> bool:
    """`homeassistant/<component>/[<node>/]<object>/config`."""
    return topic.startswith("homeassistant/") and topic.endswith("/config") and topic.count("/") in (3, 4)


def decode(payload: Payload) -> Decoded | None:
    """The config by path; no part of it is a device time. What is no object is counted, not believed."""
    if not payload.data or payload.text is None or payload.too_deep:
        return None
    if not isinstance(payload.document, dict):
        found = plain(payload) or ()
        return Decoded(NAME, DECODER.version, found, None, "no discovery config: not an object", understood=False)
    observations, note = lay_out(payload.document)
    return Decoded(NAME, DECODER.version, observations, None, note)


def _learn(topic: str, payload: bytes) -> Iterable[Fact]:
    """One fact a config; an empty, damaged or meaningless one takes back what the topic said before."""
    document = parse(payload.decode(errors="replace")).document
    declared = _declarations(_long(document), topic.split("/")[1]) if isinstance(document, dict) else ()
    by_topic: dict[str, tuple[Declaration, ...]] = {}
    for name, each in declared:
        by_topic[name] = (*by_topic.get(name, ()), each)
    yield Fact(topic, by_topic or None, tuple(by_topic))


def _declarations(config: Config, component: str) -> Iterator[tuple[str, Declaration]]:
    """(topic, what is declared of it) for an entity, or for each of a device's components."""
    components = config.get("components")
    if component != "device" or not isinstance(components, dict):
        yield from _entity(config, component)
        return
    shared = {key: value for key, value in config.items() if key != "components"}
    for each in components.values():
        if isinstance(each, dict):
            own = _long(each)
            yield from _entity({**shared, **own}, str(own.get("platform")))


def _entity(config: Config, component: str) -> Iterator[tuple[str, Declaration]]:
    device = config.get("device")
    of_device = _long(device) if isinstance(device, dict) else {}
    about = Declaration(
        VALUE,
        name=_text(config.get("name")) or _text(of_device.get("name")),
        device=_text(of_device.get("name")),
        area=_text(of_device.get("suggested_area")),
        component=component,
    )
    available = tuple(_availability(config, about))
    mode = config.get("availability_mode")
    about = about._replace(available_mode=mode if mode in _MODES else "latest")
    topic, template = _text(config.get("state_topic")), _template(config, *_TEMPLATES)
    if topic and template:
        on, off = (_state(config, component, word) for word in ("on", "off"))
        yield (
            _full(topic, config),
            about._replace(
                field=template.field,
                number=template.number,
                unit=_text(config.get("unit_of_measurement")),
                device_class=_text(config.get("device_class")),
                on=on,
                off=off,
                available_at=tuple((where, each.field) for where, each in available),
            ),
        )
    yield from _others(config, about)
    yield from available


def _others(config: Config, about: Declaration) -> Iterator[tuple[str, Declaration]]:
    """What a component with several states says of each, such as a climate's `current_temperature_topic`."""
    for key, value in config.items():
        match, topic = _OTHER.fullmatch(key), _text(value)
        if match is None or topic is None:
            continue
        quantity = match[1] or match[2]
        template = _template(config, key.removesuffix("topic") + "template", f"{quantity}_value_template")
        if template is not None:
            name = " ".join([*([about.name] if about.name else []), quantity.replace("_", " ")])
            unit = _DEGREES.get(str(config.get("temperature_unit"))) if quantity.endswith("temperature") else None
            yield (
                _full(topic, config),
                about._replace(field=template.field, name=name, number=template.number, unit=unit),
            )


def _availability(config: Config, about: Declaration) -> Iterator[tuple[str, Declaration]]:
    listed = config.get("availability")
    entries = [_long(each) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    if "availability_topic" in config:
        entries.append(
            {**config, "topic": config["availability_topic"], "value_template": config.get("availability_template")}
        )
    for each in entries:
        topic, template = _text(each.get("topic")), _template(each, "value_template")
        if topic and template:
            on = _text(each.get("payload_available")) or "online"
            off = _text(each.get("payload_not_available")) or "offline"
            yield _full(topic, config), about._replace(field=template.field, on=on, off=off, availability=True)


def _state(config: Config, component: str, word: str) -> str | None:
    """The text that means `on` or `off`; None where a component has more states than two."""
    if component not in _SWITCHES:
        return None
    if component == "light" and config.get("schema") == "json":
        return word.upper()
    own = config.get(f"state_{word}") if component == "switch" else None
    return _text(own) or _text(config.get(f"payload_{word}")) or word.upper()


def _template(config: Config, *names: str) -> Template | None:
    """The template under the first of these names; the plain value where there is none; None if not understood."""
    text = next((config[name] for name in names if config.get(name) is not None), None)
    if text is None:
        return Template("state" if config.get("schema") == "json" else VALUE, number=False)
    return read_template(text) if isinstance(text, str) else None


def _full(topic: str, config: Config) -> str:
    """A topic with its base in place of `~` at one end."""
    base = config.get("~")
    if not isinstance(base, str):
        return topic
    if topic.startswith("~"):
        return base + topic[1:]
    return topic[:-1] + base if topic.endswith("~") else topic


def _long(config: Config) -> Config:
    return {_SHORT.get(key, key): value for key, value in config.items()}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


DECODER = Decoder(
    NAME,
    2,
    decode,
    topics=topics,
    takes="objects on homeassistant/…/config",
    lessons=Lessons(topics, _learn),
)
