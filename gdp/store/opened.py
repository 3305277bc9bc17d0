"""What the parts of one open store share: who it is, its logs, its commit log, its table of tips, and the lock."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gdp import glog
from gdp.commitlog.log import CommitLog
from gdp.disk import DISK, Disk
from gdp.store.identity import Identity
from gdp.store.logstate import LogState
from gdp.store.registry import Registry
from gdp.store.tips import FILE_NAME as TIPS_FILE
from gdp.store.tips import Tips

COMMIT_DIRECTORY = "commit"
GLOG_DIRECTORY = "glogs"


@dataclass(frozen=True, slots=True)
class Opened:
    """An open store.

    Attributes:
        waiting: logs with records that their files lack, by id, in about the order in which that began.
        dirty: logs whose row in the table of tips is behind.
        lock: held for moments, while tips and the two collections change together; never across disk or network.
    """

    root: Path
    identity: Identity
    registry: Registry
    log: CommitLog
    tips: Tips
    disk: Disk
    waiting: dict[int, LogState] = field(default_factory=dict)
    dirty: dict[int, LogState] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def at(
        cls, root: Path, identity: Identity, *, disk: Disk = DISK, entropy: Callable[[int], bytes] = os.urandom
    ) -> "Opened":
        """Return the store in this directory with nothing read yet."""
        log = CommitLog(root / COMMIT_DIRECTORY, identity.servers, disk=disk, entropy=entropy)
        return cls(root, identity, Registry(), log, Tips(root / TIPS_FILE, disk), disk)

    def glog_path(self, state: LogState) -> Path:
        """Return where a log's file is, or will be."""
        return glog.path_of(self.root / GLOG_DIRECTORY, state.entry.name)
