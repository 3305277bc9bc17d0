"""The logged clock: strictly increasing nanoseconds from two clocks that are given (architecture, decision 6)."""

from collections.abc import Callable

NS_PER_S = 1_000_000_000
STEP_MAX_NS = 60 * NS_PER_S
STEP_STANDS_NS = 600 * NS_PER_S


class LoggedClock:
    """Gives logged times: each greater than all before, in this run and in the ones before it.

    Within a run it goes at the monotonic clock's rate. The wall clock gone forward by up to 60 s is followed at once,
    by more only when that has stood for 10 minutes; gone backward it is never followed. After a restart with the wall
    clock behind `last`, times are last + 1, last + 2, … until the wall clock has caught up.

    Args:
        wall: ns since 1970, may step.
        monotonic: ns, never steps back.
        last: the last logged time that was given or promised in an earlier run (0 = none).
    """

    __slots__ = ("_base", "_monotonic", "_step_since", "_wall", "last")

    def __init__(self, wall: Callable[[], int], monotonic: Callable[[], int], last: int = 0) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._base = wall() - monotonic()
        self._step_since: int | None = None
        self.last = last

    def now(self) -> int:
        """Return the lowest time that may be given next: the clock's time, or last + 1 where that is greater."""
        monotonic = self._monotonic()
        wall = self._wall()
        logged = max(self._base + monotonic, self.last + 1)
        if wall <= logged:
            self._step_since = None
            return logged
        if wall - logged > STEP_MAX_NS and not self._has_stood(monotonic):
            return logged
        self._base = wall - monotonic
        self._step_since = None
        return wall

    def advance(self, last: int) -> None:
        """Say that all times up to `last` have been given."""
        assert last >= self.last
        self.last = last

    def reserve(self) -> int:
        """Return the current time and never give it: every later time is greater."""
        now = self.now()
        self.last = now
        return now

    @property
    def offset_ns(self) -> int:
        """How far the wall clock is ahead of logged time, ns (negative: behind)."""
        return self._wall() - max(self._base + self._monotonic(), self.last)

    def _has_stood(self, monotonic: int) -> bool:
        if self._step_since is None:
            self._step_since = monotonic
        return monotonic - self._step_since >= STEP_STANDS_NS
