"""Observations: the vocabulary in which every decoder answers."""

from enum import IntEnum
from typing import NamedTuple

VALUE = "value"
"""The field of a payload that is just a value."""
NO_VALUE = float("nan")
"""What `Observation.value` holds where the value is not a number."""


class Kind(IntEnum):
    """What a value is; the numbers are stored in read models and never change their meaning."""

    none = 0
    number = 1
    text = 2
    boolean = 3
    bytes = 4
    null = 5


class Observation(NamedTuple):
    """One value of one series: a topic (known to the caller) and a field."""

    field: str
    """Path inside the payload (`ENERGY.Power`); `value` for a payload that is just a value."""
    kind: Kind
    value: float
    """The number; 0 or 1 for a boolean; NaN for every other kind."""
    text: str | None
    """The text; the exact digits of an integer beyond 2**53 (kind text); None for other kinds."""
    device_time: int | None
    """What the payload claims, in ns since 1970 UTC; None where it claims nothing, never a guess."""
    unit: str | None
    """Only what the payload says or a discovery config declared, in its own words."""
