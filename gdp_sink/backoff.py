"""How long to wait before the next attempt to connect: doubling, bounded, jittered."""

from collections.abc import Callable


class Backoff:
    """Delays in seconds, each drawn evenly from [half, whole] of a bound that doubles from `first_s` to `max_s`.

    `random` returns numbers in [0, 1). The jitter keeps many sinks from meeting a restarted broker all at once.
    """

    def __init__(self, first_s: float, max_s: float, random: Callable[[], float]) -> None:
        self._first_s = first_s
        self._max_s = max_s
        self._random = random
        self._bound_s = first_s

    def next_s(self) -> float:
        """Return the next delay and double the bound."""
        bound = self._bound_s
        self._bound_s = min(self._max_s, bound * 2)
        return bound * (1 + self._random()) / 2

    def reset(self) -> None:
        """Begin with the first delay again: the attempt succeeded."""
        self._bound_s = self._first_s
