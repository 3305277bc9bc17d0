"""Availability: whether a topic's device can be reached, where a discovery config says who tells so."""

from collections.abc import Iterable, Mapping

from api.readmodel.rows import Row
from ingest.declared import Declaration
from ingest.observation import Kind

WORDS = {True: "online", False: "offline"}
Told = Mapping[tuple[str, str], Row]
"""The newest row by topic and field."""


def availability_of(declared: Iterable[Declaration], told: Told) -> str | None:
    """`online` or `offline`, by the first config that names where that is told; None where nothing is known."""
    for each in declared:
        rows = [row for place in each.available_at if (row := told.get(place)) is not None]
        said = [row for row in rows if row.kind == Kind.boolean]
        if said and each.available_mode == "latest":
            return WORDS[max(said, key=lambda row: (row.logged, row.recno)).value == 1]
        if said:
            states = [row.value == 1 for row in said] + [False] * (len(each.available_at) - len(said))
            return WORDS[all(states) if each.available_mode == "all" else any(states)]
    return None
