"""A home with accounts."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.home import COMMAND, Home

Account = Callable[..., str]


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with Home(tmp_path_factory.mktemp("accounts") / "home") as running:
        yield running


def hearthlog(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    """A command on this home."""
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


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    return tmp_path / "none"
