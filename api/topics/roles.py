"""Roles: whether a topic tells values, events, labels, or what a model made of them. By its name and its rhythm."""

from collections.abc import Callable, Sequence

import numpy as np

from api.readmodel.view import View
from ingest.observation import Kind

PREDICTED = ("predicted", "prediction", "predictions")
"""Last levels of a topic on which a model says what the topic above it may say."""
LABELS = ("label", "labels")
"""Levels of topics on which people say what was."""
CONFIDENCE = ("confidence", "probability", "score")
"""Fields of a prediction that say how sure it is."""
CLASSES_MAX = 64


def role_of(topic: str, exists: Callable[[str], bool], *, changing: bool) -> str:
    """`prediction`, `label` (also where there are predictions of it), `event` (speaks of changes) or `value`."""
    *above, last = topic.split("/")
    if above and last in PREDICTED:
        return "prediction"
    if not set(LABELS).isdisjoint([*above, last]) or any(exists(f"{topic}/{each}") for each in PREDICTED):
        return "label"
    return "event" if changing else "value"


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
