"""What the processes of a program take together, their children included."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from bench import process

MIB = 1 << 20


def cpu_s(pids: Sequence[int]) -> float:
    """CPU time so far, s."""
    return sum(process.cpu_s(pid) for pid in _family(pids))


def resident(pids: Sequence[int]) -> tuple[float, float]:
    """Anonymous (shared memory counted once) and file-backed resident memory of processes and their children, MiB."""
    anon = file = 0.0
    shared = [0.0]
    for pid in _family(pids):
        with contextlib.suppress(FileNotFoundError):
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            said = {
                name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if "Rss" in name
            }
            anon += said["RssAnon"]
            file += said["RssFile"]
            shared.append(said["RssShmem"])
    return (anon + max(shared)) * 1024 / MIB, file * 1024 / MIB


def _family(pids: Sequence[int]) -> list[int]:
    """The processes and their children."""
    return [*pids, *(child for pid in pids for child in _children(pid))]


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
