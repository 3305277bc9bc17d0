"""What a batch becomes: the body of a frame, and what changes in memory once that frame is durable."""

from dataclasses import dataclass, field

from gdp.commitlog.frame import BodyBuilder
from gdp.commitlog.layout import new_places
from gdp.store.items import Appended, Outcome
from gdp.store.logstate import Chunk, LogState


@dataclass(slots=True)
class Plan:
    """A plan in the making.

    Attributes:
        segment: the segment that it will be written to.
        base: byte of that segment at which the body begins.
        next: the next logged time to give, ns.
        outcomes: one an item; any_refused: whether an item was refused.
        touched: logs that get records; created: logs that begin.
        topics: the logs that topics go to from here on, where that is not as before.
        chunks: chunks of this segment that begin.
        signed: records that are signed, by log and number.
    """

    segment: int
    base: int
    next: int
    body: BodyBuilder = field(default_factory=BodyBuilder)
    outcomes: list[Outcome] = field(default_factory=list)
    any_refused: bool = False
    appended: list[Appended] = field(default_factory=list)
    touched: dict[int, LogState] = field(default_factory=dict)
    created: dict[bytes, LogState] = field(default_factory=dict)
    topics: dict[str, LogState] = field(default_factory=dict)
    chunks: list[tuple[LogState, Chunk]] = field(default_factory=list)
    signed: list[tuple[LogState, int]] = field(default_factory=list)

    def begin_chunk(self, state: LogState, recno: int) -> Chunk:
        """Begin a log's chunk of this segment with record `recno`."""
        chunk = Chunk(self.segment, recno, new_places())
        state.chunk = chunk
        state.places = chunk.places
        state.chunks.append(chunk)
        self.chunks.append((state, chunk))
        return chunk
