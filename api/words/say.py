"""Filling templates in with facts: what comes out is what a person reads."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from api.words.templates import OWN_LOG, TEMPLATES, Severity


class Said(NamedTuple):
    """A filled-in template."""

    id: str
    kind: str
    severity: Severity
    sentence: str
    remedy: str


class _Facts(dict[str, Any]):
    """A fact that is not known is said to be so, instead of failing while something else has failed already."""

    def __missing__(self, key: str) -> str:
        return f"({key.replace('_', ' ')} unknown)"


def say(template_id: str, *, over: bool = False, facts: Mapping[str, object] | None = None, **more: object) -> Said:
    """Say it with these facts; `over` takes the past tense.

    Raises:
        KeyError: there is no such template: a mistake of ours, found by the tests.
    """
    template = TEMPLATES[template_id]
    known = _Facts({**(facts or {}), **more})
    sentence = template.past if over and template.past else template.now
    return Said(
        template.id, template.kind, template.severity, sentence.format_map(known), template.remedy.format_map(known)
    )


def own_log_words(event: str, facts: Mapping[str, object]) -> str:
    """What a record of the sink's own log says, as evidence."""
    return OWN_LOG.get(event, event.replace("_", " ")).format_map(_Facts(facts))
