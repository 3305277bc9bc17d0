"""One commit as readers see it: each record encoded once, however many readers there are."""

from functools import cached_property

from gdp.datumcodec import encode_datum, feed_fields
from gdp.server.replies import chunked
from gdp.store import Appended, Commit, datum_of


class Burst:
    """A commit with its encodings, made when the first reader needs them; `data_bytes` is what its records hold."""

    def __init__(self, commit: Commit) -> None:
        self.commit = commit
        self.data_bytes = commit.bytes
        self._encoded: list[bytes | None] = [None] * len(commit.appended)

    def encoded(self, index: int) -> bytes:
        """Return the encoding of the record at this place in the commit."""
        known = self._encoded[index]
        if known is None:
            known = self._encoded[index] = encode_datum(datum_of(self.commit.appended[index]))
        return known

    @cached_property
    def feed_chunks(self) -> list[list[bytes]]:
        """All records with the feed's fields, divided among PDUs."""
        return chunked(
            (self.encoded(index) + _fields(record) for index, record in enumerate(self.commit.appended)), many=True
        )

    @cached_property
    def feed_bytes(self) -> int:
        """Size of what the feed says of it, without the heads of PDUs."""
        return sum([len(encoded) for chunk in self.feed_chunks for encoded in chunk])


def _fields(record: Appended) -> bytes:
    entry, _, ts, *_, logged, _ = record
    return feed_fields(entry.name, None if logged == ts else logged)
