"""A whole home for tests: `hearthlog up` on free ports, in a directory of its own.

with Home(tmp_path / "home") as home:
    home.publish([("homes/h1/desk", b"21.5")])        # QoS 1; returns once the broker acknowledged all
    home.get("/v1/latest", filter="homes/#").json()   # with the admin's token
    home.kill("sink")                                 # SIGKILL; `up` starts it again
    home.wait_ready()                                 # until GET /readyz answers 200
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self, TypeVar

import httpx
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.broker import free_port

T = TypeVar("T")

WAIT_S_MAX = 60.0
POLL_S = 0.02
PORT_TRIES = 5
COMMAND = (str(Path(sys.executable).with_name("hearthlog")),)


class HomeError(AssertionError):
    """The home did not do what it should; the text ends with what it printed."""


class Home:
    """One `hearthlog up` and its children. `settings` are setting names and values, as in hearthlog.toml.

    `through` is a command that runs it, like `nohup`.
    """

    def __init__(
        self,
        directory: Path,
        *,
        settings: Mapping[str, object] | None = None,
        options: Sequence[str] = (),
        through: Sequence[str] = (),
    ):
        self.directory = directory
        self.data = directory / "data"
        self.output_path = directory / "output.txt"
        self.http_port = self.mqtt_port = self.gdp_port = self.metrics_port = 0
        self._settings = dict(settings or {})
        self._options = tuple(options)
        self._through = tuple(through)
        self._process: subprocess.Popen[bytes] | None = None
        # One client for all requests: making one reads every certificate of the machine.
        self._client = httpx.Client(trust_env=False, verify=False, timeout=WAIT_S_MAX)

    def __enter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        for _ in range(PORT_TRIES):
            self.http_port, self.mqtt_port, self.gdp_port, self.metrics_port = (free_port() for _ in range(4))
            self.start()
            try:
                self.wait_printed("Hearthlog is ready.")
            except HomeError as fault:
                if " is taken by another program" not in str(fault):
                    self.__exit__()
                    raise
            else:
                return self
        raise HomeError("no free ports")

    def __exit__(self, *_: object) -> None:
        if self.running:
            self.stop()
        self._client.close()

    @property
    def http(self) -> str:
        """Address of page and API, without a path."""
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def token(self) -> str:
        """The admin's secret: bearer token and broker password."""
        return (self.data / "secrets" / "admin.token").read_text().strip()

    @property
    def output(self) -> str:
        """What `hearthlog up` printed since it was started last."""
        return self.output_path.read_text(errors="replace")

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def up(self) -> subprocess.Popen[bytes]:
        """The process of `hearthlog up` itself."""
        assert self._process is not None
        return self._process

    @property
    def environment(self) -> dict[str, str]:
        """The environment it runs in: ours, without our own home's settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HEARTHLOG_")}
        chosen = {
            "data": self.data,
            "http": f"127.0.0.1:{self.http_port}",
            "mqtt": f"127.0.0.1:{self.mqtt_port}",
            "gdp": f"127.0.0.1:{self.gdp_port}",
            "sink_metrics": f"127.0.0.1:{self.metrics_port}",
            "config": self.directory / "hearthlog.toml",
            **self._settings,
        }
        return kept | {f"HEARTHLOG_{name.upper()}": str(value) for name, value in chosen.items()}

    def start(self) -> None:
        """Runs `hearthlog up`, on the same ports and directory; does not wait for anything."""
        assert not self.running
        with self.output_path.open("wb") as output:
            self._process = subprocess.Popen(
                [*self._through, *COMMAND, "up", *self._options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.environment,
                cwd=self.directory,
            )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Asks `up` to stop and waits until it has; returns its exit code."""
        self.up.send_signal(number)
        return self.wait_ended()

    def wait_ended(self) -> int:
        """Waits until `up` has ended by itself; returns its exit code."""
        try:
            return self.up.wait(WAIT_S_MAX)
        except subprocess.TimeoutExpired:
            self.up.kill()
            self.up.wait(WAIT_S_MAX)
            raise HomeError(f"hearthlog up did not end:\n{self._story()}") from None

    def pid(self, name: str) -> int:
        """Process id of a child: mosquitto, sink, api, demo; waits until it runs."""
        path = self.data / "run" / f"{name}.pid"

        def read() -> int | None:
            try:
                return int(path.read_text())
            except (FileNotFoundError, ValueError):
                return None

        return self.wait_for(read, f"{name} to run")

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Kills a child and waits until that process is gone; returns its process id."""
        pid = self.pid(name)
        os.kill(pid, number)
        self.wait_for(lambda: not is_alive(pid), f"{name} to die")
        return pid

    def wait_restarted(self, name: str, pid: int) -> None:
        """Waits until a child runs that is not the process `pid`."""
        self.wait_for(lambda: self.pid(name) != pid, f"{name} to be started again")

    def wait_ready(self) -> None:
        """Waits until GET /readyz answers 200."""
        self.wait_for(lambda: self.ready_status() == 200, "readyz")

    def ready_status(self) -> int:
        """Status of GET /readyz; 0 where nobody answers."""
        try:
            return self._client.get(f"{self.http}/readyz").status_code
        except httpx.TransportError:
            return 0

    def wait_printed(self, text: str) -> None:
        """Waits until `up` has printed `text`."""
        self.wait_for(lambda: text in self.output, f"{text!r} to be printed")

    def wait_for(self, check: Callable[[], T | None], what: str) -> T:
        """Polls until `check` returns something true, and returns that; fails early if `up` has ended."""
        deadline = time.monotonic() + WAIT_S_MAX
        while not (result := check()):
            if not self.running:
                raise HomeError(f"hearthlog up ended ({self.up.returncode}) while waiting for {what}:\n{self._story()}")
            if time.monotonic() > deadline:
                raise HomeError(f"waited in vain for {what}:\n{self._story()}")
            time.sleep(POLL_S)
        return result

    def get(self, path: str, **parameters: object) -> httpx.Response:
        """GET with the admin's token."""
        return self.ask(path, self.token, **parameters)

    def ask(self, path: str, secret: str | None, **parameters: object) -> httpx.Response:
        """GET with somebody's secret, or with none."""
        headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        return self._client.get(f"{self.http}{path}", params=parameters or None, headers=headers)

    def publish(self, messages: Iterable[tuple[str, bytes | str]], *, retain: bool = False, inflight: int = 500) -> int:
        """Publishes with QoS 1 as admin and returns once the broker acknowledged all; returns how many."""
        with Publisher(self, inflight=inflight) as publisher:
            for topic, payload in messages:
                publisher.send(topic, payload, retain=retain)
            publisher.wait_acknowledged()
            return publisher.acknowledged

    def child_log(self, name: str) -> str:
        """What a child wrote to its log so far."""
        path = self.data / "run" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _story(self) -> str:
        logs = "".join(
            f"--- {name}:\n{self.child_log(name)[-2000:]}\n" for name in ("mosquitto", "sink", "api", "demo")
        )
        return f"{self.output[-3000:]}\n{logs}"


class Publisher:
    """A device that stays connected: MQTT 5, QoS 1, as the admin."""

    def __init__(self, home: Home, *, client_id: str = "", inflight: int = 500) -> None:
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv5)
        self._client.username_pw_set("admin", home.token)
        self._client.max_inflight_messages_set(inflight)
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
        self._port = home.mqtt_port
        self._connected = threading.Event()
        self._changed = threading.Condition()
        self.sent = 0
        self.acknowledged = 0

    def __enter__(self) -> Self:
        self._client.connect("127.0.0.1", self._port, keepalive=30)
        self._client.loop_start()
        if not self._connected.wait(WAIT_S_MAX):
            raise HomeError("the broker did not accept the connection")
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        # Without the cycle it goes at once and closes its sockets, not when the collector finds them open.
        self._client.on_connect = self._client.on_publish = None

    def send(self, topic: str, payload: bytes | str, *, retain: bool = False) -> None:
        """Publishes without waiting for the acknowledgement."""
        self.sent += 1
        self._client.publish(topic, payload, qos=1, retain=retain)

    def wait_acknowledged(self) -> None:
        """Waits until the broker has acknowledged all that was sent."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.acknowledged >= self.sent, WAIT_S_MAX):
                raise HomeError(f"the broker acknowledged {self.acknowledged} of {self.sent} messages")

    def _on_connect(self, client: object, data: object, flags: object, reason: mqtt.ReasonCode, props: object) -> None:
        if not reason.is_failure:
            self._connected.set()

    def _on_publish(self, client: object, data: object, mid: int, reason: mqtt.ReasonCode, props: object) -> None:
        with self._changed:
            self.acknowledged += 1
            self._changed.notify_all()


def is_alive(pid: int) -> bool:
    """Whether a process runs; a dead one whose parent has not looked yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
