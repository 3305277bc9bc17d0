"""What the sink counts, as plain numbers: cheap to raise for each message, read by heartbeat and metrics."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counters:
    """Messages since the process started."""

    received: int = 0
    stored: int = 0
    acknowledged: int = 0
    stale_acks: int = 0
    """Acknowledgements not sent because their connection was over; the broker delivers these again."""
    duplicates: int = 0
    """Redeliveries of what the store holds: acknowledged, not stored again."""
    retained_repeats: int = 0
    unwanted: int = 0
    """Outside the log filter, from a subscription of an earlier run: acknowledged, not stored."""
    broker_dropped: int = 0
    """Messages for any client that the broker says it had no room for."""
    taken_over: int = 0
    """Connections that ended because another client connected with the sink's client id."""
    sessions_lost: int = 0
    """Times that the broker had forgotten the session, and what it had kept in it."""
    broker_restarts: int = 0
    """Times that the broker had crashed while the sink was away, or been started anew for all that is known."""
    refused: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, int | dict[str, int]]:
        """Return all counts by name, for the heartbeat."""
        return {
            "received": self.received,
            "stored": self.stored,
            "acknowledged": self.acknowledged,
            "stale_acks": self.stale_acks,
            "duplicates": self.duplicates,
            "retained_repeats": self.retained_repeats,
            "unwanted": self.unwanted,
            "broker_dropped": self.broker_dropped,
            "taken_over": self.taken_over,
            "sessions_lost": self.sessions_lost,
            "broker_restarts": self.broker_restarts,
            "refused": dict(self.refused),
        }
