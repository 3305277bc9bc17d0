"""What a discovery config declares of a topic's values, and how it is applied to what a decoder found there.

Values stay as the device sent them: a unit is added, two words become true and false, a text that a template makes a
number becomes one. `round` and `default` change what is shown, not what was measured, so they change nothing here.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ingest.context import Context
from ingest.observation import Kind, Observation
from ingest.strict_json import parse

FAMILY = "discovery"
VERSION = 1
"""Part of the decoder set's id; goes up with every change of what is applied."""


class Declaration(NamedTuple):
    """What one entity says of one field."""

    field: str
    name: str | None = None
    device: str | None = None
    area: str | None = None
    component: str | None = None
    device_class: str | None = None
    unit: str | None = None
    number: bool = False
    on: str | None = None
    off: str | None = None
    availability: bool = False
    """The field says whether the entity's device can be reached."""
    available_at: tuple[tuple[str, str], ...] = ()
    """(topic, field) of what says whether this entity can be reached."""
    available_mode: str = "latest"
    """Of several of them: `latest` the newest counts, `all` or `any` have to say so."""


def declarations(context: Context, topic: str, logged_time: int) -> Iterator[Declaration]:
    """All that holds for a topic at `logged_time` (ns), in the order of the configs' names."""
    for scope in context.describing(topic):
        declared = context.newest(FAMILY, scope, logged_time)
        if isinstance(declared, dict):
            yield from declared.get(topic, ())


def by_fields(context: Context, topic: str, logged_time: int) -> dict[str, Declaration]:
    """What counts for each field of a topic: the first config that says something of it; values first."""
    found: dict[str, Declaration] = {}
    for each in declarations(context, topic, logged_time):
        known = found.get(each.field)
        if known is None or (known.availability and not each.availability):
            found[each.field] = each
    return found


def apply(
    observations: tuple[Observation, ...], context: Context, topic: str, logged_time: int
) -> tuple[Observation, ...]:
    """The observations with what is declared of them."""
    by_field = by_fields(context, topic, logged_time)
    if not by_field:
        return observations
    return tuple(
        each if (declared := by_field.get(each.field)) is None else _apply_one(each, declared) for each in observations
    )


def _apply_one(each: Observation, declared: Declaration) -> Observation:
    if declared.on is not None and each.text in (declared.on, declared.off):
        return each._replace(kind=Kind.boolean, value=float(each.text == declared.on), text=None)
    if declared.number and each.kind is Kind.text and each.text is not None:
        number = parse(each.text).document
        if type(number) in (int, float):
            each = each._replace(kind=Kind.number, value=float(number), text=None)  # type: ignore[arg-type]
    if declared.unit is not None and each.unit is None and each.kind is Kind.number:
        return each._replace(unit=declared.unit)
    return each
