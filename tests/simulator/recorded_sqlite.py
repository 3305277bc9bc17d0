"""What SQLite does to its files, recorded: the library's own file layer, with its writing calls listened to.

Python's module cannot be given another file layer, but the library that it uses takes one for the whole process. Ours
opens files with the original one and then hands SQLite the same methods, except those that change files.
"""

import _sqlite3
import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, addressof, c_char_p, c_int, c_int64, c_void_p, cast, string_at
from pathlib import Path

from tests.simulator.recorded_disk import Cut, RecordedDisk, Synced, SyncedDirectory, Wrote

_JOURNAL_FLAGS = 0x800 | 0x4000 | 0x80000  # main journal, super-journal, WAL: their directory is synced with them
_CREATED = 0x4

_CLOSE = CFUNCTYPE(c_int, c_void_p)
_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_CUT = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_RANDOM = CFUNCTYPE(c_int, c_void_p, c_int, c_void_p)


class _Methods(Structure):  # sqlite3_io_methods
    _fields_ = [
        ("version", c_int),
        ("close", _CLOSE),
        ("read", c_void_p),
        ("write", _WRITE),
        ("cut", _CUT),
        ("sync", _SYNC),
        ("others", c_void_p * 13),
    ]


class _Layer(Structure):  # sqlite3_vfs
    _fields_ = [
        ("version", c_int),
        ("file_bytes", c_int),
        ("path_bytes_max", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", _OPEN),
        ("delete", _DELETE),
        ("others", c_void_p * 6),
        ("random", _RANDOM),
        ("more", c_void_p * 7),
    ]


def library() -> ctypes.CDLL | None:
    """Return the SQLite library that this process uses, None if it is hidden inside Python."""
    try:
        found = ctypes.CDLL(_sqlite3.__file__)
        found.sqlite3_vfs_find.restype = POINTER(_Layer)
        found.sqlite3_vfs_find.argtypes = [c_char_p]
    except (AttributeError, OSError):
        return None
    return found


class _Listener:
    """One file layer in front of the original; `disk` is told while there is one."""

    def __init__(self, found: ctypes.CDLL) -> None:
        self.disk: RecordedDisk | None = None
        self._original = found.sqlite3_vfs_find(None)
        self._methods: dict[int, tuple[_Methods, _Methods]] = {}  # by address of the original's
        self._open_files: dict[int, tuple[Path, _Methods, bool]] = {}
        self.layer = _Layer.from_buffer_copy(self._original.contents)
        self.layer.name = b"recorded"
        self.layer.open = _OPEN(self._open)
        self.layer.delete = _DELETE(self._delete)
        self.layer.random = _RANDOM(lambda _layer, size, to: ctypes.memset(to, 7, size) and size)  # for journals

    def _open(self, _layer, name, file, flags, out) -> int:
        path = Path(os.fsdecode(string_at(name))) if name else None
        existed = path is not None and path.exists()
        result = self._original.contents.open(addressof(self._original.contents), name, file, flags, out)
        if result != 0 or path is None or self.disk is None or not path.is_relative_to(self.disk.root):
            return result
        methods = cast(file, POINTER(c_void_p))
        original, ours = self._listening(methods[0])
        methods[0] = addressof(ours)
        if not existed:
            self.disk.link(path)
        new_journal = bool(flags & _CREATED and flags & _JOURNAL_FLAGS)
        self._open_files[file] = (path, original, new_journal)
        return result

    def _listening(self, address: int) -> tuple[_Methods, _Methods]:
        if address not in self._methods:
            original = _Methods.from_address(address)
            ours = _Methods.from_buffer_copy(original)
            ours.close, ours.write = _CLOSE(self._close), _WRITE(self._write)
            ours.cut, ours.sync = _CUT(self._cut), _SYNC(self._sync)
            self._methods[address] = original, ours
        return self._methods[address]

    def _close(self, file) -> int:
        return self._open_files.pop(file)[1].close(file)

    def _write(self, file, data, size, at) -> int:
        path, original, _ = self._open_files[file]
        result = original.write(file, data, size, at)
        if result == 0:
            self._tell(path, lambda number: Wrote(number, at, string_at(data, size)))
        return result

    def _cut(self, file, size) -> int:
        path, original, _ = self._open_files[file]
        result = original.cut(file, size)
        if result == 0:
            self._tell(path, lambda number: Cut(number, size))
        return result

    def _sync(self, file, flags) -> int:
        path, original, new_journal = self._open_files[file]
        self._tell(path, Synced)
        if new_journal:
            self._open_files[file] = (path, original, False)
            self._tell(path, lambda _: SyncedDirectory(path.parent))
        return 0

    def _tell(self, path, operation) -> None:
        if self.disk is not None and (number := self.disk.file(path)) is not None:
            self.disk.story.append(operation(number))

    def _delete(self, _layer, name, sync_directory) -> int:
        path = Path(os.fsdecode(name))
        result = self._original.contents.delete(addressof(self._original.contents), name, sync_directory)
        if result == 0 and self.disk is not None and self.disk.file(path) is not None:
            self.disk.unlink(path)
            if sync_directory:
                self.disk.story.append(SyncedDirectory(path.parent))
        return result


@contextmanager
def sqlite_recorded(disk: RecordedDisk) -> Iterator[None]:
    """Record what SQLite does below the disk's root too; one disk at a time."""
    found = library()
    assert found is not None
    listener = _Listener(found)
    listener.disk = disk
    found.sqlite3_vfs_register(ctypes.byref(listener.layer), 1)
    found.sqlite3_randomness(0, None)  # seeded anew, by the layer
    try:
        yield
    finally:
        listener.disk = None
        found.sqlite3_vfs_unregister(ctypes.byref(listener.layer))
        found.sqlite3_vfs_register(listener._original, 1)
        found.sqlite3_randomness(0, None)
