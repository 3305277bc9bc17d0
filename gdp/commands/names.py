"""Names of logs on a command line: one in 64 begins with a dash, as options do."""

import re
from collections.abc import Iterable

_LIKE_AN_OPTION = re.compile(r"-[A-Za-z0-9_-]{42}")


def shielded(arguments: Iterable[str]) -> list[str]:
    """The arguments, with a blank before each name that `argparse` would take for an option."""
    return [f" {each}" if _LIKE_AN_OPTION.fullmatch(each) else each for each in arguments]


def name_of(text: str) -> str:
    """An argument's text without the blank of `shielded`."""
    return text[1:] if _LIKE_AN_OPTION.fullmatch(text[1:]) else text
