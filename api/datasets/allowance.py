"""How many datasets an account has pinned of late: each is kept for ever, so that there is a bound for each hour."""

from collections import deque
from collections.abc import Callable

HOUR_S = 3_600.0


class Allowance:
    """One process's count; who pins nothing for an hour is forgotten."""

    def __init__(self, pins_max: int, clock: Callable[[], float]) -> None:
        """`clock` in seconds, monotonic."""
        self.pins_max = pins_max
        self._clock = clock
        self._pinned: dict[str, deque[float]] = {}

    def wait_s(self, account: str) -> float:
        """How long until the account may pin another one; 0: now."""
        self._forget()
        times = self._pinned.get(account)
        if times is None or len(times) < self.pins_max:
            return 0.0
        return times[0] + HOUR_S - self._clock()

    def take(self, account: str) -> None:
        """The account has pinned one."""
        self._pinned.setdefault(account, deque()).append(self._clock())

    def _forget(self) -> None:
        since = self._clock() - HOUR_S
        for account, times in list(self._pinned.items()):
            while times and times[0] <= since:
                times.popleft()
            if not times:
                del self._pinned[account]
