"""The whole product for a bench: `hearthlog up` on free ports, ready, with the process ids of its parts."""

import contextlib
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import process

READY_S = 90.0
STOP_S = 50.0
PARTS = ("mosquitto", "sink", "api")


@dataclass(frozen=True, slots=True)
class Home:
    """A running home: its ports, the admin's token, and the process id of each part."""

    http: int
    mqtt: int
    metrics: int
    token: str
    pids: dict[str, int]

    def cpu_s(self) -> dict[str, float]:
        """CPU seconds used so far by each part."""
        return {part: process.cpu_s(pid) for part, pid in self.pids.items()}


@contextlib.contextmanager
def home(directory: Path, *, ready_s: float = READY_S, heard: Callable[[str], None] = lambda _: None) -> Iterator[Home]:
    """Start everything with its data in `directory`, and stop it afterwards; `heard` gets why it is not ready yet."""
    data, log = directory / "data", directory / "up.log"
    http, mqtt, gdp, metrics = (process.free_port() for _ in range(4))
    addresses = {"http": http, "mqtt": mqtt, "gdp": gdp}
    options = [word for name, port in addresses.items() for word in (f"--{name}", f"127.0.0.1:{port}")]
    command = [str(Path(sys.executable).with_name("hearthlog")), "up", "--data", str(data), *options]
    # What is in memory is written at the end, however long the machine takes over it: the next start is measured too.
    env = {"HEARTHLOG_SINK_METRICS": f"127.0.0.1:{metrics}", "HEARTHLOG_STOP_TIMEOUT_S": str(STOP_S)}
    with process.running(command, log, env=env, cwd=directory) as child:
        process.wait_until(
            lambda: child.poll() is not None or ready(http, heard), "hearthlog up ready", seconds=ready_s, poll_s=0.1
        )
        process.still_running(child, log)
        pids = {part: int((data / "run" / f"{part}.pid").read_text()) for part in PARTS}
        yield Home(http, mqtt, metrics, (data / "secrets" / "admin.token").read_text().strip(), pids)


def ready(port: int, heard: Callable[[str], None] = lambda _: None) -> bool:
    """Whether /readyz answers 200; `heard` gets what it says otherwise."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as answer:
        heard(answer.read().decode().strip().partition("\n")[0])
    except OSError:
        return False
    return False
