"""What a person sees of the parts while they start, die and stop."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.status import Status


class Terminal:
    """A reporter (`compose.report.Reporter`) that writes to a console.

    On a terminal one line moves while something is awaited; elsewhere each step is a line of its own.
    """

    def __init__(self, console: Console) -> None:
        """Prepares; use it as a context manager."""
        self._console = console
        self._status = Status("Starting", console=console)
        self._resting = False
        self._told: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Shows that something is going on."""
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leaves the console as it was."""
        self._status.stop()

    def starting(self, name: str) -> None:
        """See `Reporter`."""
        # What starts once all is ready has its own way of showing that it does.
        if not self._resting:
            self._step(f"Starting {name}")

    def waiting(self, name: str, why: str, *, too_long: bool) -> None:
        """See `Reporter`."""
        if self._console.is_terminal and not self._resting:
            # A second line would stay behind when the moving one goes.
            line = f"Waiting for {name}: {why}"[: self._console.width - 4]
            self._status.update(escape(line))
        if too_long and self._told.get(name) != why:
            self._told[name] = why
            self.say(f"{name} takes longer than usual: {why}")

    def serves(self, name: str) -> None:
        """See `Reporter`."""
        if self._told.pop(name, None) is not None:
            self.say(f"{name} serves again")

    def died(self, name: str, how: str, last_words: Sequence[str], *, again_in_s: float | None) -> None:
        """See `Reporter`."""
        self._told[name] = how
        then = "" if again_in_s is None else f"; starting it again in {again_in_s:g} s"
        said = ", its last lines:" if last_words else ""
        self.say(f"{name} ended ({how}){then}{said}")
        for line in last_words:
            self.say(f"  {line}")

    def finished(self, name: str) -> None:
        """See `Reporter`."""
        self.say(f"{name} is done")

    def stopping(self, name: str) -> None:
        """See `Reporter`."""
        self._step(f"Stopping {name}")

    def killed(self, name: str) -> None:
        """See `Reporter`."""
        self.say(f"{name} did not stop in time and was killed; what was acknowledged is kept all the same")

    def rest(self) -> None:
        """Nothing is awaited any more: the moving line goes."""
        self._resting = True
        self._status.stop()

    def say(self, text: str) -> None:
        """Prints text as it is: no markup, no wrapping, so that lines can be pasted."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _step(self, text: str) -> None:
        if self._console.is_terminal:
            self._status.update(text)
            self._status.start()
        else:
            self.say(text)
