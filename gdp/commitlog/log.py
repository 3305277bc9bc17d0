"""The segments of a commit log in their order: checked when opened, appended to, sealed, deleted from the oldest on."""

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

from gdp.commitlog import frame
from gdp.commitlog.layout import SALT_BYTES, Footer, SegmentHeader
from gdp.commitlog.segment import SUFFIX, BadFrameAt, Frame, Segment, corrupt
from gdp.disk import DISK, Disk, sync_names
from gdp.errors import CorruptStore, DiskFull, Older, StoreFailed


class CommitLog:
    """The commit log in one directory. One thread appends and seals; any thread reads and looks segments up.

    `servers` are the store's names: its present one last, before it those of incarnations that wrote older segments.

    Attributes:
        position: logged time of the last durable record, ns.
        reserved: no record still to come has a logged time up to this, ns.
        torn_bytes: what was cut off the last segment when it was opened: a frame that nobody was told of.
    """

    def __init__(
        self,
        directory: Path,
        servers: Sequence[bytes],
        *,
        disk: Disk = DISK,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._directory = directory
        self._disk = disk
        self._servers = tuple(servers)
        self._entropy = entropy
        self._segments: dict[int, Segment] = {}
        self.position = 0
        self.reserved = 0
        self.torn_bytes = 0

    @property
    def segments(self) -> list[Segment]:
        """The segments, oldest first."""
        return list(self._segments.values())

    @property
    def current(self) -> Segment:
        """The segment that is appended to."""
        return self._segments[next(reversed(self._segments))]

    @property
    def size_bytes(self) -> int:
        """Size of all segments."""
        return sum(segment.size for segment in self.segments)

    def segment(self, number: int) -> Segment:
        """Return a segment by its number.

        Raises:
            KeyError: it has been deleted.
        """
        return self._segments[number]

    def start(self) -> None:
        """Make the first segment of a new store."""
        self._disk.make_directories(self._directory, 0o700)
        self._begin(1)

    def open(self, *, writable: bool) -> None:
        """Open all segments and check the last one; nothing is changed yet (`repair`).

        Raises:
            CorruptStore: a segment is damaged, missing, or of another store.
        """
        paths = sorted(self._directory.glob(f"*{SUFFIX}"))
        for path in paths:
            segment = Segment.open(path, writable=writable, disk=self._disk)
            self._check_order(segment)
            self._segments[segment.number] = segment
        if not self._segments:
            raise CorruptStore(
                f"{self._directory} holds no segment of the commit log, though the store has been used: acknowledged "
                "records are missing. Restore the directory from a backup or a mirror"
            )
        for segment in self.segments[:-1]:
            if segment.footer is None:
                segment.end = segment.size
                self.check(segment)
        self._open_last(self.current)

    def repair(self) -> None:
        """Cut the torn tail off, and begin a new segment if the last one must not grow; errors as `append`.

        What a killed process wrote and did not synchronise is made durable, before anybody is told of it.
        """
        last = self.current
        with _disk_errors(last):
            for leftover in self._directory.glob("*.new"):
                self._disk.delete(leftover)
            self._disk.sync_directory(self._directory)
            if self.torn_bytes:
                last.cut(last.end)
            else:
                last.sync()
            if last.footer is not None or last.header.server != self._servers[-1]:
                self._begin(last.number + 1)

    @staticmethod
    def check(segment: Segment) -> None:
        """Read a segment's frames through.

        Raises:
            CorruptStore: one of them is damaged.
        """
        try:
            for _ in segment.frames():
                pass
        except BadFrameAt as error:
            raise corrupt(segment.path, error.place, error) from error

    def append(self, body: bytes, *, count: int, first: int, last: int, reserved: int) -> None:
        """Append a frame and make it durable; readers see it after `publish`.

        Raises:
            DiskFull: it could not be written; the log is as before.
            StoreFailed: nothing is known of what is on the disk.
        """
        segment = self.current
        salt, place = segment.header.salt, segment.size
        head = frame.encode_head(body, count, first, last, reserved, salt=salt, place=place)
        with _disk_errors(segment):
            segment.append(head, body)
        segment.sync()

    def publish(self, *, position: int, reserved: int) -> None:
        """Let readers see what was appended (under the store's lock)."""
        self.current.publish()
        self.position = position
        self.reserved = reserved

    def seal(self, footer: Footer) -> None:
        """Seal the current segment, if that is not done yet, and begin the next; errors as `append`."""
        last = self.current
        with _disk_errors(last):
            if last.footer is None:
                last.seal(footer)
            self._begin(last.number + 1)

    def delete_oldest(self) -> None:
        """Delete the oldest segment; readers that have it open go on reading it. Errors as `append`."""
        oldest = self.segments[0]
        assert oldest is not self.current
        del self._segments[oldest.number]
        with _disk_errors(oldest):
            self._disk.delete(oldest.path)
        sync_names(self._disk, self._directory)

    def frames(self, after: int) -> Iterator[tuple[Segment, Frame]]:
        """Return the durable frames with records, from the beginning of the segment that holds what follows `after`.

        Earlier frames of that segment come too, for they are what later ones are chained to.

        Raises:
            Older: `after` precedes the oldest segment.
            CorruptStore: a frame is damaged.
        """
        segments = self.segments
        if after < segments[0].header.previous:
            raise Older(self.position)
        first = max(at for at, segment in enumerate(segments) if segment.header.previous <= after)
        for segment in segments[first:]:
            try:
                for found in segment.frames():
                    if found.head.records:
                        yield segment, found
            except BadFrameAt as error:
                raise corrupt(segment.path, error.place, error) from error

    def _begin(self, number: int) -> None:
        header = SegmentHeader(number, self._servers[-1], self.position, self.reserved, self._entropy(SALT_BYTES))
        self._segments[number] = Segment.create(self._directory, header, disk=self._disk)

    def _check_order(self, segment: Segment) -> None:
        if segment.header.server not in self._servers:
            raise corrupt(segment.path, 0, "the segment belongs to another store, or to another incarnation of it")
        if self._segments and self._age(segment) < self._age(self.current):
            raise corrupt(segment.path, 0, "the segment is of an earlier incarnation than the one before it")
        expected = self.current.number + 1 if self._segments else segment.number
        if segment.number != expected or segment.path.name != f"{segment.number:08d}{SUFFIX}":
            raise corrupt(segment.path, 0, f"segment {expected} is missing, or the file was renamed")

    def _age(self, segment: Segment) -> int:
        return self._servers.index(segment.header.server)

    def _open_last(self, segment: Segment) -> None:
        self.position = segment.header.previous
        self.reserved = segment.header.reserved
        if segment.footer is not None:
            self.position, self.reserved = segment.footer.last, segment.footer.reserved
            return
        end = segment.end
        try:
            for found in segment.frames(end=segment.size):
                end = found.place + frame.FRAME_HEAD_BYTES + found.head.body_bytes
                self.reserved = found.head.reserved
                if found.head.records:
                    self.position = found.head.last
        except BadFrameAt as error:
            if segment.has_frame_after(error.place):
                raise corrupt(segment.path, error.place, error) from error
            self.torn_bytes = segment.size - error.place
        segment.end = end


class _disk_errors:  # noqa: N801, used like a function
    """Translates what the system says of the disk."""

    __slots__ = ("_segment",)

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, OSError):
            return
        path = self._segment.path
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"no room on the disk for {path}") from error
        raise StoreFailed(f"{path} cannot be written ({error})") from error
