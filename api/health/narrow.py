"""Facts as an account with few rights sees them: those of its topics, and the home's own without their evidence."""

from collections.abc import Iterable

from api.accounts.caller import Caller
from api.health.facts import Fact


def readable(facts: Iterable[Fact], caller: Caller) -> list[Fact]:
    """The facts that a caller may know of. Evidence of the home's own log may name topics of others."""
    if caller.may_read_all:
        return list(facts)
    return [
        fact if fact.subject else fact._replace(evidence=[])
        for fact in facts
        if not fact.subject or caller.may_read(fact.subject)
    ]
