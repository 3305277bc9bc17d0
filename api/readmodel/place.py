"""The place of a read model: which of its directories is the one in use, and which process may write there.

A model that is built anew while the old one serves lies in a directory of its own below the first one; the file
`current` names the one in use, and is swapped atomically.
"""

import fcntl
import os
import shutil
from pathlib import Path

from api.errors import StartError
from api.readmodel import disk
from api.readmodel.files import write_durably

LOCK = "lock"
CURRENT = "current"
REBUILT = "rebuilt-"


class Place:
    """The directory that the setting `read_model` names."""

    def __init__(self, root: Path) -> None:
        """Make the directory if need be.

        Raises:
            StartError: it cannot be kept there.
        """
        self.root = root
        try:
            root.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(root / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as fault:
            raise StartError(f"the read model cannot be kept in {root}: {fault.strerror}") from fault
        self.is_ours = False
        """Whether this process is the one that writes here; it stays so until the process ends."""

    def take(self) -> bool:
        """Become the process that writes here, unless another one is."""
        if not self.is_ours:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            self.is_ours = True
        return True

    def close(self) -> None:
        """Let another process write here."""
        os.close(self._lock)
        self.is_ours = False

    def current(self) -> Path:
        """The directory in use."""
        return current(self.root)

    def rebuilding(self) -> Path:
        """The directory to build a new model in; what was begun there is gone on with."""
        begun = [path for path in self.root.glob(f"{REBUILT}*") if path != self.current()]
        if begun:
            return max(begun)
        number = int(self.current().name.removeprefix(REBUILT)) + 1 if self.current() != self.root else 1
        fresh = self.root / f"{REBUILT}{number:06d}"
        fresh.mkdir()
        return fresh

    def use(self, directory: Path) -> None:
        """Make a directory the one in use, and delete the others; who has mapped their files keeps them."""
        write_durably(self.root / CURRENT, directory.name.encode())
        self.drop_others()

    def drop_others(self) -> None:
        """Delete what is not in use."""
        current = self.current()
        if current != self.root:
            disk.clear(self.root)
        for path in self.root.glob(f"{REBUILT}*"):
            if path != current:
                shutil.rmtree(path)


def current(root: Path) -> Path:
    """The directory in use below `root`."""
    try:
        name = (root / CURRENT).read_text().strip()
    except FileNotFoundError:
        return root
    return root / Path(name).name if name.startswith(REBUILT) else root
