"""Shelly, first generation: one value a topic below `shellies/`, with the units that its manual defines.

`sensor/temperature` has no unit: a setting of the device decides between °C and °F, and the message does not say.
"""

import re

from ingest.decoders.base import COMMAND, VALUE, Decoded, Decoder, Payload, join, plain, switched
from ingest.decoders.fields import lay_out, united
from ingest.device_time import device_time
from ingest.observation import Observation

NAME = "shelly1"
CLOCK = "unixtime"
_SWITCH = re.compile(r"(?:relay|light|color|white)/[0-9]+$")
_UNITS = (
    (re.compile(r"(?:relay|light|emeter|roller|color|white)/(?:[0-9]+/)?power$"), "W"),
    (re.compile(r"(?:relay|light|roller|color|white)/(?:[0-9]+/)?energy$"), "W·min"),
    (re.compile(r"emeter/[0-9]+/(?:total|total_returned)$"), "Wh"),
    (re.compile(r"emeter/[0-9]+/reactive_power$"), "var"),
    (re.compile(r"(?:emeter/[0-9]+/)?voltage$"), "V"),
    (re.compile(r"emeter/[0-9]+/current$"), "A"),
    (re.compile(r"sensor/(?:humidity|battery)$|ext_humidity/[0-9]+$"), "%"),
    (re.compile(r"sensor/lux$"), "lx"),
    (re.compile(r"(?:^|/)temperature_f$"), "°F"),
    (re.compile(r"(?:^|/)(?<!sensor/)temperature$|ext_temperature/[0-9]+$"), "°C"),
)
_ON = {"on": True, "off": False}
_OPEN = {"open": True, "close": False}


def topics(topic: str) -> bool:
    """Below `shellies/`."""
    return topic.startswith("shellies/")


def decode(payload: Payload) -> Decoded | None:
    """`on`/`off` of a relay or light, `open`/`close` of a contact as true and false; numbers with units; objects."""
    path = payload.topic.partition("/")[2]
    note = COMMAND if path.endswith(("/command", "/set")) else None
    document = payload.document
    if isinstance(document, dict):
        instant = device_time(document.get(CLOCK), payload.logged_time)
        observations, laid = lay_out(document, instant, without=CLOCK if instant is not None else None)
        return Decoded(NAME, DECODER.version, observations, instant, join(note, laid))
    found = _state(path, payload.text or "") or plain(payload)
    if found is None:
        return None
    return Decoded(NAME, DECODER.version, united(found, lambda _: _unit(path)), None, note)


def _state(path: str, text: str) -> tuple[Observation, ...] | None:
    words = _ON if _SWITCH.search(path) else _OPEN if path.endswith("/sensor/state") else {}
    state = switched(VALUE, text, words)
    return None if state is None else (state,)


def _unit(path: str) -> str | None:
    return next((unit for pattern, unit in _UNITS if pattern.search(path)), None)


DECODER = Decoder(NAME, 1, decode, topics=topics, takes="objects and plain values below shellies/")
