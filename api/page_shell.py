"""The shell of each screen: what the document says before any script of it runs."""

import html
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from api.one_file import policy_hash
from ingest.errors import FilterError
from ingest.filters import FilterSet

SELECTED = "?filter"
"""Ends an address that takes the selection along."""


class Screen(NamedTuple):
    """Its title, and what its first values are asked of: requests that its scripts make later, word for word."""

    title: str
    first: tuple[str, ...]


SCREENS = {
    "now": Screen("Now", ("/v1/topics" + SELECTED, "/v1/latest" + SELECTED, "/readyz")),
    "history": Screen("History", ("/v1/topics" + SELECTED,)),
    "datasets": Screen("Datasets", ("/readyz",)),
    "health": Screen("Health", ("/v1/health", "/readyz")),
}
"""By address; a screen is a module and a style sheet of that name."""


class Inside(NamedTuple):
    """Style and script in a document: its first paint waits for no other file."""

    style: str
    script: str

    def policy(self, policy: str) -> str:
        """A content security policy that lets its own files be run, lets these be too."""
        for what, text in (("script-src 'self'", self.script), ("style-src 'self'", self.style)):
            policy = policy.replace(what, f"{what} {policy_hash(text)}")
        return policy


class Shell:
    """One screen's document, filled in but for what a request adds: its selection."""

    def __init__(self, template: str, screen: str, base: str, modules: Sequence[str], inside: Inside) -> None:
        """`base` is the folder's address, `modules` are the paths below it that the screen begins with, in order."""
        self._screen = SCREENS[screen]
        preloads = [f'<link rel="modulepreload" href="{base}/{path}">' for path in modules]
        filled = {
            "base": base,
            "style": inside.style,
            "script": inside.script,
            "first": modules[0],
            "screen": screen,
            "title": self._screen.title,
            "screens": "".join(_tab(name, current=name == screen) for name in SCREENS),
            "announced": "\n".join(["{answers}", *preloads]),
        }
        self._text = _fill(template, filled)

    def text(self, filters: Sequence[str]) -> str:
        """For these texts of the address's `filter`; for a browser without scripts the same selection as links."""
        selection = html.escape(_query(filters))
        answers = [f'<link rel="preload" as="fetch" crossorigin href="{address}">' for address in self._asked(filters)]
        filled = {
            "answers": "\n".join(answers),
            "ask": selection and f"?{selection}",
            "query": selection and f"&amp;{selection}",
        }
        return _fill(self._text, filled)

    def _asked(self, filters: Sequence[str]) -> list[str]:
        """Nothing where the page itself will leave a filter out and ask for something else."""
        try:
            selection = _query([each.text for each in FilterSet.parse(filters).filters])
        except FilterError:
            return []
        ask = html.escape(selection and f"?{selection}")
        return [address.replace(SELECTED, ask) for address in self._screen.first]


def _query(filters: Sequence[str]) -> str:
    """As lib/url.js writes it: the two addresses have to be one."""
    return urlencode([("filter", text) for text in filters], safe="/:$*").replace("~", "%7E")


def _tab(name: str, *, current: bool) -> str:
    return f'<a href="/{name}{{ask}}"{" aria-current=page" if current else ""}>{SCREENS[name].title}</a>'


def _fill(template: str, values: Mapping[str, str]) -> str:
    for name, text in values.items():
        template = template.replace(f"{{{name}}}", text)
    return template
