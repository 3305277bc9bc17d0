"""Tells a session that another client takes from a connection that broke.

A broker that speaks MQTT 5 in full says so (DISCONNECT 0x8E, MQTT 5 §3.14.2.1). Mosquitto 2.0.11 only closes: there it
is concluded from two connections in succession that ended without a word while the broker went on taking others.
"""

WINDOW_S = 60.0
"""Longer than two clients with the longest delay take for a round of their fight."""


class TakeoverWatch:
    """Is told how connections end; times are of any monotonic clock, in seconds."""

    def __init__(self) -> None:
        self._silent_at: float | None = None

    def unreachable(self) -> None:
        """The broker was away: that explains the end before."""
        self._silent_at = None

    def ended(self, *, told: bool, silent: bool, now: float) -> bool:
        """Whether another client has the session.

        `told`: the broker said so. `silent`: it gave no reason, and is there.
        """
        before, self._silent_at = self._silent_at, now if silent else None
        return told or (silent and before is not None and now - before <= WINDOW_S)
