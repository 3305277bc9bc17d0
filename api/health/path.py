"""The path in words: device, broker, sink, store, read model; of each its state, main number, and facts. Pure."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from api.health.facts import Fact, clock_facts
from api.health.vitals import Vitals
from api.words.quantities import NS_PER_MS, NS_PER_S, counted, duration, size
from api.words.say import say
from api.words.templates import FAULTS, Severity

STAGES = ("device", "broker", "sink", "store", "read_model")
STAGE_OF = {"store.behind": "read_model", "sink.unreachable": "sink"}
"""Where a fault is not of the stage that it is the cause of."""
STATES = {Severity.critical: "down", Severity.warning: "watch", Severity.info: "well"}


class Devices(NamedTuple):
    """How many topics speak, and how."""

    all: int
    speaking: int
    silent: int
    without_rhythm: int


def path_of(vitals: Vitals, devices: Devices, facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """One object a stage, in the order in which a message goes."""
    mute = any(each.id == "sink.unreachable" for each in facts)
    told = vitals.heartbeat is not None and not mute
    return [
        _stage("device", facts, _devices_well(devices), _devices(devices), mute=mute),
        _stage("broker", facts, "path.broker", _broker(vitals), mute=mute),
        _stage("sink", facts, "path.sink", _sink(vitals) if told else _NOTHING, mute=mute),
        _stage("store", facts, "path.store", _store(vitals) if told else _NOTHING, mute=mute),
        _stage("read_model", facts, "path.read_model", _read_model(vitals), mute=False),
    ]


def behind_of(vitals: Vitals) -> list[dict[str, Any]]:
    """How far behind each stage is, in seconds; null where that is not known."""
    spans = (
        ("sink", vitals.number("oldest_s")),
        ("files", vitals.number("unfiled_s")),
        ("read_model", vitals.lag_ns / NS_PER_S),
    )
    return [{"stage": name, "seconds": None if math.isnan(seconds) else seconds} for name, seconds in spans]


class _Shown(NamedTuple):
    main: dict[str, Any] | None
    facts: list[str]
    words: Mapping[str, object] = MappingProxyType({})


_NOTHING = _Shown(None, [])


def _stage(stage: str, facts: Sequence[Fact], well: str, shown: _Shown, *, mute: bool) -> dict[str, Any]:
    own = [each for each in facts if STAGE_OF.get(each.id, FAULTS[each.id].kind) == stage]
    worst = max((_weight(each) for each in own), default=Severity.info)
    if own:
        sentence = max(own, key=lambda each: each.severity).sentence
    else:
        sentence = say("path.unknown" if mute else well, facts=shown.words).sentence
    state = "unknown" if mute and not own else STATES[worst]
    return {"stage": stage, "state": state, "sentence": sentence, "main": shown.main, "facts": shown.facts}


def _weight(fact: Fact) -> Severity:
    """Nothing is down for what is over."""
    return fact.severity if fact.goes_on else min(fact.severity, Severity.warning)


def _devices_well(devices: Devices) -> str:
    if devices.all:
        return "path.device"
    return "path.device.free" if devices.without_rhythm else "path.device.none"


def _devices(devices: Devices) -> _Shown:
    rhythm = counted(devices.without_rhythm, "topic")
    facts = [say("fact.no_cadence", count=rhythm).sentence] if devices.without_rhythm else []
    words = {"speaking": f"{devices.speaking:,}", "all": f"{devices.all:,}", "count": rhythm}
    return _Shown(_number("speaking", devices.speaking, "topics"), facts, words)


def _broker(vitals: Vitals) -> _Shown:
    facts = []
    if vitals.saving:
        facts.append(say("fact.saving").sentence)
    elif vitals.saving is None:
        facts.append(say("fact.saving_due" if vitals.watched else "fact.saving_unknown").sentence)
    return _Shown(_number("delivered", vitals.number("received"), "messages"), facts)


def _sink(vitals: Vitals) -> _Shown:
    in_hand = vitals.number("in_flight") + vitals.number("waiting")
    oldest = vitals.span_ns("oldest_s", NS_PER_S)
    offset = vitals.clock_offset_ns
    agrees = abs(offset) < NS_PER_MS
    facts = [say("fact.clock_agrees" if agrees else "fact.clock", facts=clock_facts(offset)).sentence]
    if not math.isnan(in_hand + oldest):
        facts.insert(0, say("fact.backlog", count=counted(int(in_hand), "message"), oldest=duration(oldest)).sentence)
    return _Shown(_number("in hand", in_hand, "messages"), facts)


def _store(vitals: Vitals) -> _Shown:
    facts = []
    usual, most = vitals.span_ns("fsync_ms", NS_PER_MS), vitals.span_ns("fsync_ms_max", NS_PER_MS)
    if not math.isnan(usual + most):
        facts.append(say("fact.fsync", usual=duration(usual), most=duration(most)).sentence)
    unfiled, free, stored = (vitals.number(name) for name in ("unfiled_logs", "disk_free_bytes", "store_bytes"))
    if not math.isnan(unfiled):
        facts.append(say("fact.unfiled", count=counted(int(unfiled), "log")).sentence)
    if not math.isnan(free + stored):
        facts.append(say("fact.free", free=size(free), stored=size(stored)).sentence)
    return _Shown(_number("save time", vitals.number("fsync_ms"), "ms"), facts)


def _read_model(vitals: Vitals) -> _Shown:
    lag = duration(vitals.lag_ns)
    readers = counted(vitals.readers, "live reader")
    facts = [
        say("fact.feed", lag=lag).sentence,
        say("fact.readers", count=readers, rejected=counted(vitals.rejected, "request")).sentence,
        say("fact.undecoded", count=counted(vitals.undecoded, "message")).sentence,
    ]
    return _Shown(_number("behind", vitals.lag_ns / NS_PER_S, "s"), facts)


def _number(name: str, value: float, unit: str) -> dict[str, Any] | None:
    return None if math.isnan(value) else {"name": name, "value": value, "unit": unit}
