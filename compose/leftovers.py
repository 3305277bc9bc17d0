"""Children of an `up` that was killed: they are on their way out, and a new one waits for them."""

import asyncio
from pathlib import Path

POLL_S = 0.05


async def wait_for_leftovers(run: Path, *, timeout_s: float) -> None:
    """Waits until no process that DIR/run names is alive, or the time is over; what is left then shows as a taken port.

    Only waits: a process id may have been given to a stranger since, so nothing is signalled here.
    """
    for _ in range(round(timeout_s / POLL_S)):
        if not _anybody_left(run):
            break
        # Strangers to us now (their parent is gone), so there is no event to wait for.
        await asyncio.sleep(POLL_S)


def _anybody_left(run: Path) -> bool:
    return any(_is_alive(path) for path in run.glob("*.pid"))


def _is_alive(pid_file: Path) -> bool:
    try:
        pid = int(pid_file.read_text("ascii"))
        state = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()[0]
        # After a reboot the same number is somebody else's, and older files are nobody's.
        began = Path(f"/proc/{pid}").stat().st_mtime
    except (OSError, ValueError, IndexError):
        return False
    return state != "Z" and began <= pid_file.stat().st_mtime + 1
