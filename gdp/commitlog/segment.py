"""One segment file: created whole, appended to by one thread, read by any (docs/formats.md, "Segment")."""

import os
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gdp.commitlog import frame, layout
from gdp.commitlog.frame import FRAME_HEAD_BYTES, BadFrame, FrameHead, Stored
from gdp.commitlog.layout import HEADER_BYTES, Footer, SegmentHeader
from gdp.disk import DISK, Disk
from gdp.errors import CorruptStore, StoreFailed

SUFFIX = ".seg"
_NEW_SUFFIX = ".new"
_READ_BYTES = 1 << 20
RECORD_READ_BYTES = 1024  # most records fit; a longer one costs a second read


class Frame(NamedTuple):
    """A checked frame and the byte of the segment at which it begins."""

    place: int
    head: FrameHead
    body: bytes

    def records(self) -> Iterator[tuple[int, Stored]]:
        """Return where in the segment each record begins, and the record."""
        begins = self.place + FRAME_HEAD_BYTES
        for at, record in frame.decode_body(self.body, self.head.records):
            yield begins + at, record


class Segment:
    """An open segment file. The descriptor closes when nobody refers to the object, so that a reader outlives deletion.

    Attributes:
        path, header: where it is, what its first bytes say.
        end: byte after its last checked or written frame; frames beyond it do not exist for a reader.
        size: bytes of the file, footer included.
        footer: its index if it is sealed.
    """

    def __init__(self, path: Path, fd: int, header: SegmentHeader, disk: Disk) -> None:
        self.path = path
        self.header = header
        self.end = HEADER_BYTES
        self.size = HEADER_BYTES
        self.footer: Footer | None = None
        self._fd = fd
        self._disk = disk
        weakref.finalize(self, os.close, fd)

    @property
    def number(self) -> int:
        """Its place in the order of segments, from 1."""
        return self.header.number

    @classmethod
    def create(cls, directory: Path, header: SegmentHeader, *, disk: Disk = DISK) -> "Segment":
        """Make a new segment, durably and as a whole: a crash leaves either nothing or a segment with its header."""
        path = directory / f"{header.number:08d}{SUFFIX}"
        new = path.with_suffix(_NEW_SUFFIX)
        fd = disk.create(new)
        segment = cls(path, fd, header, disk)
        disk.write_all(fd, layout.encode_header(header))
        segment.sync()
        disk.rename(new, path)
        disk.sync_directory(directory)
        return segment

    @classmethod
    def open(cls, path: Path, *, writable: bool, disk: Disk = DISK) -> "Segment":
        """Open an existing segment; `end` is set by who checks it.

        Raises:
            CorruptStore: its header is damaged.
            FileNotFoundError: it has been deleted meanwhile.
        """
        fd = os.open(path, os.O_RDWR | os.O_APPEND if writable else os.O_RDONLY)
        size = os.fstat(fd).st_size
        try:
            header = layout.decode_header(os.pread(fd, HEADER_BYTES, 0))
        except BadFrame as error:
            os.close(fd)
            raise corrupt(path, 0, error) from error
        segment = cls(path, fd, header, disk)
        segment.size = size
        segment._read_footer()
        return segment

    def frames(self, start: int = HEADER_BYTES, end: int | None = None) -> Iterator[Frame]:
        """Return the frames from byte `start` (a frame's first) to `end`, each checked.

        Raises:
            BadFrameAt: the bytes at its place are no frame.
        """
        end = self.end if end is None else end
        window = _Window(self._fd, end)
        place = start
        while place < end:
            try:
                found = self._frame(window, place)
            except BadFrame as error:
                raise BadFrameAt(place, str(error)) from error
            yield found
            place += FRAME_HEAD_BYTES + found.head.body_bytes

    def record(self, place: int) -> Stored:
        """Return the record that begins at byte `place`.

        Raises:
            CorruptStore: there is none.
        """
        raw = os.pread(self._fd, RECORD_READ_BYTES, place)
        try:
            size = frame.record_bytes(raw)
            if size > len(raw):
                raw = os.pread(self._fd, size, place)
            return frame.decode_record(raw, 0)[0]
        except BadFrame as error:
            raise corrupt(self.path, place, error) from error

    def read(self, place: int, size: int) -> bytes:
        """Return so many bytes from `place` on, fewer at the file's end."""
        return os.pread(self._fd, size, place)

    def append(self, head: bytes, body: bytes) -> None:
        """Write a frame at the end, not yet durable. If that does not come to its end, the file is as long as before.

        Whatever ends it, a signal's exception too: bytes that `size` does not count would put all later frames at
        other places than they believe.
        """
        size = self.size
        try:
            self._disk.write_all(self._fd, head, body)
            self.size = size + len(head) + len(body)
        except BaseException:
            self._disk.cut(self._fd, size)
            self.size = size
            raise

    def sync(self) -> None:
        """Make what was written durable.

        Raises:
            StoreFailed: it may be durable or not.
        """
        try:
            self._disk.sync_data(self._fd)
        except OSError as error:
            raise StoreFailed(
                f"fdatasync of {self.path} failed ({error}): the disk or its connection is faulty"
            ) from error

    def publish(self) -> None:
        """Let readers see what was made durable."""
        self.end = self.size

    def seal(self, footer: Footer) -> None:
        """Add the index, durably; nothing is appended afterwards.

        Raises:
            OSError: it could not be written; the file is as long as before.
            StoreFailed: as `sync`.
        """
        assert self.footer is None
        assert self.end == self.size
        self.append(b"", layout.encode_footer(footer, salt=self.header.salt, place=self.end))
        self.sync()
        self.footer = footer

    def cut(self, end: int) -> None:
        """Cut a torn tail off, durably."""
        self._disk.cut(self._fd, end)
        self._disk.sync(self._fd)
        self.end = self.size = end

    def has_frame_after(self, place: int) -> bool:
        """Tell whether a good frame begins anywhere after byte `place`: then what is there was not torn but damaged."""
        window = _Window(self._fd, self.size)
        rest = window.take(place, self.size - place)
        at = rest.find(frame.FRAME_MAGIC, 1)
        while at >= 0:
            with suppress(BadFrame):
                self._frame(window, place + at)
                return True
            at = rest.find(frame.FRAME_MAGIC, at + 1)
        return False

    def _frame(self, window: "_Window", place: int) -> Frame:
        raw = window.take(place, FRAME_HEAD_BYTES)
        head = frame.decode_head(raw)
        body = window.take(place + FRAME_HEAD_BYTES, head.body_bytes)
        frame.check_frame(raw, body, salt=self.header.salt, place=place)
        return Frame(place, head, body)

    def _read_footer(self) -> None:
        trailer_at = self.size - layout.TRAILER_BYTES
        place = layout.footer_place(os.pread(self._fd, layout.TRAILER_BYTES, trailer_at)) if trailer_at > 0 else None
        if place is None or place > trailer_at:
            return
        with suppress(BadFrame):  # then these bytes are judged as frames: a torn one may end like a trailer
            raw = os.pread(self._fd, max(self.size - place, 0), place)
            self.footer = layout.decode_footer(raw, salt=self.header.salt, place=place)
            self.end = place


class _Window:
    """Reads a file forward in large blocks, so that small frames cost no system call each."""

    def __init__(self, fd: int, end: int) -> None:
        self._fd = fd
        self._end = end
        self._at = 0
        self._block = b""

    def take(self, place: int, size: int) -> bytes:
        """Return these bytes of the file.

        Raises:
            BadFrame: they reach beyond its end.
        """
        if place + size > self._end:
            raise BadFrame(f"{size} bytes are due, {self._end - place} are left")
        at = place - self._at
        if at < 0 or at + size > len(self._block):
            self._block = os.pread(self._fd, min(max(_READ_BYTES, size), self._end - place), place)
            self._at, at = place, 0
        return self._block[at : at + size]


class BadFrameAt(Exception):
    """No frame where one was expected: `place` is the byte in the segment."""

    def __init__(self, place: int, reason: str) -> None:
        super().__init__(reason)
        self.place = place


def corrupt(path: Path, place: int, reason: object) -> CorruptStore:
    """Return the error that says which byte of which file is damaged, and what can be done."""
    return CorruptStore(
        f"{path} is damaged at byte {place}: {reason}. Nothing has been changed. Restore the directory from a backup "
        f"or a mirror. Without either, keep a copy, then give up what follows: truncate -s {place} {path} (and delete "
        "the segments after it, unless the damage is in this segment's index: then nothing is lost)"
    )
