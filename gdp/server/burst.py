"""One commit as readers see it: each record encoded once, however many readers there are."""

from gdp.datumcodec import encode_datum, feed_fields
from gdp.server.replies import chunked
from gdp.store import Appended, Commit


class Burst:
    """A commit with its encodings, made when the first reader needs them; `data_bytes` is what its records hold."""

    def __init__(self, commit: Commit) -> None:
        self.commit = commit
        self.data_bytes = commit.bytes
        self._encoded: list[bytes | None] = [None] * len(commit.appended)
        self._feed_chunks: list[list[bytes]] | None = None  # no cached properties: they lock, which costs a lone record
        self._feed_bytes = 0

    def encoded(self, index: int) -> bytes:
        """Return the encoding of the record at this place in the commit."""
        known = self._encoded[index]
        if known is None:
            known = self._encoded[index] = encode_datum(self.commit.appended[index][1:7])
        return known

    @property
    def feed_chunks(self) -> list[list[bytes]]:
        """All records with the feed's fields, divided among PDUs."""
        if self._feed_chunks is None:
            encoded = [self.encoded(index) + _fields(record) for index, record in enumerate(self.commit.appended)]
            self._feed_chunks = [encoded] if len(encoded) == 1 else chunked(encoded, many=True)
            self._feed_bytes = sum(map(len, encoded))
        return self._feed_chunks

    @property
    def feed_bytes(self) -> int:
        """Size of what the feed says of it, without the heads of PDUs."""
        return self._feed_bytes if self.feed_chunks else 0


def _fields(record: Appended) -> bytes:
    entry, _, ts, *_, logged, _ = record
    return feed_fields(entry.name, None if logged == ts else logged)
