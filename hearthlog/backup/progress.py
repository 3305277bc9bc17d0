"""How far a backup or restore is, on a terminal as one moving line, elsewhere now and then as a line of its own."""

import time
from collections.abc import Callable
from typing import Protocol

from rich.console import Console
from rich.markup import escape

LINE_S = 10.0
"""Between two lines where nothing moves."""


class Progress(Protocol):
    """Hears what is being done: a step in words, how much of it is done, and how much there is (0: not known)."""

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        """Hear it; returns at once."""


def step_of(progress: Progress, step: str) -> Callable[[int, int], None]:
    """Return a listener for one step."""
    return lambda done, total: progress(step, done, total)


class Shown:
    """`with Shown(console) as progress`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("Starting")
        self._told = ("", 0.0)

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._status.start()
        return self._hear

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def _hear(self, step: str, done: int = 0, total: int = 0) -> None:
        text = f"{step}: {100 * done // total} % of {total}" if total else step
        if self._console.is_terminal:
            self._status.update(escape(text))
            return
        last, at = self._told
        if step != last or time.monotonic() - at > LINE_S:
            self._told = step, time.monotonic()
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)
