"""Values as JSON has them: numbers, truth values, texts, or null."""

from typing import Any

from ingest.observation import Kind

KIND_NAMES = [kind.name for kind in Kind]
JsonValue = float | bool | str | None


def value_of(kind: int, value: Any, text: str | None) -> JsonValue:
    """One value as JSON has it."""
    if kind == Kind.number:
        return float(value)
    if kind == Kind.boolean:
        return bool(value)
    return text if kind == Kind.text else None
