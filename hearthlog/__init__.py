"""The front door: what a person imports or types."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hearthlog.client import (
        AsyncHome,
        CannotVerify,
        Home,
        HomeError,
        LiveMessage,
        MissingExtra,
        NotProven,
        Observed,
        Progress,
        Table,
    )

__all__ = [
    "AsyncHome",
    "CannotVerify",
    "Home",
    "HomeError",
    "LiveMessage",
    "MissingExtra",
    "NotProven",
    "Observed",
    "Progress",
    "Table",
]


def __getattr__(name: str) -> object:
    """The client, loaded when it is first used: the command has no need of it."""
    if name in __all__:
        return getattr(import_module("hearthlog.client"), name)
    raise AttributeError(f"module 'hearthlog' has no attribute {name!r}")
