"""Pauses between attempts: doubling, with jitter, so that many clients do not come back in step."""

from collections.abc import Callable


class Backoff:
    """Yields the next pause in seconds: a random part, at least half, of a doubling bound."""

    def __init__(self, first_s: float, max_s: float, chance: Callable[[], float]) -> None:
        self._first_s = first_s
        self._max_s = max_s
        self._chance = chance
        self._bound_s = first_s

    def next_s(self) -> float:
        """Return the pause before the next attempt."""
        bound = self._bound_s
        self._bound_s = min(self._max_s, bound * 2)
        return bound * (0.5 + self._chance() / 2)

    def reset(self) -> None:
        """Start over: an attempt succeeded."""
        self._bound_s = self._first_s
