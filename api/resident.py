"""Resident memory of this process, as the kernel counts it."""

import math
from pathlib import Path
from typing import NamedTuple

STATUS = Path("/proc/self/status")
KIB = 1024


class Resident(NamedTuple):
    """Bytes; not a number where the kernel does not tell."""

    anon: float
    """The process's own: the kernel cannot take it back."""
    file: float
    """Mapped files, segments most of all: a cache that the kernel takes back when it needs room."""


def resident() -> Resident:
    """As it is now."""
    try:
        lines = STATUS.read_text().splitlines()
    except OSError:
        return Resident(math.nan, math.nan)
    found = dict(line.split(":", 1) for line in lines)
    return Resident(*(_bytes(found.get(name)) for name in ("RssAnon", "RssFile")))


def _bytes(text: str | None) -> float:
    return math.nan if text is None else float(text.split()[0]) * KIB
