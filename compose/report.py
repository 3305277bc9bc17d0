"""What the supervisor tells, as a seam: a terminal, a service manager or a test listens."""

from collections.abc import Sequence
from typing import Protocol


class Reporter(Protocol):
    """Hears what happens to the parts; each call returns at once."""

    def starting(self, name: str) -> None:
        """A part is started for the first time."""

    def waiting(self, name: str, why: str, *, too_long: bool) -> None:
        """A part does not serve yet; `too_long` once it has taken longer than it should."""

    def serves(self, name: str) -> None:
        """A part serves, for the first time or again."""

    def died(self, name: str, how: str, last_words: Sequence[str], *, again_in_s: float | None) -> None:
        """A part ended by itself; `again_in_s` None: it is not started again."""

    def finished(self, name: str) -> None:
        """A part has done its work."""

    def stopping(self, name: str) -> None:
        """A part is asked to stop."""

    def killed(self, name: str) -> None:
        """A part did not stop in time and was killed."""
