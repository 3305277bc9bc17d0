"""A real Mosquitto for tests, on a free port, with the settings that a home's broker has.

async with Broker(tmp_path) as broker:
    connect_to("127.0.0.1", broker.port)
    await broker.kill()       # SIGKILL: what was not saved is gone
    await broker.restart()    # stops it first if it runs; same port, same directory
    await broker.stop()       # SIGTERM: saves and goes
    broker.pause()            # SIGSTOP: connections stay open, nothing answers
    broker.resume()
"""

import asyncio
import itertools
import os
import random
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import pytest

START_S_MAX = 30.0
STOP_S_MAX = 30.0
POLL_S = 0.01
PORT_TRIES = 5
PORT_MIN = 10_000

SETTINGS = (
    "persistence true",
    "autosave_interval 1",
    "autosave_on_changes false",
    "max_inflight_messages 1000",
    "max_queued_messages 1000000",
    "max_queued_bytes 0",
    "max_packet_size 8388608",
    "set_tcp_nodelay true",
    "connection_messages true",
)


class BrokerError(AssertionError):
    """Mosquitto did not start or stop; the text ends with its log."""


class Broker:
    """One Mosquitto process in `directory`; anonymous clients may do all unless `anonymous=False`.

    `config` are further lines of mosquitto.conf (accounts, topic permissions, more listeners), after ours.
    """

    def __init__(self, directory: Path, *, anonymous: bool = True, config: Sequence[str] = ()) -> None:
        self.directory = Path(directory)
        self.port = 0
        self.log_path = self.directory / "mosquitto.log"
        self.database = self.directory / "mosquitto.db"
        self._anonymous = anonymous
        self.config = tuple(config)
        """May be changed between two starts."""
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        if shutil.which("mosquitto", path=_path()) is None:
            pytest.skip("mosquitto is not installed")
        self.directory.mkdir(parents=True, exist_ok=True)
        for _ in range(PORT_TRIES):
            self.port = free_port()
            try:
                await self.start()
            except BrokerError as fault:
                if "Address already in use" not in str(fault):
                    raise
            else:
                return self
        raise BrokerError("no free port")

    async def __aexit__(self, *_: object) -> None:
        if self.running:
            self.resume()
            await self.stop()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What the broker has said so far."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    async def start(self) -> None:
        """Start on `self.port` and return when the broker takes connections."""
        assert not self.running
        self._process = process = self._spawn()
        deadline = asyncio.get_running_loop().time() + START_S_MAX
        while not await self._answers():
            if not self.running:
                raise BrokerError(f"mosquitto exited with {process.returncode}:\n{self.log[-2000:]}")
            if asyncio.get_running_loop().time() > deadline:
                raise BrokerError(f"mosquitto does not answer:\n{self.log[-2000:]}")
            await asyncio.sleep(POLL_S)

    async def stop(self) -> None:
        """Ask the broker to save and go, and wait until it is gone."""
        await self._signal_and_wait(signal.SIGTERM)

    async def kill(self) -> None:
        """Kill the broker: what it had in memory only is lost."""
        await self._signal_and_wait(signal.SIGKILL)

    async def restart(self) -> None:
        """Start again with the same port and directory; if it runs it is stopped first."""
        if self.running:
            await self.stop()
        await self.start()

    def pause(self) -> None:
        """Freeze the process: a broker that hangs."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after `pause`; harmless otherwise."""
        os.kill(self.pid, signal.SIGCONT)

    def _spawn(self) -> subprocess.Popen[bytes]:
        config = self.directory / "mosquitto.conf"
        config.write_text("\n".join(self._lines()) + "\n")
        with self.log_path.open("ab") as log:
            command = ["mosquitto", "-c", str(config)]
            return subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "PATH": _path()})

    async def _signal_and_wait(self, number: signal.Signals) -> None:
        process = self._process
        assert process is not None
        process.send_signal(number)
        try:
            await asyncio.to_thread(process.wait, STOP_S_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            raise BrokerError(f"mosquitto did not stop:\n{self.log[-2000:]}") from None

    async def _answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.close()
            await writer.wait_closed()
        except OSError:
            return False
        return True

    def _lines(self) -> list[str]:
        lines = [f"listener {self.port} 127.0.0.1", f"allow_anonymous {str(self._anonymous).lower()}"]
        lines += [f"persistence_location {self.directory}/", *SETTINGS]
        if os.geteuid() == 0:
            # Started as root it would drop to user mosquitto, who cannot write here, and fail at each save.
            lines.append("user root")
        return lines + list(self.config)


def free_port() -> int:
    """A TCP port that nothing listened on a moment ago, and that nobody else in this run of the tests is given.

    None that the system hands out: such a one may be a client's by the time that its server starts, or starts again.
    """
    return next(port for port in PORTS if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _own_ports() -> Iterator[int]:
    """Every n-th port is this worker's, where n of them run; each run begins somewhere else."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    own = range(PORT_MIN + worker, _first_handed_out(), workers)
    begin = random.randrange(len(own))
    return itertools.cycle([*own[begin:], *own[:begin]])


def _first_handed_out() -> int:
    """The lowest port that the system gives to clients."""
    try:
        lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        lowest = 0
    return lowest if lowest > 2 * PORT_MIN else 32_768


PORTS = _own_ports()


def _path() -> str:
    # Debian puts the daemon into sbin, which the PATH of a plain user lacks.
    return os.environ.get("PATH", "") + os.pathsep + "/usr/sbin" + os.pathsep + "/usr/local/sbin"
