"""The verifier in one file: its page with style and modules inside, under a policy that lets nothing else run."""

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from posixpath import normpath
from typing import NamedTuple

PAGE, STYLE, FIRST_MODULE = "verify/verify.html", "verify/verify.css", "verify/verify.js"
_IMPORT = re.compile(r"^import (\{[^}]*\}) from '(\.[^']+)';\n", re.MULTILINE)
_LATER = re.compile(r"await import\('(\.[^']+)'\)")
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
_LISTED = re.compile(r"export\s*\{([^}]*)\};?\s*$")


class OneFile(NamedTuple):
    """A page that needs nothing beside it, and the policy to serve it with."""

    content: bytes
    policy: str


def verifier(texts: Mapping[str, str]) -> OneFile:
    """Put the verifier together from the page folder's texts, by path."""
    script, style = "\n" + _script(texts), "\n" + texts[STYLE]
    inside = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    filled = texts[PAGE].replace("{policy}", inside).replace("{style}", style).replace("{script}", script)
    return OneFile(filled.encode(), f"{inside}; frame-ancestors 'none'")


def _script(texts: Mapping[str, str]) -> str:
    """All modules, each in a function of its own so that their names stay apart, those imported first."""
    order: list[str] = []
    _visit(FIRST_MODULE, texts, order)
    return "const modules = {};\n" + "".join(_module(path, texts[path]) for path in order)


def _visit(path: str, texts: Mapping[str, str], order: list[str]) -> None:
    for name in [name for _, name in _IMPORT.findall(texts[path])] + _LATER.findall(texts[path]):
        imported = _beside(path, name)
        if imported not in order:
            _visit(imported, texts, order)
    order.append(path)


def _module(path: str, text: str) -> str:
    names = {name: name for name in _EXPORT.findall(text)}
    text = _EXPORT.sub("", text)
    if listed := _LISTED.search(text):
        pairs = [each.split(" as ") for each in listed[1].split(",")]
        names |= {pair[-1].strip(): pair[0].strip() for pair in pairs}
        text = text[: listed.start()]
    text = _IMPORT.sub(lambda found: f"const {found[1]} = modules['{_beside(path, found[2])}'];\n", text)
    text = _LATER.sub(lambda found: f"await modules['{_beside(path, found[1])}']", text)
    given = ", ".join(f"{public}: {own}" for public, own in names.items())
    return f"modules['{path}'] = (() => {{\n{text}\nreturn {{ {given} }};\n}})();\n"


def _beside(path: str, name: str) -> str:
    return normpath(PurePosixPath(path).parent / name)


def _hash(inline: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"
