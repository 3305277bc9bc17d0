"""docs/settings.md, made from the settings classes so that it cannot lie.

`python -m hearthlog.settings_page` prints it.
"""

import sys
from collections.abc import Mapping, Sequence

from pydantic.fields import FieldInfo

from hearthlog.configuration import CLASSES

TITLES = {"up": "hearthlog up", "sink": "Sink (`python -m gdp_sink`)", "api": "Api (`python -m api`)"}

HEAD = """# Settings

Each can be set in three places; the first that has it wins:

1. as an option of `hearthlog up`, where the table shows one,
2. in the environment, as `HEARTHLOG_` and the name in capitals: `HEARTHLOG_LOG_FILTER='homes/#'`,
3. in `hearthlog.toml` in the directory where Hearthlog is started (or where `HEARTHLOG_CONFIG` points):
   `log_filter = ["homes/#"]`.

All processes read the same file, and a key that none of them knows is an error. Units stand last in a name:
`_s` seconds, `_ms` milliseconds, `_bytes`, `_messages`, `_rows`; `_max` and `_min` are bounds.

This page is generated: `.venv/bin/python -m hearthlog.settings_page > docs/settings.md`.
"""
OPTIONS = ("data", "http", "mqtt", "gdp", "demo")


def settings_page() -> str:
    """The whole page."""
    shared = [name for name in CLASSES["up"].model_fields if _users(name) != ["up"]]
    fields = {name: CLASSES["up"].model_fields[name] for name in shared}
    parts = [HEAD, _section("Shared by all", fields)]
    for process, settings in CLASSES.items():
        own = {name: field for name, field in settings.model_fields.items() if name not in shared}
        parts.append(_section(TITLES[process], own))
    return "\n".join(parts)


def _users(name: str) -> Sequence[str]:
    return [process for process, settings in CLASSES.items() if name in settings.model_fields]


def _section(title: str, fields: Mapping[str, FieldInfo]) -> str:
    lines = [f"## {title}\n", "| setting | default | meaning |", "| --- | --- | --- |"]
    for name, field in fields.items():
        option = f", option `--{name}`" if name in OPTIONS else ""
        lines.append(f"| `{name}`{option} | {_default(field)} | {_cell(field.description or '')}{_bounds(field)} |")
    return "\n".join(lines) + "\n"


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=False)
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return ", ".join(f"`{each}`" for each in value)
    return f"`{value}`"


def _bounds(field: FieldInfo) -> str:
    words = {"ge": "from {}", "gt": "above {}", "le": "to {}", "lt": "below {}"}
    found = [
        words[kind].format(getattr(each, kind)) for each in field.metadata for kind in words if hasattr(each, kind)
    ]
    return f" ({' '.join(found)})" if found else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(settings_page())
