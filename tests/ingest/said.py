"""Conversations for tests of decoders: messages one after the other, each decoded under what was said before."""

from typing import NamedTuple

from ingest.decode import NO_CONTEXT, Context, Decoded, decode, learn
from ingest.envelope import Message

NOW = 1_764_000_000_000_000_000
"""Logged time of the first message, in ns: 2025-11-24; each later one comes a nanosecond after."""


class Told(NamedTuple):
    """One message and its answer."""

    decoded: Decoded
    context: Context

    def values(self) -> dict:
        """{field: number, true or false, text, or None}."""
        return {each.field: value_of(each) for each in self.decoded.observations}

    def units(self) -> dict:
        return {each.field: each.unit for each in self.decoded.observations if each.unit is not None}

    def times(self) -> dict:
        """{field: device time in s}."""
        return {each.field: seconds(each.device_time) for each in self.decoded.observations}

    @property
    def device_time(self) -> float | None:
        """In s, of the message."""
        return seconds(self.decoded.device_time)


def seconds(ns):
    return None if ns is None else round(ns / 1e9, 6)


def value_of(observation):
    kind = observation.kind.name
    return {"boolean": bool(observation.value), "number": observation.value}.get(kind, observation.text)


def message_of(payload) -> Message:
    if isinstance(payload, Message):
        return payload
    return Message(payload if isinstance(payload, bytes) else payload.encode())


def told(topic, payload, before=()) -> Told:
    """The answer on a message after the messages `before`, as (topic, payload) pairs."""
    context = NO_CONTEXT
    for number, (at, said) in enumerate(before):
        context = learn(context, at, message_of(said), NOW + number)
    now = NOW + len(before)
    message = message_of(payload)
    return Told(decode(context, topic, message, now), learn(context, topic, message, now))
