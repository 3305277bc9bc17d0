"""Whose the broker's files are: where we start as root, the owner of the data directory runs the broker."""

import os
import pwd
from pathlib import Path


def owner_of(root: Path) -> str | None:
    """The user that the broker runs as: the owner of the data directory, where we are root and may choose."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwuid(root.stat().st_uid).pw_name
    except KeyError:
        return "root"


def give_to_owner(root: Path, *paths: Path) -> None:
    """Makes these files the owner's: what root writes in somebody's home is theirs, or their home could not read it."""
    if (owner := owner_of(root)) is None:
        return
    uid = pwd.getpwnam(owner).pw_uid
    for path in paths:
        os.chown(path, uid, -1, follow_symlinks=False)
