"""One message as an event stream shows it, whether it came by the feed or out of the read model."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import orjson

from api.follow.interpret import Interpreted
from api.readmodel.catalogue import Catalogue
from api.readmodel.rows import Row
from api.readmodel.selection import matches_field
from api.readmodel.series import SeriesKey
from api.times import one_time
from api.web.payload import payload_fields
from api.web.render import value_of
from gdp.names import GdpName, printable
from ingest.observation import Kind, Observation

Payload = Literal["decoded", "raw", "both"]


class LiveRecord(NamedTuple):
    """A message of a topic. `payload` is None where it has to be read from the log server first."""

    topic: str
    log: GdpName
    recno: int
    logged: int
    device_time: int | None
    decoder: str
    observations: tuple[Observation, ...]
    payload: bytes | None


def from_feed(found: Interpreted) -> LiveRecord:
    """What the follower has just read."""
    return LiveRecord(
        found.topic,
        found.entry.name,
        found.recno,
        found.logged,
        found.decoded.device_time,
        found.decoder,
        found.observations,
        found.message.payload,
    )


def from_rows(rows: Sequence[Row], keys: Sequence[SeriesKey], catalogue: Catalogue) -> Iterator[LiveRecord]:
    """Messages out of their rows: all rows of each, in order of logged time, the message's own first."""
    first = 0
    for last in range(1, len(rows) + 1):
        if last == len(rows) or rows[last].logged != rows[first].logged:
            yield _from_message(rows[first:last], keys, catalogue)
            first = last


def event_data(record: LiveRecord, payload: Payload, style: str, fields: Sequence[str] = ()) -> dict[str, Any] | None:
    """The data of the event; None if fields are wanted and the message has none of them."""
    observations = [each for each in record.observations if not fields or _is_wanted(each.field, fields)]
    if fields and not observations and "" not in fields:
        return None
    data: dict[str, Any] = {
        "topic": record.topic,
        "log": printable(record.log),
        "recno": record.recno,
        "logged_time": one_time(record.logged, style),
        "device_time": _optional(record.device_time, style),
        "decoder": record.decoder,
    }
    if payload != "raw":
        data["observations"] = [observation_data(each, style) for each in observations]
    if payload != "decoded":
        assert record.payload is not None, "payloads were read before"
        data |= payload_fields(record.payload)
    return data


def observation_data(observation: Observation, style: str) -> dict[str, Any]:
    """One value as an event has it."""
    return {
        "field": observation.field,
        "kind": observation.kind.name,
        "value": value_of(observation.kind, observation.value, observation.text),
        "device_time": _optional(observation.device_time, style),
        "unit": observation.unit,
    }


def event(data: object, *, position: str | None = None, name: str | None = None) -> bytes:
    """One server-sent event (HTML Living Standard §9.2.6). JSON has no line breaks, so the data is one line."""
    head = (f"id: {position}\n" if position else "") + (f"event: {name}\n" if name else "")
    return head.encode() + b"data: " + orjson.dumps(data) + b"\n\n"


def _from_message(rows: Sequence[Row], keys: Sequence[SeriesKey], catalogue: Catalogue) -> LiveRecord:
    message, key = rows[0], keys[rows[0].series]
    entry = catalogue.by_id[key.log]
    assert message.ordinal == 0, "a message's own row comes first"
    assert entry.topic is not None, "only topics have rows"
    observations = tuple(
        Observation(keys[row.series].field, Kind(row.kind), row.value, row.text, row.device_time, keys[row.series].unit)
        for row in rows[1:]
    )
    return LiveRecord(
        entry.topic, entry.name, message.recno, message.logged, message.device_time, key.decoded_by, observations, None
    )


def _is_wanted(field: str, fields: Sequence[str]) -> bool:
    return any(matches_field(pattern, field) for pattern in fields)


def _optional(ns: int | None, style: str) -> str | None:
    return None if ns is None else one_time(ns, style)
