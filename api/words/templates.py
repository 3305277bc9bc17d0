"""The table of sentences: what can be said of the home's own state, with which weight, and what to do about it.

The table itself is data, beside this file: faults.toml (what needs somebody), happened.toml (what else a person would
want told) and sentences.toml (the rest).
"""

import tomllib
from enum import IntEnum
from importlib import resources
from typing import Any, NamedTuple


class Severity(IntEnum):
    """How much it matters; a greater one comes first."""

    info = 0
    """Good to know."""
    warning = 1
    """Something is missing, or will be if nobody acts."""
    critical = 2
    """Messages are not kept now, or will not be soon."""


class Template(NamedTuple):
    """One thing that can be said."""

    id: str
    kind: str
    """The part of the path that it is about; of a silence: whose it is."""
    severity: Severity
    now: str
    past: str
    """Said when it is over; empty where that makes no difference."""
    evidence: str
    """What is shown for it."""
    remedy: str


def _load(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(resources.files("api.words").joinpath(name).read_text("utf-8"))


def _templates(table: dict[str, dict[str, Any]]) -> dict[str, Template]:
    return {
        name: Template(
            name,
            entry["kind"],
            Severity[entry.get("severity", "info")],
            entry["now"],
            entry.get("past", ""),
            entry.get("evidence", ""),
            entry.get("remedy", ""),
        )
        for name, entry in table.items()
        if "now" in entry
    }


_SENTENCES = _load("sentences.toml")
FAULTS = _templates(_load("faults.toml"))
HAPPENED = _templates(_load("happened.toml"))
"""In the order of what a person would want told first."""
TEMPLATES = {**FAULTS, **HAPPENED, **_templates(_SENTENCES)}
OWN_LOG: dict[str, str] = _SENTENCES["own_log"]
"""What a record of the sink's own log means as evidence, by event."""
EVIDENCE: dict[str, str] = _SENTENCES["evidence"]
REFUSED: dict[str, str] = _SENTENCES["refused"]
"""Why messages were refused, by the reason that the sink counts them under."""
