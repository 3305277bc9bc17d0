"""ESPHome: one value a topic, `<node>/<component>/<object>/state`, and the node's own `status`.

`nan` is how a sensor says that it has no value. A text sensor's value is a text, whatever it looks like.
"""

import re

from ingest.decoders.base import COMMAND, TEXT_CHARS_MAX, VALUE, Decoded, Decoder, Payload, plain, switched
from ingest.decoders.fields import lay_out
from ingest.observation import NO_VALUE, Kind, Observation

NAME = "esphome"
_STATE = re.compile(
    r"(?!homeassistant/).+/(?:(sensor|number)|(text_sensor|text|select|event)"
    r"|binary_sensor|switch|light|fan|cover|lock|climate|button|valve|alarm_control_panel|update|datetime)"
    r"/[^/]+/(?:state|command)"
)
_ONLINE = {"online": True, "offline": False}


def topics(topic: str) -> bool:
    """`…/<component>/<object>/state` and `command`, `…/status`, `esphome/discover/…`."""
    return topic.endswith("/status") or topic.startswith("esphome/discover/") or _STATE.fullmatch(topic) is not None


def decode(payload: Payload) -> Decoded | None:
    """A value as its component defines it."""
    text = payload.text or ""
    if payload.topic.endswith("/status"):
        state = switched(VALUE, text, _ONLINE)
        return None if state is None else Decoded(NAME, DECODER.version, (state,), None, None)
    note = COMMAND if payload.topic.endswith("/command") else None
    if isinstance(payload.document, dict):
        observations, laid = lay_out(payload.document)
        return Decoded(NAME, DECODER.version, observations, None, note or laid)
    match = _STATE.fullmatch(payload.topic)
    if match is None or not text:
        return None
    if match[1] and text.lower() == "nan":
        none = Observation(VALUE, Kind.null, NO_VALUE, None, None, None)
        return Decoded(NAME, DECODER.version, (none,), None, "the sensor has no value")
    if match[2] and len(text) <= TEXT_CHARS_MAX:
        told = Observation(VALUE, Kind.text, NO_VALUE, text, None, None)
        return Decoded(NAME, DECODER.version, (told,), None, note)
    found = plain(payload)
    return None if found is None else Decoded(NAME, DECODER.version, found, None, note)


DECODER = Decoder(
    NAME, 1, decode, topics=topics, takes="values of components (…/sensor/…/state), online and offline of …/status"
)
