"""How far a call is: counted while its answers come, told to a callback or shown as a moving line on a terminal."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from hearthlog.client.arrow_rows import RowCount
from hearthlog.client.query import ARROW
from hearthlog.client.steps import Note

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

APPEARS_AFTER_S = 1.0
"""What is quicker shows nothing."""
COMPUTING = "the home is at work"


class Progress(NamedTuple):
    """How far a call is.

    Attributes:
        what: the call: `history`, `matrix`, ….
        received_bytes: of all answers to it so far, unpacked.
        rows: of them, as far as they come as Arrow.
        note: what is done at the moment; empty while an answer comes.
        done: how much of that, where it is counted: records that are proven.
        total: of how much; 0 where it is not counted.
    """

    what: str
    received_bytes: int = 0
    rows: int = 0
    note: str = ""
    done: int = 0
    total: int = 0


Told: TypeAlias = bool | Callable[[Progress], None] | None
"""Who is told: a callback, in the thread of the caller; True: a line on standard error; None: if that is a terminal."""


class Meter:
    """Counts for one call. Tells nobody."""

    def __init__(self, what: str) -> None:
        """`what` names the call."""
        self.state = Progress(what)
        self._before = 0
        self._rows: RowCount | None = None

    def ask(self) -> None:
        """A request goes out."""
        if not self.state.total:
            self._say(COMPUTING)

    def answer(self, media_type: str) -> None:
        """The body of an answer begins."""
        self._before = self.state.rows
        self._rows = RowCount() if media_type.startswith(ARROW) else None
        if self.state.note == COMPUTING:
            self._say("")

    def add(self, chunk: bytes) -> None:
        """A part of it came."""
        rows = self.state.rows if self._rows is None else self._before + self._rows.feed(chunk)
        note = "" if not self.state.total else self.state.note
        self.state = self.state._replace(received_bytes=self.state.received_bytes + len(chunk), rows=rows, note=note)
        self.changed()

    def broken(self) -> None:
        """The answer broke off: it will come again from its beginning."""
        self.state = self.state._replace(rows=self._before)

    def wait(self, seconds: float, why: str) -> None:
        """Nothing comes for so long, and why."""
        if seconds >= APPEARS_AFTER_S:
            self._say(f"again in {seconds:.0f} s: {why}")

    def note(self, note: Note) -> None:
        """Something else than an answer is waited for."""
        self.state = self.state._replace(note=note.what, done=note.done, total=note.total)
        self.changed()

    def changed(self) -> None:
        """Tell how far it is."""

    def close(self) -> None:
        """The call is over."""

    def _say(self, note: str) -> None:
        self.state = self.state._replace(note=note, done=0, total=0)
        self.changed()


class Calling(Meter):
    """Tells a callback."""

    def __init__(self, what: str, tell: Callable[[Progress], None]) -> None:
        """`tell` is called at each change."""
        super().__init__(what)
        self._tell = tell

    def changed(self) -> None:
        """See `Meter`."""
        self._tell(self.state)


class Line(Meter):
    """A line on standard error, from a second after the call on, also while nothing comes."""

    def __init__(self, what: str) -> None:
        """`what` names the call."""
        super().__init__(what)
        self._shown: RichProgress | None = None
        self._closed = False
        self._lock = threading.Lock()
        # The caller waits for the network: only another thread can show that it does.
        self._timer = threading.Timer(APPEARS_AFTER_S, self._show)
        self._timer.daemon = True
        self._timer.start()

    def wait(self, seconds: float, why: str) -> None:
        """See `Meter`; shown at once, where it is not a moment."""
        super().wait(seconds, why)
        if seconds >= APPEARS_AFTER_S:
            self._show()

    def changed(self) -> None:
        """See `Meter`."""
        with self._lock:
            self._update()

    def close(self) -> None:
        """See `Meter`: the line goes."""
        self._timer.cancel()
        with self._lock:
            self._closed = True
            if self._shown is not None:
                self._shown.stop()

    @property
    def shown(self) -> str | None:
        """What the line says beside the figures; None while there is none."""
        return None if self._shown is None else self._shown.tasks[0].description

    def _show(self) -> None:
        from rich.console import Console  # noqa: PLC0415  # slow to load, and most calls show nothing
        from rich.progress import DownloadColumn, SpinnerColumn, TextColumn, TimeElapsedColumn, TransferSpeedColumn  # noqa: PLC0415
        from rich.progress import Progress as RichProgress  # noqa: PLC0415

        with self._lock:
            if self._closed or self._shown is not None:
                return
            columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), DownloadColumn())
            more = (TransferSpeedColumn(), TimeElapsedColumn())
            self._shown = RichProgress(*columns, *more, console=Console(stderr=True), transient=True)
            self._shown.add_task(self.state.what, total=None)
            self._update()
            self._shown.start()

    def _update(self) -> None:
        if self._shown is not None:
            state = self.state
            self._shown.update(self._shown.task_ids[0], completed=state.received_bytes, description=text_of(state))


def text_of(state: Progress) -> str:
    """What a person reads of it, beside the bytes."""
    rows = f", {state.rows:,} rows" if state.rows else ""
    count = f" {state.done:,} of {state.total:,}" if state.total else ""
    return f"{state.what}{rows}" + (f": {state.note}{count}" if state.note else "")


@contextmanager
def metered(what: str, *, wanted: Told) -> Iterator[Meter]:
    """A meter for one call."""
    if callable(wanted):
        meter: Meter = Calling(what, wanted)
    else:
        meter = Line(what) if (sys.stderr.isatty() if wanted is None else wanted) else Meter(what)
    try:
        yield meter
    finally:
        meter.close()
