"""Whose the broker's files are: where we start as root, the owner of the data directory runs the broker."""

import os
import pwd
from collections.abc import Iterable
from pathlib import Path


def owner_of(root: Path) -> str | None:
    """The user that the broker runs as: the owner of the data directory, where we are root and may choose."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwuid(root.stat().st_uid).pw_name
    except KeyError:
        return "root"


def give(paths: Iterable[Path], owner: str) -> None:
    """Makes these files that user's."""
    uid = pwd.getpwnam(owner).pw_uid
    for path in paths:
        os.chown(path, uid, -1)
