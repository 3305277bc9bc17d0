"""Sparkplug B: births name the metrics, data may then say only an alias; `spBv1.0/<group>/<type>/<node>[/<device>]`.

A metric's own time counts, else the payload's. The sequence number of a node's messages rises by one, from 255 to 0; a
jump is noted: messages are missing before this one, or a reader came late.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ingest.context import Fact
from ingest.decoders import raw
from ingest.decoders.base import COMMAND, Decoded, Decoder, Lessons, Payload, join, observe
from ingest.decoders.fields import FIELD_CHARS_MAX, OBSERVATIONS_MAX
from ingest.device_time import device_time
from ingest.observation import Observation
from ingest.protobuf import WireError
from ingest.sparkplug import Metric, Opaque, SparkplugPayload, read, typed

NAME = "sparkplug"
SESSION = "bdSeq"
_COUNTED = ("NDATA", "DDATA", "DBIRTH", "DDEATH")
"""Types whose sequence number follows that of the node's last message; a node's birth begins anew."""


class Place(NamedTuple):
    """Who speaks, and what kind of message it is."""

    kind: str
    node: str
    source: str
    """The node or device whose birth names the metrics."""


class Birth(NamedTuple):
    """What a birth declares."""

    session: object
    by_alias: Mapping[int, Metric]
    by_name: Mapping[str, Metric]


def topics(topic: str) -> bool:
    """`spBv1.0/<group>/<N… or D…>/<node>[/<device>]`."""
    return _place(topic) is not None


def decode(payload: Payload) -> Decoded | None:
    """A field for each metric, by its name; for an alias that no birth explained, `alias.<number>`."""
    place = _place(payload.topic)
    assert place is not None, "asked for its own topics only"  # noqa: S101  # the registry's promise
    try:
        said = read(payload.data)
    except WireError as fault:
        note = f"no Sparkplug payload ({fault}): kept, not decoded"
        return raw.keep(payload)._replace(decoder=NAME, version=DECODER.version, note=note)
    instant = _instant(said.timestamp, payload.logged_time)
    known = payload.context.newest(NAME, place.source, payload.logged_time)
    birth = _birth(said) if place.kind.endswith("BIRTH") else known if isinstance(known, Birth) else None
    found, unnamed, left_out = _observations(said, birth, instant, payload.logged_time)
    notes = [
        COMMAND if place.kind.endswith("CMD") else None,
        _sequence(place, said, payload),
        _session(place, said, birth),
        "aliases that no birth explained" if unnamed else None,
        f"{left_out} metrics left out: data sets, templates, or too many" if left_out else None,
    ]
    return Decoded(NAME, DECODER.version, found, instant, join(*notes), understood=not unnamed)


def _place(topic: str) -> Place | None:
    levels = topic.split("/")
    if len(levels) not in (4, 5) or levels[0] != "spBv1.0":
        return None
    kind, device = levels[2], len(levels) == 5
    if kind not in (("DBIRTH", "DDATA", "DDEATH", "DCMD") if device else ("NBIRTH", "NDATA", "NDEATH", "NCMD")):
        return None
    node = f"{levels[1]}/{levels[3]}"
    return Place(kind, node, f"{node}/{levels[4]}" if device else node)


def _observations(
    said: SparkplugPayload, birth: Birth | None, instant: int | None, logged_time: int
) -> tuple[tuple[Observation, ...], bool, int]:
    """The observations, whether an alias had no name, and how many metrics have no observation."""
    found: list[Observation] = []
    unnamed, left_out = False, 0
    for metric in said.metrics:
        declared = _declared(metric, birth)
        name = metric.name or (declared.name if declared else None)
        if name is None:
            unnamed, name = True, f"alias.{metric.alias}"
        kind = metric.datatype if metric.datatype is not None else declared.datatype if declared else None
        if isinstance(metric.value, Opaque) or len(found) == OBSERVATIONS_MAX or len(name) > FIELD_CHARS_MAX:
            left_out += 1
            continue
        own = _instant(metric.timestamp, logged_time)
        observation = observe(name, typed(metric.value, kind), own if own is not None else instant)
        found.append(observation._replace(unit=metric.unit or (declared.unit if declared else None)))
    return tuple(found), unnamed, left_out


def _declared(metric: Metric, birth: Birth | None) -> Metric | None:
    if birth is None:
        return None
    if metric.name:
        return birth.by_name.get(metric.name)
    return None if metric.alias is None else birth.by_alias.get(metric.alias)


def _sequence(place: Place, said: SparkplugPayload, payload: Payload) -> str | None:
    """The note on a jump of the node's sequence number."""
    if place.kind not in _COUNTED or said.seq is None:
        return None
    last = payload.context.newest(NAME, _sequence_scope(place), payload.logged_time - 1)
    if not isinstance(last, int):
        return "no message of this node before it"
    expected = (last + 1) % 256
    return None if said.seq == expected else f"sequence number {said.seq} after {last}: messages are missing"


def _session(place: Place, said: SparkplugPayload, birth: Birth | None) -> str | None:
    """The note on a death: of the present session, or of an older one that a birth has replaced already."""
    if place.kind != "NDEATH" or birth is None:
        return None
    session = next((each.value for each in said.metrics if each.name == SESSION), None)
    return None if session == birth.session else f"{SESSION} {session} is not that of the last birth: an older session"


def _learn(topic: str, payload: bytes) -> Iterable[Fact]:
    place = _place(topic)
    if place is None:
        return
    try:
        said = read(payload)
    except WireError:
        return
    if place.kind.endswith("BIRTH"):
        yield Fact(place.source, _birth(said))
    if said.seq is not None and (place.kind in _COUNTED or place.kind == "NBIRTH"):
        yield Fact(_sequence_scope(place), said.seq)


def _teaches(topic: str) -> bool:
    place = _place(topic)
    return place is not None and not place.kind.endswith(("CMD", "NDEATH"))


def _sequence_scope(place: Place) -> str:
    return f"sequence of {place.node}"


def _birth(said: SparkplugPayload) -> Birth:
    session = next((each.value for each in said.metrics if each.name == SESSION), None)
    bare = [each._replace(value=None, timestamp=None) for each in said.metrics if each.name]
    by_alias = {each.alias: each for each in bare if each.alias is not None}
    return Birth(session, by_alias, {each.name: each for each in bare if each.name})


def _instant(milliseconds: int | None, logged_time: int) -> int | None:
    """A time in ms, which is what Sparkplug counts in; device_time's range of seconds is no time of it."""
    return None if milliseconds is None or milliseconds < 10**11 else device_time(milliseconds, logged_time)


DECODER = Decoder(
    NAME,
    1,
    decode,
    topics=topics,
    takes="births, data, commands and deaths below spBv1.0/",
    lessons=Lessons(_teaches, _learn),
)
