"""The log file of a child: opened for appending, set aside when large, its last lines for a person."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

# What of the end of a log is read to find its last lines.
TAIL_BYTES_MAX = 16_384


def open_log(path: Path) -> int:
    """Opens a log for a child to append to; where there is no room for one, what the child says is lost, not the child.

    Returns:
        A file descriptor, which the caller closes once the child has it.
    """
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)


def set_aside(path: Path, *, bytes_max: int) -> None:
    """Moves what a log holds to `<name>.1` if there is too much of it, while its writer goes on.

    The writer appends (O_APPEND), so it goes on at the new end. A line written between copy and cut is lost.
    A log that somebody deleted, or a disk without room for the copy does not stop a home: the next time will do.
    """
    with suppress(OSError):
        if path.stat().st_size > bytes_max:
            shutil.copyfile(path, path.with_name(path.name + ".1"))
            os.truncate(path, 0)


def last_lines(path: Path, *, since: int = 0, count: int = 12) -> list[str]:
    """The last lines of a log.

    Args:
        path: The log; missing means empty.
        since: Bytes at its beginning to leave out: what it held when the child was started.
        count: How many lines at most.
    """
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            # A log that was set aside meanwhile is all new.
            start = since if since <= end else 0
            file.seek(max(start, end - TAIL_BYTES_MAX))
            text = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]
