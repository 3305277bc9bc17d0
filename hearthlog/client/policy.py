"""How long and how often the client tries."""

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Bounds on trying again.

    Attributes:
        tries_max: how often a GET is sent until its failure is the caller's.
        backoff_s: wait after the first failure; doubles with each, and a random part of it is taken.
        backoff_s_max: the longest wait.
        retry_after_s_max: a longer `Retry-After` than this is not waited for.
        silence_s_max: a connection that says nothing for this long is broken; above the 15 s of a stream's comments.
        wait_s: how long the home may wait for a position that `at` names.
        cover_s_max: how long `verify=True` waits for the signature or seal that covers a new record.
        random: a number from 0 to 1.
    """

    tries_max: int = 6
    backoff_s: float = 0.25
    backoff_s_max: float = 10.0
    retry_after_s_max: float = 60.0
    silence_s_max: float = 60.0
    wait_s: int = 10
    cover_s_max: float = 60.0
    random: Callable[[], float] = random.random

    def pause_s(self, failures: int) -> float:
        """The wait after this many failures in a row, 1 or more."""
        longest = min(self.backoff_s * 2.0 ** (failures - 1), self.backoff_s_max)
        return longest * (0.5 + self.random() / 2)
