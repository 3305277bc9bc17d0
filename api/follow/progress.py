"""How far the feed is followed: connected or not, position, and the event that waiting requests wait for."""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Progress:
    """Written by the follower, read by routes, readiness and metrics. One thread."""

    heard: float = float("-inf")
    """Monotonic time in s at which the feed last said something; it is never silent for long."""
    fault: str | None = None
    """Why the feed cannot be followed, in words."""
    watermark: int = 0
    """Logged time in ns of the last watermark of this connection; 0 before the first."""
    snapshot: bool = False
    """Whether history is coming log by log, so that nothing new is seen until it is complete."""
    records: int = 0
    """Records taken in since the process started."""
    unknown_logs: int = 0
    """Records of logs that the catalogue does not list."""
    undecoded: int = 0
    """Messages that are only kept, because no decoder understood them."""
    _waiting: asyncio.Event = field(default_factory=asyncio.Event)

    async def advanced(self) -> None:
        """Wait until the position moves, or the process stops."""
        await self._waiting.wait()

    def advance(self, watermark: int) -> None:
        """The position has moved: wake who waits."""
        self.watermark = watermark
        self.wake()

    def lose(self, reason: str) -> None:
        """The connection to the log server ended."""
        self.heard = float("-inf")
        self.fault = reason

    def wake(self) -> None:
        """Make who waits look around."""
        self._waiting.set()
        self._waiting = asyncio.Event()
