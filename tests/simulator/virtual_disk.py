"""A disk that is slow, full, faulty, taken from a dying process, or loses what was not synchronised."""

import errno
import os
from pathlib import Path
from random import Random

from gdp.disk import Disk


class VirtualDisk(Disk):
    """Belongs to one process. `dead` ends all it does; `die_at` is the number of the call that it dies before."""

    def __init__(self) -> None:
        self.dead = False
        self.full = False
        self.sync_fails = False
        self.die_at: int | None = None
        self.calls = 0
        self._unsynced: dict[int, tuple[str, int]] = {}

    @property
    def all_durable(self) -> bool:
        return not self._unsynced

    def create(self, path: Path, mode: int = 0o600, *, flags: int = 0) -> int:
        self._step()
        return super().create(path, mode, flags=flags)

    def write(self, fd, parts) -> int:
        self._step()
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        if fd not in self._unsynced:
            place = os.readlink(f"/proc/self/fd/{fd}")  # noqa: PTH115  # at each commit, and a Path costs ten times as much
            self._unsynced[fd] = place, os.fstat(fd).st_size
        return super().write(fd, parts)

    def cut(self, fd: int, size: int) -> None:
        self._step()
        super().cut(fd, size)

    def sync_data(self, fd: int) -> None:
        self._step()
        if self.sync_fails:
            raise OSError(errno.EIO, "Input/output error")
        self._unsynced.pop(fd, None)

    def sync(self, fd: int) -> None:
        self.sync_data(fd)

    def rename(self, old: Path, new: Path) -> None:
        self._step()
        super().rename(old, new)

    def delete(self, path: Path) -> None:
        self._step()
        super().delete(path)

    def make_directory(self, path: Path, mode: int) -> None:
        self._step()
        super().make_directory(path, mode)

    def sync_directory(self, path: Path) -> None:
        self._step()

    def cut_power(self, random: Random) -> None:
        """Lose some of what was not synchronised."""
        for path, size in [(Path(place), size) for place, size in self._unsynced.values()]:
            if path.exists():
                os.truncate(path, random.randint(size, max(path.stat().st_size, size)))

    def _step(self) -> None:
        self.calls += 1
        if self.die_at is not None and self.calls >= self.die_at:
            self.dead = True
        if self.dead:
            raise OSError(errno.EIO, "this process has ended")
