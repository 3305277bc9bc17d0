"""One log of an open store in memory: its tip, what is planned for it, and where its pending records lie."""

from collections.abc import Callable
from functools import cached_property

from gdp.catalogue import Kind, LogEntry
from gdp.chain import is_chained
from gdp.commitlog.layout import LogIndex, Places
from gdp.datum import HashState, LogHash
from gdp.keys import VerifyKey
from gdp.metadata import Metadata
from gdp.store.items import LogInfo


class Chunk:
    """A log's records in one segment, consecutive from `first`; the first of them has its prevhash written out."""

    __slots__ = ("first", "places", "segment")

    def __init__(self, segment: int, first: int, places: Places) -> None:
        self.segment = segment
        self.first = first
        self.places = places

    @property
    def last(self) -> int:
        """Number of its last record."""
        return self.first + len(self.places) - 1


class LogState:
    """A log's moving parts. Tips change under the store's lock; `planned_…` belongs to the store's thread alone.

    Attributes:
        id: as in its entry, which is slower to look into; foreign: whether others write it.
        hashing: its `hasher`, once that was needed.
        hash_copy: copies the SHA-256 state that its records' hashes begin with; set while messages may be planned
            together for it: it is not of an earlier incarnation, and has a record.
        tip_recno, tip_hash: the last durable record (0, None: none).
        signed_recno: the last signed record.
        sign_at, sign_recno: logged time and number from which a record is to be signed.
        covered_recno: the last record that a signature or seal covers.
        filed_recno, filed_hash: the last record that its `.glog` file holds.
        planned_…: the tip that the batch being committed makes.
        chunks: where its records lie that the file may lack, oldest first.
        chunk: the one of the current segment, if any.
        places: that one's, if records can be added to it as it is.
        note_recno: number of the tip from which on filing wants to be told of it.
        pending_since: logged time of about the first pending record, 0 if none is.
        due: it waits for its turn to be filed.
    """

    __slots__ = (
        "__dict__",
        "chunk",
        "chunks",
        "covered_recno",
        "due",
        "entry",
        "filed_hash",
        "filed_recno",
        "foreign",
        "hash_copy",
        "hashing",
        "id",
        "note_recno",
        "pending_since",
        "places",
        "planned_hash",
        "planned_recno",
        "sign_at",
        "sign_recno",
        "signed_recno",
        "tip_hash",
        "tip_recno",
    )

    def __init__(self, entry: LogEntry) -> None:
        self.entry = entry
        self.id = entry.id
        self.foreign = entry.kind is Kind.FOREIGN
        self.hashing: LogHash | None = None
        self.hash_copy: Callable[[], HashState] | None = None
        self.chunks: list[Chunk] = []
        self.chunk: Chunk | None = None
        self.places: Places | None = None
        self.due = False
        self.pending_since = self.note_recno = 0
        self.tip_recno = self.planned_recno = self.filed_recno = 0
        self.tip_hash: bytes | None = None
        self.planned_hash: bytes | None = None
        self.filed_hash: bytes | None = None
        self.signed_recno = self.covered_recno = self.sign_at = self.sign_recno = 0

    @property
    def hasher(self) -> LogHash:
        """The log's hash state, made when first needed."""
        if self.hashing is None:
            self.hashing = LogHash(self.entry.name, self.entry.metadata)
        return self.hashing

    @cached_property
    def key(self) -> VerifyKey | None:
        """The key that its records are signed with, None if it names none that is usable."""
        return VerifyKey.of(Metadata.parse(self.entry.metadata))

    @cached_property
    def chained(self) -> bool:
        """Whether the log promises a prevhash in every record but the first."""
        return is_chained(Metadata.parse(self.entry.metadata))

    @property
    def pending(self) -> int:
        """Durable records that its file lacks."""
        return self.tip_recno - self.filed_recno

    def set_tip(self, recno: int, tip_hash: bytes | None, *, signed_recno: int) -> None:
        """Say what the last durable record is (recovery)."""
        self.tip_recno = self.planned_recno = recno
        self.tip_hash = self.planned_hash = tip_hash
        self.signed_recno = max(signed_recno, self.signed_recno)
        self.covered_recno = max(self.covered_recno, self.signed_recno)

    def set_filed(self, recno: int, tip_hash: bytes | None, *, signed_recno: int) -> None:
        """Say what the file holds, before the commit log's records are added (recovery)."""
        self.filed_recno = recno
        self.filed_hash = tip_hash
        self.set_tip(recno, tip_hash, signed_recno=signed_recno)

    @property
    def uncovered(self) -> bool:
        """Whether it is ours, and neither a signature nor a seal covers its tip."""
        return self.covered_recno < self.tip_recno and not self.foreign

    def forget_plan(self) -> None:
        """What was planned will not come; the next record takes the long way and is due to be signed, as that was."""
        self.planned_recno = self.tip_recno
        self.planned_hash = self.tip_hash
        self.hash_copy = self.places = None
        self.sign_at = 0
        chunk = self.chunk
        if chunk is not None:
            del chunk.places[max(self.tip_recno - chunk.first + 1, 0) :]
            if not chunk.places:
                self.chunks.remove(chunk)
                self.chunk = None

    def drop_filed(self, current_segment: int) -> None:
        """Forget chunks that the file holds; that of the current segment stays, for it is still growing."""
        filed = self.filed_recno
        gone = 0
        for chunk in self.chunks:
            if chunk.last > filed or chunk.segment >= current_segment:
                break
            gone += 1
        del self.chunks[:gone]

    def index(self, chunk: Chunk) -> LogIndex:
        """Return a sealed segment's index of this log, when the tip is the segment's last record of it."""
        assert chunk.last == self.tip_recno
        assert self.tip_hash is not None
        return LogIndex(self.entry.id, chunk.first, self.signed_recno, self.tip_hash, chunk.places)

    def info(self) -> LogInfo:
        """Return the log as it stands."""
        entry = self.entry
        metadata = Metadata.parse(entry.metadata)  # not kept: a store has 50,000 logs and asks rarely
        return LogInfo(
            id=entry.id,
            name=entry.name,
            metadata=metadata,
            kind=entry.kind,
            topic=entry.topic,
            generation=entry.generation,
            started=entry.started,
            tip_recno=self.tip_recno,
            tip_hash=self.tip_hash or entry.name,
            signed_recno=self.signed_recno,
            covered_recno=self.covered_recno,
            pending=self.pending,
        )
