"""The verifier in one file: its page with style and modules inside, under a policy that lets nothing else run."""

import base64
import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from api.page_modules import as_function, imported, imported_later

PAGE, STYLE, FIRST_MODULE = "verify/verify.html", "verify/verify.css", "verify/verify.js"


class OneFile(NamedTuple):
    """A page that needs nothing beside it, and the policy to serve it with."""

    content: bytes
    policy: str


def verifier(texts: Mapping[str, str]) -> OneFile:
    """Put the verifier together from the page folder's texts, by path."""
    script, style = "\n" + _script(texts), "\n" + texts[STYLE]
    inside = (
        f"default-src 'none'; script-src {policy_hash(script)}; style-src {policy_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    filled = texts[PAGE].replace("{policy}", inside).replace("{style}", style).replace("{script}", script)
    return OneFile(filled.encode(), f"{inside}; frame-ancestors 'none'")


def _script(texts: Mapping[str, str]) -> str:
    """All modules, each in a function of its own so that their names stay apart, those imported first."""
    order: list[str] = []
    _visit(FIRST_MODULE, texts, order)
    return "const modules = {};\n" + "".join(
        as_function(path, texts[path], lambda later: f"modules['{later}']") for path in order
    )


def _visit(path: str, texts: Mapping[str, str], order: list[str]) -> None:
    for name in imported(path, texts[path]) + imported_later(path, texts[path]):
        if name not in order:
            _visit(name, texts, order)
    order.append(path)


def policy_hash(inline: str) -> str:
    """What a content security policy calls a script or style that stands in its document."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"
