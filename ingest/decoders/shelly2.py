"""Shelly, second generation and later: notifications (`events/rpc`), status topics, and answers.

`params.ts` is the device time; each event has its own. A `ts` from before the clock was set is none.
`minute_ts` is when a counter's minute ended, not when the message was made, and stays a value.
"""

import re
from functools import lru_cache

from ingest.decoders.base import COMMAND, Decoded, Decoder, Payload, join
from ingest.decoders.fields import Layout, lay_out, united
from ingest.device_time import device_time

NAME = "shelly2"
_STATUS = re.compile(r"(?:^|/)status/(?:[a-z0-9_]+:[0-9]+|sys|mqtt|wifi|cloud|ble|eth|ws|bthome)$")
_UNITS = {
    "tC": "°C",
    "tF": "°F",
    "voltage": "V",
    "current": "A",
    "apower": "W",
    "freq": "Hz",
    "act_power": "W",
    "aprt_power": "VA",
    "rh": "%",
    "lux": "lx",
    "battery.V": "V",
    "battery.percent": "%",
    "aenergy.total": "Wh",
    "ret_aenergy.total": "Wh",
    "total_act_energy": "Wh",
    "total_act_ret_energy": "Wh",
    "total_act": "Wh",
    "total_act_ret": "Wh",
    "by_minute.0": "mWh",
    "by_minute.1": "mWh",
    "by_minute.2": "mWh",
}
_PHASES = re.compile(r"^(?:[abcn]|total)_")


def topics(topic: str) -> bool:
    """`…/rpc`, `…/status/<component>`."""
    return topic.endswith("/rpc") or _STATUS.search(topic) is not None


def decode(payload: Payload) -> Decoded | None:
    """Fields are named by component: `switch:0.output` in a notification, `output` on the component's own topic."""
    document = payload.document
    if not isinstance(document, dict):
        return None
    if not payload.topic.endswith("/rpc"):
        return _laid(document, payload, "unixtime", None)
    params = document.get("params")
    if not isinstance(params, dict):
        body = {key: value for key, value in document.items() if key not in ("src", "dst")}
        return _laid(body, payload, "", COMMAND if "method" in document else None)
    events = params.get("events")
    if document.get("method") == "NotifyEvent" and isinstance(events, list):
        return _events(events, payload)
    if document.get("method") in ("NotifyStatus", "NotifyFullStatus"):
        return _laid(params, payload, "ts", None)
    return _laid(document, payload, "", COMMAND)


def _laid(body: dict[str, object], payload: Payload, clock: str, note: str | None) -> Decoded:
    instant = device_time(body.get(clock), payload.logged_time)
    observations, laid = lay_out(body, instant, without=clock if instant is not None else None, unit_of=_unit_of)
    return Decoded(NAME, DECODER.version, observations, instant, join(note, laid))


def _events(events: list[object], payload: Payload) -> Decoded:
    """Each event under its component, with its own time."""
    layout = Layout()
    for event in events:
        if isinstance(event, dict):
            instant = device_time(event.get("ts"), payload.logged_time)
            told = {
                key: value for key, value in event.items() if key != "component" and (key != "ts" or instant is None)
            }
            layout.add({str(event.get("component", "event")): told}, instant)
    times = {each.device_time for each in layout.observations}
    common = times.pop() if len(times) == 1 else None
    return Decoded(NAME, DECODER.version, united(tuple(layout.observations), _unit_of), common, layout.note())


@lru_cache(maxsize=4096)
def _unit_of(field: str) -> str | None:
    """By the last part of the path, without the phase (`a_voltage`), or by the last two (`aenergy.total`)."""
    *_, last = parts = field.split(".")
    return _UNITS.get(last) or _UNITS.get(_PHASES.sub("", last)) or _UNITS.get(".".join(parts[-2:]))


DECODER = Decoder(NAME, 2, decode, topics=topics, takes="objects on …/rpc and …/status/<component>")
