"""Positions: logged times as text that names the store, for cursors, event ids and ETags (architecture, decision 6)."""

import re
from collections.abc import Mapping
from typing import NewType

from gdp.errors import PositionError
from gdp.names import printable

Position = NewType("Position", int)
"""A logged time in ns since 1970 of one store: everything at or before it has been seen."""

PREFIX_CHARACTERS = 8

_PART = re.compile(rf"([A-Za-z0-9_-]{{{PREFIX_CHARACTERS}}})\.([0-9]{{1,19}})", re.ASCII)
_NS_MAX = (1 << 63) - 1


def store_prefix(server: bytes) -> str:
    """Return the 8 characters by which positions name a store: the first ones of its server's printable name."""
    return printable(server)[:PREFIX_CHARACTERS]


def format_position(positions: Mapping[str, int]) -> str:
    """Return `<prefix>.<ns>`, comma-joined in order of prefix."""
    if len(positions) == 1:
        # What each answer says several times.
        ((prefix, ns),) = positions.items()
        return f"{prefix}.{ns}"
    return ",".join(f"{prefix}.{ns}" for prefix, ns in sorted(positions.items()))


def parse_position(text: str) -> dict[str, Position]:
    """Read what `format_position` wrote.

    Raises:
        PositionError: anything else; a store named twice; a time beyond 63 bits.
    """
    positions: dict[str, Position] = {}
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise PositionError(
                f"{part!r} is not a position: expected <8 characters of the store's name>.<nanoseconds>"
            )
        prefix, ns = match[1], int(match[2])
        if ns > _NS_MAX:
            raise PositionError(f"the time of position {part!r} is beyond 63 bits")
        if prefix in positions:
            raise PositionError(f"the position names store {prefix} twice")
        positions[prefix] = Position(ns)
    return positions
