"""Context: what messages said about other messages, each fact from the moment it was logged. A pure value.

Discovery configs, births and attributes are learned as facts about a *scope*. A message is decoded under the newest
fact of a scope that was logged at or before it, so the order of learning does not matter, and a rebuild that learns
everything first gives the same observations as following did.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, Self

from ingest import versions
from ingest.versions import Version, Versions


class Fact(NamedTuple):
    """One statement about a scope."""

    scope: str
    """What it is about; `newest` finds it by this. A convention's own word, most often a topic."""
    statement: object
    """What is said, parsed, immutable; None takes back what was said."""
    about: tuple[str, ...] = ()
    """Topics whose messages it describes; `describing` finds the scope by them."""


class Context(NamedTuple):
    """Facts by family (a decoder's name) and scope."""

    families: Mapping[str, Mapping[str, Versions]] = MappingProxyType({})
    """So that learning in one family costs nothing by the size of the others."""
    about: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """Topic → scopes that ever described it, in the order of their names."""

    def newest(self, family: str, scope: str, logged_time: int) -> object:
        """The newest statement on a scope logged at or before `logged_time` (ns), None if there is none."""
        known = self.families.get(family)
        found = None if known is None else known.get(scope)
        return None if found is None else versions.newest(found, logged_time)

    def describing(self, topic: str) -> tuple[str, ...]:
        """The scopes that describe a topic, or did once."""
        return self.about.get(topic, ())

    def with_fact(self, family: str, fact: Fact, source: tuple[str, bytes], logged_time: int) -> Self:
        """This context and one fact more. The same fact again changes nothing.

        Args:
            family: name of the decoder that understood it.
            fact: what was understood.
            source: topic and payload of the message.
            logged_time: of the message, ns.
        """
        scopes = dict(self.families.get(family, {}))
        version = Version(logged_time, fact.statement, *source)
        scopes[fact.scope] = versions.insert(scopes.get(fact.scope, ()), version)
        fresh = [topic for topic in fact.about if fact.scope not in self.about.get(topic, ())]
        about = self.about
        if fresh:
            more = {topic: tuple(sorted({*about.get(topic, ()), fact.scope})) for topic in fresh}
            about = {**about, **more}
        return self._replace(families={**self.families, family: scopes}, about=about)

    def since(self, logged_time: int, *, whole: Collection[str] = ()) -> Self:
        """What is needed for messages logged after `logged_time`: per scope the newest fact until then, and all later.

        What a scope once described stays listed: it costs little, and `newest` decides. Of the families `whole` every
        change is kept, for they are asked about earlier times too.
        """
        shortened = {family: versions.changes if family in whole else versions.since for family in self.families}
        return self._replace(
            families={
                family: {scope: shortened[family](known, logged_time) for scope, known in scopes.items()}
                for family, scopes in self.families.items()
            }
        )

    def sources(self) -> Iterator[tuple[int, str, bytes]]:
        """(logged time, topic, payload) of every message that a fact here comes from, each once, in that order."""
        every: Iterable[Version] = (
            version
            for scopes in self.families.values()
            for known in scopes.values()
            for chunk in known
            for version in chunk
        )
        return iter(sorted({(each.logged_time, each.topic, each.payload) for each in every}))


NO_CONTEXT = Context()
