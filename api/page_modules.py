"""What a module of the page imports, and its text as a function's that takes what it imports from a table of modules.

Our formatter writes imports and exports in few ways, and these are they; a module keeps its lines, so that a line of
the function is a line of the file.
"""

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from posixpath import normpath

# `{ a, b as c }`, a default's name, or nothing, before the path.
_IMPORT = re.compile(r"^import (?:(\{[^}]*\}|\w+) from )?'(\.[^']+\.js)';$", re.MULTILINE)
_REEXPORT = re.compile(r"^export \{([^}]*)\} from '(\.[^']+\.js)';$", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
_LISTED = re.compile(r"export\s*\{([^}]*)\};?\s*$")
# Types are imported in comments, by the same words.
_LATER = re.compile(r"/\*.*?\*/|import\('(\.[^']+\.js)'\)", re.DOTALL)


def imported(path: str, text: str) -> list[str]:
    """The paths of what a module imports at once."""
    return [_beside(path, found[2]) for found in _IMPORT.finditer(text)] + [
        _beside(path, found[2]) for found in _REEXPORT.finditer(text)
    ]


def imported_later(path: str, text: str) -> list[str]:
    """The paths of what a module imports when it gets there."""
    return [_beside(path, name) for name in _LATER.findall(text) if name]


def as_function(path: str, text: str, later: Callable[[str], str]) -> str:
    """A statement that enters a module in the table `modules`; `later` gives what is in place of an `import()`."""
    given: dict[str, str] = {}

    def taken(found: re.Match[str]) -> str:
        names, module = found[1], f"modules['{_beside(path, found[2])}']"
        if names is None:
            return ""
        inside = names.replace(" as ", ": ") if names.startswith("{") else f"{{ default: {names} }}"
        return f"const {inside} = {module};"

    def passed_on(found: re.Match[str]) -> str:
        module = f"modules['{_beside(path, found[2])}']"
        given.update({public: f"{module}.{own}" for own, public in _pairs(found[1])})
        return "\n" * found[0].count("\n")

    def marked(found: re.Match[str]) -> str:
        given[found[1]] = found[1]
        return ""

    text = _EXPORT.sub(marked, _REEXPORT.sub(passed_on, _IMPORT.sub(taken, text.rstrip())))
    if listed := _LISTED.search(text):
        given.update({public: own for own, public in _pairs(listed[1])})
        text = text[: listed.start()] + "\n" * listed[0].count("\n")
    text = _LATER.sub(lambda found: later(_beside(path, found[1])) if found[1] else found[0], text)
    text = text.replace("import.meta.url", f"new URL('../{path}', import.meta.url)")
    names = ", ".join(f"{public}: {own}" for public, own in given.items())
    return f"modules['{path}'] = (() => {{\n{text}\nreturn {{ {names} }};\n}})();\n"


def _pairs(names: str) -> list[tuple[str, str]]:
    """Own and public name of each in a list of exports."""
    pairs = [each.strip().split(" as ") for each in names.split(",") if each.strip()]
    return [(pair[0], pair[-1]) for pair in pairs]


def _beside(path: str, name: str) -> str:
    return normpath(PurePosixPath(path).parent / name)
