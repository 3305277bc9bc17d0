"""The books of the sink: every message that the broker delivered is somewhere, or the difference says so. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from api.words.quantities import counted
from api.words.say import Said, say

REFUSED = "refused_"


class Books(NamedTuple):
    """Messages since the sink started, as its last heartbeat counted them at one moment."""

    delivered: int
    stored: int
    in_flight: int
    duplicates: int
    repeated: int
    unwanted: int
    refused: int

    @property
    def difference(self) -> int:
        """What cannot be accounted for: 0, unless we made a mistake."""
        return self.delivered - sum(self[1:])

    def as_json(self) -> dict[str, Any]:
        """All of it, with the sentence that says it."""
        return {**self._asdict(), "difference": self.difference, "sentence": self.said().sentence}

    def said(self) -> Said:
        """The sum in words; the difference is said even when it is 0."""
        facts: dict[str, object] = {name: f"{count:,}" for name, count in self._asdict().items()}
        facts |= {"delivered": counted(self.delivered, "message") + " delivered", "difference": f"{self.difference:,}"}
        return say("books.balance", facts=facts)


def books_of(counters: Mapping[str, float]) -> Books | None:
    """The books from the numbers of a heartbeat; None if it does not have them all."""
    try:
        waiting = counters["waiting"]
        return Books(
            delivered=int(counters["received"] + waiting),
            stored=int(counters["stored"]),
            in_flight=int(counters["in_flight"] + waiting),
            duplicates=int(counters["duplicates"]),
            repeated=int(counters["retained_repeats"]),
            unwanted=int(counters["unwanted"]),
            refused=int(sum(count for name, count in counters.items() if name.startswith(REFUSED))),
        )
    except KeyError:
        return None
