"""What was done for the read model beside following: merging and rebuilding."""

import time
from dataclasses import dataclass


@dataclass(slots=True)
class Rebuild:
    """A model that is being built anew while the old one serves."""

    reason: str
    """What differs, in words."""
    of_rows: int
    """Rows of the model that serves: about as many as the new one will have."""
    rows: int = 0
    """Rows that are there."""
    began: float = 0.0
    """Monotonic time in s."""
    told: float = 0.0
    """When it was last told in the log, likewise."""

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1, as far as that can be said."""
        return min(self.rows / self.of_rows, 1.0) if self.of_rows else 1.0

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return time.monotonic() - self.began


@dataclass(slots=True)
class Upkeep:
    """Since the process started. Written by the keeper, read by routes and metrics."""

    writes: bool = False
    """Whether this process is the one that writes the read model."""
    compactions: int = 0
    compacted_rows: int = 0
    compaction_s: float = 0.0
    failures: int = 0
    """Compactions and rebuilds that did not end well; each is tried again."""
    rebuilds: int = 0
    rebuild: Rebuild | None = None
