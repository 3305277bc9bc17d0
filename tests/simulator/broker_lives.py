"""The lives of the virtual broker: what it says of them, what is noted of them, and how often the sink found another one."""

import json
from collections.abc import Callable
from pathlib import Path

UNITS_PER_S = 20
"""The broker says its uptime in these instead of in seconds, for a schedule lasts no longer than a few of those."""


class Lives:
    """`clock` is monotonic, ns; `path` is where they are noted, None where nobody does; `says` is whether it tells."""

    def __init__(self, clock: Callable[[], int], path: Path | None, *, says: bool) -> None:
        self.says = says
        self.changed = 0
        """How often a process of the sink found another life than the one before it had found."""
        self.said: list[bool | None] = []
        """What the sink's own log says of them at the end: whether they ended in order, None where that is not known."""
        self.clock = clock
        self._path = path
        self._crashed: list[bool] = []
        self._met: tuple[object, int] | None = None
        self.begin()

    @property
    def uptime(self) -> int:
        return (self.clock() - self._began) * UNITS_PER_S // 1_000_000_000

    def begin(self) -> None:
        self._began = self.clock()
        if self._path is not None:
            entry = {"starts": len(self._crashed) + 1, "crashes": sum(self._crashed), "began_ns": self._began}
            self._path.parent.mkdir(exist_ok=True)
            self._path.write_text(json.dumps(entry))

    def end(self, *, crash: bool) -> None:
        self._crashed.append(crash)

    def meet(self, process: object) -> None:
        """A process of the sink is taken by the broker."""
        before, now = self._met, len(self._crashed)
        if before is None or before[0] is not process:
            self.changed += before is not None and before[1] != now
            self._met = process, now
