"""The page's modules as packs: those that are always needed together are one response, made when the folder is read.

Each request of a browser costs it some milliseconds, and a screen's first values need twenty modules. A pack has their
texts as they are, and a map by which a browser's tools show the files; a module is in one pack: there is one of it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from api.page_modules import as_function, imported, imported_later

FOLDER = "packs"
FIRST_MODULE = "app.js"
TABLE = "const modules = {};\n"


@dataclass(frozen=True, slots=True)
class Packs:
    """Text and map of each pack by their names, and the names of those that a screen needs at once."""

    texts: dict[str, str]
    maps: dict[str, str]
    at_once: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class _Graph:
    """What each module imports at once, and later."""

    at_once: dict[str, list[str]]
    later: dict[str, list[str]]

    def closure(self, roots: Iterable[str], *, later: bool = False) -> set[str]:
        """The roots and what they import, directly or not."""
        found: set[str] = set()
        waiting = list(roots)
        while waiting:
            path = waiting.pop()
            if path not in found:
                found.add(path)
                waiting += self.at_once[path] + (self.later[path] if later else [])
        return found


def packs(texts: Mapping[str, str], screens: Sequence[str]) -> Packs:
    """Of the texts of the page's modules, by path, for screens with these modules."""
    graph = _graph(texts, screens)
    pack_of = _packs(graph, screens)
    members: dict[str, list[str]] = defaultdict(list)
    for path in TopologicalSorter({path: graph.at_once[path] for path in pack_of}).static_order():
        members[pack_of[path]].append(path)
    needs = {path: sorted({pack_of[each] for each in graph.closure([path])}) for path in pack_of}
    made = {name: _pack(name, paths, texts, pack_of, needs) for name, paths in members.items()}
    at_once = {screen: sorted({*needs[FIRST_MODULE], *needs[screen]}) for screen in screens}
    return Packs(made, {f"{name}.map": _map(paths, texts) for name, paths in members.items()}, at_once)


def _graph(texts: Mapping[str, str], screens: Sequence[str]) -> _Graph:
    """Of what the screens can need; large libraries that come later are left as they are."""
    at_once, later = {}, {}
    waiting = [FIRST_MODULE, *screens]
    while waiting:
        path = waiting.pop()
        if path not in at_once:
            at_once[path] = imported(path, texts[path])
            later[path] = [each for each in imported_later(path, texts[path]) if _is_packed(each)]
            waiting += at_once[path] + later[path]
    # A screen that follows another is not a part of it.
    return _Graph(at_once, {path: [each for each in names if each not in screens] for path, names in later.items()})


def _is_packed(path: str) -> bool:
    return not path.startswith("vendor/")


def _packs(graph: _Graph, screens: Sequence[str]) -> dict[str, str]:
    """The pack of each module: together are those that the same screens, or the same later imports, bring along."""
    first = {screen: graph.closure([FIRST_MODULE, screen]) for screen in screens}
    ever = {screen: graph.closure([FIRST_MODULE, screen], later=True) for screen in screens}
    brought: dict[str, set[str]] = defaultdict(set)
    for screen, paths in first.items():
        for path in paths:
            brought[path].add(screen)
    # What two screens begin with, all have: what comes later may count on it.
    common = {path for path, by in brought.items() if len(by) > 1}
    for root in sorted({path for paths in graph.later.values() for path in paths}):
        users = [screen for screen in screens if root in ever[screen]]
        for path in graph.closure([root]):
            if not all(path in first[screen] for screen in users):
                brought[path].add(root)
    together: dict[frozenset[str], list[str]] = defaultdict(list)
    for path, by in brought.items():
        together[frozenset({FIRST_MODULE} if path in common else by)].append(path)
    return {path: _name(by, paths) for by, paths in together.items() for path in paths}


def _name(by: frozenset[str], paths: Iterable[str]) -> str:
    """The one module that brings them along, or the first of them."""
    return (min(by) if len(by) == 1 else min(paths)).replace("/", ".")


def _pack(
    name: str,
    paths: Sequence[str],
    texts: Mapping[str, str],
    pack_of: Mapping[str, str],
    needs: Mapping[str, list[str]],
) -> str:
    first = pack_of[FIRST_MODULE]

    def later(path: str) -> str:
        if not _is_packed(path):
            return f"import('../{path}')"
        packed = ", ".join(f"import('./{each}')" for each in needs[path] if each != first)
        return f"Promise.all([{packed}]).then(() => modules['{path}'])"

    if name == first:
        head = TABLE
    else:
        others = {each for path in paths for each in needs[path]} - {name, first}
        head = (
            f"import {{ modules }} from './{first}'; "
            + " ".join(f"import './{each}';" for each in sorted(others))
            + "\n"
        )
    body = "".join(as_function(path, texts[path], later) for path in paths)
    tail = "export { modules };\n" if name == first else ""
    return f"{head}{body}{tail}//# sourceMappingURL={name}.map\n"


def _map(paths: Sequence[str], texts: Mapping[str, str]) -> str:
    """Line by line, to the files (ECMA-426, an index map)."""
    sections, line = [], 1
    for path in paths:
        lines = texts[path].rstrip().count("\n") + 1
        one = {
            "version": 3,
            "sources": [f"../{path}"],
            "names": [],
            "mappings": ";".join(["AAAA"] + ["AACA"] * (lines - 1)),
        }
        sections.append({"offset": {"line": line + 1, "column": 0}, "map": one})
        line += lines + 3
    return json.dumps({"version": 3, "sections": sections})
