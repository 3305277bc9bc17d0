"""The last commits in memory, shared by all followers of the feed: who is a little behind need not read the disk.

A segment can only be read from its beginning, so that a follower that falls behind for a moment would be costly.
"""

from collections import deque

from gdp.server.burst import Burst


class Recent:
    """Consecutive commits, the newest last, bounded by the bytes of their records."""

    def __init__(self, position: int, bytes_max: int) -> None:
        self._bursts: deque[Burst] = deque()
        self._bytes = 0
        self._bytes_max = bytes_max
        self.position = position

    def add(self, burst: Burst) -> None:
        """Take the next commit; the oldest ones go when there are too many bytes."""
        self._bursts.append(burst)
        self._bytes += burst.data_bytes
        self.position = burst.commit.last
        while self._bytes > self._bytes_max:
            self._bytes -= self._bursts.popleft().data_bytes

    def after(self, position: int) -> list[Burst] | None:
        """Return all commits that follow a position (ns), or None if that is not known here."""
        if position >= self.position:
            return []
        found: list[Burst] = []
        for burst in reversed(self._bursts):
            if burst.commit.last <= position:
                break
            found.append(burst)
        if not found or not found[-1].commit.previous <= position < found[-1].commit.first:
            return None
        return found[::-1]
