"""Roles: whether a topic tells values, events, labels, or what a model made of them. By its name and its rhythm."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from api.readmodel.view import View
from ingest.observation import Kind

PREDICTED = ("predicted", "prediction", "predictions")
"""Levels of topics on which a model says what the topic without that level may say."""
LABELS = ("label", "labels")
"""Levels of topics on which people say what was."""
CONFIDENCE = ("confidence", "probability", "score")
"""Fields of a prediction that say how sure it is."""
CLASSES_MAX = 64


def role_of(topic: str, exists: Callable[[str], bool], *, changing: bool) -> str:
    """`prediction`, `label` (also where there are predictions of it), `event` (speaks of changes) or `value`."""
    levels = topic.split("/")
    if not set(PREDICTED).isdisjoint(levels[1:]):
        return "prediction"
    if not set(LABELS).isdisjoint(levels) or any(exists(each) for each in _foretold(levels)):
        return "label"
    return "event" if changing else "value"


def _foretold(levels: Sequence[str]) -> Iterator[str]:
    """The topics on which a model may speak of this one: below it, or beside it below a level of its own."""
    for each in PREDICTED:
        yield "/".join([*levels, each])
        yield "/".join([*levels[:-1], each, levels[-1]])


def confidence_of(fields: Sequence[str]) -> str | None:
    """The field that says how sure a prediction is."""
    return next((each for each in CONFIDENCE if each in fields), None)


def classes_of(view: View, numbers: Sequence[int]) -> list[str]:
    """The texts that these stored series ever held, sorted; the first ones, where they are very many."""
    ids = np.array(sorted(numbers), np.int32)
    found: set[str] = set()
    for part in view.parts:
        run = part.run(ids, "logged")
        for first, last in zip(run.lo.tolist(), run.hi.tolist(), strict=True):
            rows = part.columns.take(run.physical(np.arange(first, last)))
            shown = (rows.kind == Kind.text) & (rows.logged <= view.position)
            found.update(part.text(number) for number in np.unique(rows.text[shown])[: CLASSES_MAX + 1].tolist())
    return sorted(found)[:CLASSES_MAX]
