"""Tasmota: telemetry, states and answers (`tele/…/SENSOR`, `stat/…/RESULT`), whatever order the levels were given.

`Time` is mostly local and without a zone, hence no device time; with an offset it is one, and so is `Epoch` beside it.
Units are those that Tasmota defines, and those of `TempUnit` and `PressureUnit` in the same message.
"""

import re

from ingest.decoders.base import COMMAND, VALUE, Decoded, Decoder, Payload, join, plain, switched
from ingest.decoders.fields import UnitOf, lay_out
from ingest.device_time import device_time

NAME = "tasmota"
_LAST = re.compile(r"[A-Z][A-Z0-9_]*")
_ONLINE = {"Online": True, "Offline": False}
_TEMPERATURES = {"C": "°C", "F": "°F"}
_FIXED = {
    "ENERGY.Power": "W",
    "ENERGY.ApparentPower": "VA",
    "ENERGY.ReactivePower": "var",
    "ENERGY.Voltage": "V",
    "ENERGY.Current": "A",
    "ENERGY.Frequency": "Hz",
    "ENERGY.Total": "kWh",
    "ENERGY.Today": "kWh",
    "ENERGY.Yesterday": "kWh",
    "Wifi.Signal": "dBm",
}
_ANYWHERE = {"Humidity": "%", "Illuminance": "lx"}


def topics(topic: str) -> bool:
    """A level `tele`, `stat` or `cmnd` and a last level in capitals; any `LWT`; Tasmota's own discovery."""
    levels = topic.split("/")
    if levels[-1] == "LWT" or levels[0] == "cmnd" or topic.startswith("tasmota/discovery/"):
        return len(levels) > 1
    prefixed = not {"tele", "stat", "cmnd"}.isdisjoint(levels[:-1])
    return prefixed and (_LAST.fullmatch(levels[-1]) is not None or "cmnd" in levels[:-1])


def decode(payload: Payload) -> Decoded | None:
    """Objects by path, with their time; `Online` and `Offline` of the last will as true and false."""
    note = COMMAND if "cmnd" in payload.topic.split("/")[:-1] else None
    if not isinstance(payload.document, dict):
        found = plain(payload)
        state = switched(VALUE, payload.text or "", _ONLINE) if payload.topic.endswith("/LWT") else None
        if found is None:
            return None
        return Decoded(NAME, DECODER.version, found if state is None else (state,), None, note)
    if payload.topic.startswith("tasmota/discovery/"):
        observations, laid = lay_out(payload.document)
        return Decoded(NAME, DECODER.version, observations, None, join("describes a device, measures nothing", laid))
    body, name, instant, zone = _time(payload.document, payload.logged_time)
    observations, laid = lay_out(
        payload.document, instant, without=name if body is payload.document else None, unit_of=_unit_of(body)
    )
    return Decoded(NAME, DECODER.version, observations, instant, join(note, zone, laid))


def _time(
    document: dict[str, object], logged_time: int
) -> tuple[dict[str, object], str | None, int | None, str | None]:
    """The object with the time (the document, or the one in a `STATUS…` answer), its key, the time, and a note."""
    body = document
    if len(document) == 1:
        (key, inner), *_ = document.items()
        if key.startswith("Status") and isinstance(inner, dict):
            body = inner
    for name in ("Time", "Epoch"):
        instant = device_time(body[name], logged_time) if name in body else None
        if instant is not None:
            return body, name, instant, None
    return body, None, None, "Time tells no zone, or no time: not taken" if "Time" in body else None


def _unit_of(body: dict[str, object]) -> UnitOf:
    temperature = _TEMPERATURES.get(str(body.get("TempUnit")))
    pressure = body.get("PressureUnit")

    def unit_of(field: str) -> str | None:
        last = field.rpartition(".")[2]
        if last in ("Temperature", "DewPoint"):
            return temperature
        if last in ("Pressure", "SeaPressure"):
            return pressure if isinstance(pressure, str) else None
        if last in _ANYWHERE:
            return _ANYWHERE[last]
        return _FIXED.get(field.removeprefix("StatusSNS."))

    return unit_of


DECODER = Decoder(NAME, 1, decode, topics=topics, takes="objects and plain values below tele, stat and cmnd, and LWT")
