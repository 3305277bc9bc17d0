"""One commit as readers see it: each record encoded once, however many readers there are."""

from functools import cached_property

from gdp.datumcodec import encode_datum, feed_fields
from gdp.server.replies import chunked
from gdp.store import Commit, Record


class Burst:
    """A commit with its encodings, made when the first reader needs them; `data_bytes` is its records' data."""

    def __init__(self, commit: Commit) -> None:
        self.commit = commit
        self.data_bytes = sum(len(record.datum.data) for record in commit.records)
        self._encoded: list[bytes | None] = [None] * len(commit.records)

    def encoded(self, index: int) -> bytes:
        """Return the encoding of the record at this place in the commit."""
        known = self._encoded[index]
        if known is None:
            known = self._encoded[index] = encode_datum(self.commit.records[index].datum)
        return known

    @cached_property
    def feed_chunks(self) -> list[list[bytes]]:
        """All records with the feed's fields, divided among PDUs."""
        return chunked(
            (self.encoded(index) + _fields(record) for index, record in enumerate(self.commit.records)), many=True
        )

    @cached_property
    def feed_bytes(self) -> int:
        """Size of what the feed says of it, without the heads of PDUs."""
        return sum([len(encoded) for chunk in self.feed_chunks for encoded in chunk])


def _fields(record: Record) -> bytes:
    return feed_fields(record.entry.name, None if record.logged == record.datum.ts else record.logged)
