"""Budgets: how many requests each account may still make, over time and at once."""

from collections.abc import Callable
from dataclasses import dataclass

NS_PER_S = 1_000_000_000


@dataclass(slots=True)
class Bucket:
    """Tokens of one account: a request takes one, time gives them back."""

    tokens: float
    since: int


class Budgets:
    """The buckets of all accounts that ask. `clock` is monotonic, ns."""

    def __init__(self, *, per_s: float, burst: int, clock: Callable[[], int]) -> None:
        self.per_s = per_s
        self.burst = burst
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    def wait_s(self, account: str) -> float:
        """After how many seconds the account may ask; 0: now."""
        tokens = self._filled(account).tokens
        return 0.0 if tokens >= 1 else (1 - tokens) / self.per_s

    def take(self, account: str) -> None:
        """It asks, having been told that it may."""
        self._buckets[account].tokens -= 1

    def _filled(self, account: str) -> Bucket:
        now = self._clock()
        bucket = self._buckets.get(account)
        if bucket is None:
            bucket = self._buckets[account] = Bucket(float(self.burst), now)
        bucket.tokens = min(self.burst, bucket.tokens + (now - bucket.since) * self.per_s / NS_PER_S)
        bucket.since = now
        return bucket
