"""A real Mosquitto for a bench: the product's durability settings, anonymous, on a free port."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import process

# The lines that decide what a message costs are those of the product's own template (broker_config/).
SETTINGS = (
    "allow_anonymous true",
    "persistence true",
    "autosave_interval 1",
    "autosave_on_changes false",
    "max_inflight_messages 5000",
    "max_queued_messages 1000000",
    "max_queued_bytes 268435456",
    "max_packet_size 4194304",
    "set_tcp_nodelay true",
    "log_type error",
    "log_type warning",
)


@dataclass(frozen=True, slots=True)
class Broker:
    """A running broker."""

    port: int
    pid: int


@contextlib.contextmanager
def broker(directory: Path) -> Iterator[Broker]:
    """Mosquitto with its database and log in `directory` (made if absent)."""
    found = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if found is None:
        raise process.BenchError("mosquitto is not installed: apt-get install mosquitto mosquitto-clients")
    directory.mkdir(parents=True, exist_ok=True)
    port = process.free_port()
    config = directory / "mosquitto.conf"
    # As root it would drop to user mosquitto, who cannot write here, and fail at each save.
    owner = ["user root"] if os.geteuid() == 0 else []
    lines = [f"listener {port} 127.0.0.1", f"persistence_location {directory}/", *SETTINGS, *owner]
    config.write_text("\n".join(lines) + "\n")
    log = directory / "mosquitto.log"
    with process.running([found, "-c", str(config)], log) as child:
        process.wait_until(lambda: child.poll() is not None or process.listening(port), "mosquitto listening")
        process.still_running(child, log)
        yield Broker(port, child.pid)
