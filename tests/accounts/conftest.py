"""A home with accounts."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hearthlog.command import main
from tests.support.broker import free_port
from tests.support.home import COMMAND, Home

SEEN = "lab/oven/temperature"
HIDDEN = "homes/h1/bed"
ABSENT = "B" * 42 + "A"
CHARTS = "https://charts.example"
FEW_FILES = ("prlimit", "--nofile=512:4096")
"""As many systems have it: few files may be open until one asks for more."""


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with Home(tmp_path_factory.mktemp("accounts") / "home") as running:
        yield running


def hearthlog(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    """A command on this home, in this process: starting another one each time costs more than all it does."""
    done = CliRunner().invoke(main, words, env=home.environment)
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def hearthlog_process(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    """A command on this home, as a person gives it."""
    return subprocess.run(
        [*COMMAND, *words], env=home.environment, cwd=home.directory, capture_output=True, text=True, check=False
    )


def add(home: Home, name: str, *, read: tuple[str, ...] = (), publish: tuple[str, ...] = ()) -> str:
    """Add an account; returns its secret."""
    options = [word for text in read for word in ("--read", text)]
    options += [word for text in publish for word in ("--publish", text)]
    done = hearthlog(home, "account", "add", name, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


@pytest.fixture(scope="package")
def narrow(home: Home) -> str:
    """The secret of an account that reads two topics and publishes below its own name."""
    return add(home, "lab", read=("lab/+/temperature", "lab/door"), publish=("devices/%u/#",))


@pytest.fixture(scope="package")
def wide(home: Home) -> str:
    """The secret of an account that reads everything that devices say."""
    return add(home, "family", read=("#",))


@pytest.fixture(scope="package")
def filled(home: Home, narrow: str, wide: str) -> Home:
    home.publish([(SEEN, b"21.5"), (HIDDEN, b"17.25"), ("hearthlog/note", b"5")])
    home.wait_for(lambda: HIDDEN in home.get("/v1/latest", filter="#").text, "the messages to be served")
    return home


@pytest.fixture(scope="package")
def lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home that serves the network, and pages of another origin."""
    ports = {"lan_http": f"127.0.0.1:{free_port()}", "lan_mqtt": f"127.0.0.1:{free_port()}"}
    settings = {**ports, "cors_origins": CHARTS}
    directory = tmp_path_factory.mktemp("lan") / "home"
    with Home(directory, settings=settings, options=("--lan",), through=FEW_FILES) as running:
        running.ports = {name: int(text.rpartition(":")[2]) for name, text in ports.items()}
        yield running


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    return tmp_path / "none"
