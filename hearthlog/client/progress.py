"""What a person sees while a long answer comes: a moving line, on a terminal only."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

APPEARS_AFTER_S = 1.0
"""What is quicker shows nothing."""


class Meter:
    """Counts the bytes of one call's answers."""

    def __init__(self, what: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` in seconds."""
        self._what = what
        self._clock = clock
        self._begun = clock()
        self._bytes = 0
        self._shown: Progress | None = None

    def add(self, count: int) -> None:
        """So many bytes came."""
        self._bytes += count
        if self._shown is None and self._clock() - self._begun < APPEARS_AFTER_S:
            return
        shown = self._show() if self._shown is None else self._shown
        shown.update(shown.task_ids[0], completed=self._bytes, description=self._what)

    def wait(self, seconds: float, why: str) -> None:
        """Nothing comes for so long, and why: shown at once, where it is not a moment."""
        if seconds >= APPEARS_AFTER_S:
            shown = self._show() if self._shown is None else self._shown
            shown.update(shown.task_ids[0], description=f"{self._what}: again in {seconds:.0f} s: {why}")

    def close(self) -> None:
        """The line goes."""
        if self._shown is not None:
            self._shown.stop()

    @property
    def shown(self) -> str | None:
        """What the line says beside the figures; None while there is none."""
        return None if self._shown is None else self._shown.tasks[0].description

    def _show(self) -> "Progress":
        from rich.console import Console  # noqa: PLC0415  # slow to load, and most calls show nothing
        from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TransferSpeedColumn  # noqa: PLC0415

        columns = (SpinnerColumn(), TextColumn("{task.description}"), DownloadColumn(), TransferSpeedColumn())
        self._shown = Progress(*columns, console=Console(stderr=True), transient=True)
        self._shown.add_task(self._what, total=None)
        self._shown.start()
        return self._shown


class Silent(Meter):
    """Shows nothing."""

    def add(self, count: int) -> None:
        """See `Meter`."""

    def wait(self, seconds: float, why: str) -> None:
        """See `Meter`."""


@contextmanager
def metered(what: str, *, wanted: bool | None) -> Iterator[Meter]:
    """A meter for one call. `wanted` None: where standard error is a terminal."""
    meter = Meter(what) if (sys.stderr.isatty() if wanted is None else wanted) else Silent(what)
    try:
        yield meter
    finally:
        meter.close()
