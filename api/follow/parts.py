"""Parts: a message that is too long for one record comes as several, which are joined here. No I/O."""

from typing import NamedTuple

from ingest.envelope import part_of


class _Parts(NamedTuple):
    logged: int
    records: list[bytes]


class Parts:
    """Keeps, per log, the parts of a message that is not whole yet."""

    def __init__(self) -> None:
        self._parts: dict[int, _Parts] = {}

    @property
    def incomplete_since(self) -> int | None:
        """Logged time in ns of the earliest part that still waits for others."""
        return min((parts.logged for parts in self._parts.values()), default=None)

    def join(self, log: int, data: bytes, logged: int) -> list[bytes] | None:
        """Take the next record of a log: the records of a whole message, or None while others are to come."""
        piece = part_of(data)
        if piece is None:
            self._parts.pop(log, None)
            return [data]
        part, parts = piece
        before = self._parts.pop(log, None)
        expected = 1 if before is None or part == 1 else len(before.records) + 1
        if part != expected:
            return [data]
        known = _Parts(logged, []) if before is None or part == 1 else before
        known.records.append(data)
        if part == parts:
            return known.records
        self._parts[log] = known
        return None
