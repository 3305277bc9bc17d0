"""Telling on the terminal how far a long bench is."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
EVERY_S = 10.0


def tell(text: str) -> None:
    """One line with the time of day; tables go to the other stream."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def counted(items: Iterable[T], total: int, size: Callable[[T], int], what: str) -> Iterator[T]:
    """The same items; every ten seconds it is told what share of the total has been taken."""
    told, done = time.monotonic(), 0
    for item in items:
        yield item
        done += size(item)
        if time.monotonic() - told >= EVERY_S:
            told = time.monotonic()
            tell(f"{what}: {100 * done // total} %")


class Seldom:
    """Tells what happens often, once in ten seconds at most."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._told = time.monotonic()

    def tell(self, text: str) -> None:
        """How it is now."""
        if time.monotonic() - self._told >= EVERY_S:
            self._told = time.monotonic()
            tell(f"{self._what}: {text}")
