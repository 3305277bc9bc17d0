"""Templates of discovery configs, the simple kind: where in a payload a value lies, and whether it is made a number.

`{{ value }}`, `{{ value_json.a.b }}`, `{{ value_json['a'][0] }}`, with the filters `float`, `int`, `round`, `default`.
Anything else is not understood, and then says nothing: half a template would be a guess.
"""

import re
from typing import NamedTuple

from ingest.observation import VALUE

_WHOLE = re.compile(
    r"\s*\{\{-?\s*(value(?:_json)?)((?:\.[A-Za-z_]\w*|\[(?:'[^']*'|\"[^\"]*\"|[0-9]+)\])*)(.*?)-?\}\}\s*"
)
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\['([^']*)'\]|\[\"([^\"]*)\"\]|\[([0-9]+)\]")
_FILTER = re.compile(r"\s*\|\s*(float|int|round|default)\s*(?:\(\s*[^(){}|]*\))?")


class Template(NamedTuple):
    """What a template says."""

    field: str
    """Path of the value in the payload, as observations name it."""
    number: bool
    """Whether `float` or `int` makes a number of a text."""


def read_template(text: str) -> Template | None:
    """Understand a template, or not (None)."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        return None
    root, path, filters = match.groups()
    names = _FILTER.findall(filters)
    if _FILTER.sub("", filters).strip() or (root == "value") == bool(path):
        return None
    steps = ["".join(step) for step in _STEP.findall(path)]
    return Template(".".join(steps) or VALUE, not {"float", "int"}.isdisjoint(names))
